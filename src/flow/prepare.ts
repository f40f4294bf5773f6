import { isDeepStrictEqual } from 'node:util'
import { planText } from '../report/plan-text.ts'
import { obeyCancel } from './cancel.ts'
import { wakeFetch } from './fetch-ahead.ts'
import { planDeployment } from './plan-deployment.ts'
import { planRollback } from './plan-rollback.ts'
import type { Prepared } from './prepared.ts'
import { registryRest } from './resolve-images.ts'
import type { Run } from './run.ts'

/**
 * Gathers what is true, decides, and freezes the plan. Resolves to the seconds to wait when it waits for something.
 *
 * @param overtake ends what is older, as soon as it is known that this one is not refused
 */
export async function prepare(run: Run, overtake: () => Promise<void>): Promise<number | undefined> {
  if (await obeyCancel(run)) return undefined
  const rest = registryRest(run.deployment, run.ports.clock.now())
  if (rest > 0) return rest
  const prepared = run.deployment.kind === 'rollback' ? await planRollback(run) : await planDeployment(run)
  // Before it goes on, or what is older would come after it.
  if (prepared.kind !== 'refused') await overtake()
  switch (prepared.kind) {
    case 'planned':
      await run.note('plan', planText(prepared.plan))
      await run.to('planned', { plan: prepared.plan, revision: prepared.plan.revision })
      return undefined
    case 'waiting':
      await wait(run, prepared)
      await wakeFetch(run)
      return prepared.seconds
    case 'refused':
      await run.end(prepared.state, prepared.reason)
      return undefined
  }
}

/** Says what is waited for, where that is not said already. */
async function wait(run: Run, { reason, closed = [reason], proposal }: Prepared & { kind: 'waiting' }): Promise<void> {
  const { state, closed: known, proposal: shown } = run.deployment
  const fresh = proposal !== undefined && proposal.content !== shown?.content
  if (state === 'waiting' && isDeepStrictEqual(known, closed) && !fresh) return
  if (fresh) await run.note('plan', `proposed, until it may go\n${planText(proposal.draft)}`)
  await run.to('waiting', { reason, closed, ...(fresh && { proposal }) })
}
