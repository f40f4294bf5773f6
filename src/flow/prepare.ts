import { isDeepStrictEqual } from 'node:util'
import { planText } from '../report/plan-text.ts'
import { planDeployment } from './plan-deployment.ts'
import { planRollback } from './plan-rollback.ts'
import { registryRest } from './resolve-images.ts'
import type { Run } from './run.ts'

/** Gathers what is true, decides, and freezes the plan. Resolves to the seconds to wait when it waits for something. */
export async function prepare(run: Run): Promise<number | undefined> {
  const rest = registryRest(run.deployment, run.ports.clock.now())
  if (rest > 0) return rest
  const prepared = run.deployment.kind === 'rollback' ? await planRollback(run) : await planDeployment(run)
  switch (prepared.kind) {
    case 'planned':
      await run.note('plan', planText(prepared.plan))
      await run.to('planned', { plan: prepared.plan, revision: prepared.plan.revision })
      return undefined
    case 'waiting':
      if (run.deployment.state !== 'waiting' || !isDeepStrictEqual(run.deployment.reason, prepared.reason)) {
        await run.to('waiting', { reason: prepared.reason })
      }
      return prepared.seconds
    case 'refused':
      await run.end(prepared.state, prepared.reason)
      return undefined
  }
}
