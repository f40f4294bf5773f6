import { planText } from '../report/plan-text.ts'
import { planDeployment } from './plan-deployment.ts'
import { planRollback } from './plan-rollback.ts'
import type { Run } from './run.ts'

/** Gathers what is true, decides, and freezes the plan. Resolves to the seconds to wait when it waits for something. */
export async function prepare(run: Run): Promise<number | undefined> {
  const prepared = run.deployment.kind === 'rollback' ? await planRollback(run) : await planDeployment(run)
  switch (prepared.kind) {
    case 'planned':
      await run.note('plan', planText(prepared.plan))
      await run.to('planned', { plan: prepared.plan, revision: prepared.plan.revision })
      return undefined
    case 'waiting':
      if (run.deployment.state !== 'waiting' || run.deployment.reason?.code !== prepared.reason.code) {
        await run.to('waiting', { reason: prepared.reason })
      }
      return prepared.seconds
    case 'refused':
      await run.end(prepared.state, prepared.reason)
      return undefined
  }
}
