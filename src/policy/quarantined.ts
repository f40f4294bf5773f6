import type { Deployment } from '../domain/deployment.ts'
import type { Quarantine } from './gates/quarantine.ts'

/**
 * What did harm in an environment: commits that somebody rolled back, also where the way back halted, and those that failed there and were
 * taken back or left hosts halted. One that went well later is none. A deployment that never changed a host did no harm.
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

function harmedBy({ kind, state, revision, actor, plan, finishedAt, createdAt }: Deployment): Quarantine[] {
  const at = finishedAt ?? createdAt
  if (kind === 'rollback') {
    const before =
      state === 'succeeded' || state === 'halted' ? (plan?.hosts.flatMap(({ previous }) => previous?.revision ?? []) ?? []) : []
    return [...new Set(before)]
      .filter((one) => one !== revision)
      .map((one) => ({ revision: one, because: 'rolled-back', person: actor, at }))
  }
  return revision !== undefined && (state === 'rolled-back' || state === 'halted') ? [{ revision, because: 'failed', at }] : []
}

/** A newer commit that was verified: with it, what was bad before is history. One that somebody named may be an older one. */
const supersedes = ({ kind, state, revision, asked }: Deployment, bad: string): boolean =>
  kind === 'deploy' && state === 'succeeded' && revision !== bad && asked !== 'person'
