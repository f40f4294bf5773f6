import { type Deployment, takenAway } from '../domain/deployment.ts'
import type { Quarantine } from './gates/quarantine.ts'

/**
 * What did harm in an environment: commits that somebody rolled back, also while they were on their way or where the way back halted, and
 * those that failed there and were returned or left hosts halted. One that went well later is none. A deployment that ended by itself and
 * never changed a host did no harm.
 *
 * @param history deployments of one environment, newest first
 */
export function quarantinedIn(history: readonly Deployment[]): Quarantine[] {
  const found = new Map<string, Quarantine>()
  const settled = new Set<string>()
  history.forEach((deployment, position) => {
    for (const bad of harmedBy(deployment)) {
      if (settled.has(bad.revision)) continue
      settled.add(bad.revision)
      const newer = history.slice(0, position).find((one) => supersedes(one, bad.revision))
      found.set(bad.revision, { ...bad, ...(newer?.revision !== undefined && { supersededBy: newer.revision }) })
    }
    if (deployment.state === 'succeeded' && deployment.revision !== undefined) settled.add(deployment.revision)
  })
  return [...found.values()]
}

function harmedBy(deployment: Deployment): Quarantine[] {
  const { kind, state, revision, actor, finishedAt, createdAt, reason, plan } = deployment
  const at = finishedAt ?? createdAt
  const harm = (one: string, person?: string): Quarantine =>
    person === undefined ? { revision: one, because: 'failed', at } : { revision: one, because: 'rolled-back', person, at }
  if (kind === 'rollback') return state === 'succeeded' || state === 'halted' ? takenAway(deployment).map((one) => harm(one, actor)) : []
  if (revision === undefined) return []
  if (reason?.code === 'taken-back') return [harm(revision, reason.evidence.person)]
  // On the others it went well; what was wrong there is wrong with a host.
  if (plan?.late) return []
  return state === 'rolled-back' || state === 'halted' ? [harm(revision)] : []
}

/** A newer commit that was verified: with it, what was bad before is history. One that somebody named may be an older one. */
const supersedes = ({ kind, state, revision, asked }: Deployment, bad: string): boolean =>
  kind === 'deploy' && state === 'succeeded' && revision !== bad && asked !== 'person'
