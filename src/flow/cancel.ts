import { reason } from '../domain/reason.ts'
import type { Run } from './run.ts'

/** Ends a deployment that somebody cancelled, as long as no host was changed. True where it did. */
export async function obeyCancel(run: Run): Promise<boolean> {
  const { id, environment } = run.deployment
  const cancelled = (await run.ports.store.verdicts.of(id)).find(({ verdict }) => verdict === 'cancel')
  if (!cancelled) return false
  await run.end('cancelled', reason('cancelled-by', { person: cancelled.person, environment }))
  return true
}
