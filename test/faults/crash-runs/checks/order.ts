import type { HostView } from '../evidence.ts'
import type { Violation } from './violation.ts'

/**
 * No push brings an older commit over a newer one: the releases that pushes brought to the host, in the order in which they
 * were started there, follow main through the places it stood at. Rollbacks, commits that somebody names, and returns are somebody's
 * wish, or the way back.
 */
export function checkOrder({ host, history, database }: HostView): Violation[] {
  const found: string[] = []
  let place = 0
  for (const { verb, generation, at } of host.writes) {
    const deployment = database.deployments.find((one) => one.generation === generation)
    if (generation > 0 && !deployment) found.push(`generation ${generation} was started, and no deployment has it`)
    if (verb !== 'switch' || deployment?.kind !== 'deploy' || deployment.asked !== null) continue
    const next = history.heads.findIndex((head, index) => index >= place && head.sha === deployment.revision && head.at <= at)
    if (next === -1)
      found.push(`${deployment.revision} was started (generation ${generation}) after ${history.heads[place]?.sha}, which is newer on main`)
    else place = next
  }
  return found.map((what) => ({ invariant: 3, what }))
}
