import type { Verdict } from '../domain/gate.ts'
import { type Reason, reason } from '../domain/reason.ts'
import type { Run } from './run.ts'

/** The word of somebody who cancelled a deployment; undefined where nobody did. */
const cancelledBy = async ({ deployment, ports }: Pick<Run, 'deployment' | 'ports'>): Promise<Verdict | undefined> =>
  (await ports.store.verdicts.of(deployment.id)).find(({ verdict }) => verdict === 'cancel')

/** Why a deployment that pauses after the wave of this position has to end: somebody cancelled it. Undefined where nobody did. */
export async function cancelledAfter(run: Run, position: number): Promise<Reason | undefined> {
  const { environment, plan } = run.deployment
  const cancelled = await cancelledBy(run)
  const at = { wave: String(position + 1), waves: String(plan?.waves.length ?? 0) }
  return cancelled && reason('stopped-by', { person: cancelled.person, environment, ...at })
}

/** Ends a deployment that somebody cancelled, as long as no host was changed. True where it did. */
export async function obeyCancel(run: Run): Promise<boolean> {
  const cancelled = await cancelledBy(run)
  if (!cancelled) return false
  await run.end('cancelled', reason('cancelled-by', { person: cancelled.person, environment: run.deployment.environment }))
  return true
}
