import { isDeepStrictEqual } from 'node:util'
import type { Reason } from '../domain/reason.ts'
import { planText } from '../report/plan-text.ts'
import { obeyCancel } from './cancel.ts'
import { closedGate } from './gates.ts'
import { planDeployment } from './plan-deployment.ts'
import { planRollback } from './plan-rollback.ts'
import { registryRest } from './resolve-images.ts'
import type { Run } from './run.ts'

/** Gathers what is true, decides, and freezes the plan. Resolves to the seconds to wait when it waits for something. */
export async function prepare(run: Run): Promise<number | undefined> {
  if (await obeyCancel(run)) return undefined
  const closed = await closedGate(run)
  if (closed !== undefined) return wait(run, closed.reason, closed.seconds)
  const rest = registryRest(run.deployment, run.ports.clock.now())
  if (rest > 0) return rest
  const prepared = run.deployment.kind === 'rollback' ? await planRollback(run) : await planDeployment(run)
  switch (prepared.kind) {
    case 'planned':
      await run.note('plan', planText(prepared.plan))
      await run.to('planned', { plan: prepared.plan, revision: prepared.plan.revision })
      return undefined
    case 'waiting':
      return wait(run, prepared.reason, prepared.seconds)
    case 'refused':
      await run.end(prepared.state, prepared.reason)
      return undefined
  }
}

async function wait(run: Run, reason: Reason, seconds: number): Promise<number> {
  if (run.deployment.state !== 'waiting' || !isDeepStrictEqual(run.deployment.reason, reason)) await run.to('waiting', { reason })
  return seconds
}
