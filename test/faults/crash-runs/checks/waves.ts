import type { View } from '../evidence.ts'
import { nameOf } from '../stored.ts'
import type { Violation } from './violation.ts'

/**
 * No host was switched before those of the waves before it were, and none behind a canary before people let it: by the hosts' own record,
 * in which times are whole seconds.
 */
export function checkWaves({ database, hosts, rules }: View): Violation[] {
  const actsOf = (host: string, generation: number | null, outcome: string) =>
    hosts
      .filter(({ name }) => name === host)
      .flatMap(({ acts }) => acts)
      .filter((act) => act.verb === 'switch' && act.generation === generation && act.outcome === outcome)
  const found: Violation[] = []
  for (const one of database.deployments.filter(({ kind }) => kind === 'deploy')) {
    for (const [index, wave] of (one.plan?.waves ?? []).entries()) {
      const began = wave.hosts.flatMap((host) =>
        actsOf(host, one.generation, 'began')
          .slice(0, 1)
          .map(({ at }) => ({ host, at })),
      )
      const before = one.plan?.waves.slice(0, index) ?? []
      for (const { host, at } of began) {
        for (const earlier of before.flatMap(({ hosts: names }) => names)) {
          const [switched] = actsOf(earlier, one.generation, 'switched')
          if (!switched || switched.at > at)
            found.push({ invariant: 3, what: `${nameOf(one)} came to ${host} before ${earlier} was switched` })
        }
        if (!before.some(({ approve }) => approve)) continue
        const people = database.verdicts.filter(
          (vote) => vote.deployment === one.id && vote.verdict === 'approve' && vote.content !== one.content && whole(vote.at) <= at,
        )
        const wanted = rules?.approve?.count ?? 1
        if (people.length < wanted)
          found.push({
            invariant: 7,
            what: `${nameOf(one)} came to ${host} behind its canary with ${people.length} of ${wanted} approvals`,
          })
      }
    }
  }
  return found
}

const whole = (time: string): number => Math.floor(Date.parse(time) / 1000) * 1000
