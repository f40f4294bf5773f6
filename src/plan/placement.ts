import type { EnvironmentRule } from '../domain/configuration.ts'
import { allPlaces, type HostProfiles, hasPlaceOn } from '../domain/placement.ts'
import type { Plan } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import { suggest } from '../domain/suggest.ts'
import { type ComposeModel, type Shared, sharedWith } from './model.ts'

/** A service of a host that cannot run without one that is not there. */
export interface Misplaced {
  service: string
  /** The key of the service that names the other one. */
  key: 'depends_on' | Shared['key']
  needs: string
  host: string
}

/** Services that are on a host without what they need there; each need once, at the first of its hosts. */
export function misplaced(model: ComposeModel, hosts: readonly string[], profiles: HostProfiles): Misplaced[] {
  const found = new Map<string, Misplaced>()
  for (const host of hosts) {
    const here = (service: string) => {
      const definition = model.services[service]
      return definition === undefined || hasPlaceOn(definition.profiles, profiles.get(host))
    }
    for (const [service, { key, needs }] of needsOf(model)) {
      const id = `${service} ${key} ${needs}`
      if (here(service) && !here(needs) && !found.has(id)) found.set(id, { service, key, needs, host })
    }
  }
  return [...found.values()]
}

/** What services name of others that has to run on the same host. */
function needsOf({ services }: ComposeModel): [service: string, need: Pick<Misplaced, 'key' | 'needs'>][] {
  return Object.entries(services).flatMap(([name, service]) => {
    const awaited = Object.entries(service.depends_on).flatMap(([needs, { required }]) =>
      required === false ? [] : [{ key: 'depends_on' as const, needs }],
    )
    return [...awaited, ...sharedWith(service)].map((need): [string, typeof need] => [name, need])
  })
}

/** Profiles that hosts are given and no service has: slips of the pen, by which something would silently not run. */
export function unknownProfiles(
  model: ComposeModel,
  { name, profiles = {} }: Pick<EnvironmentRule, 'name' | 'profiles'>,
  file: string,
): Problem[] {
  const known = [...new Set(Object.values(model.services).flatMap((service) => service.profiles))].toSorted()
  return Object.entries(profiles).flatMap(([entry, own]) =>
    own.flatMap((profile, index): Problem[] => {
      if (known.includes(profile)) return []
      const meant = suggest(profile, known)
      const hint = meant === undefined ? '' : ` (did you mean "${meant}"?)`
      const there = known.length === 0 ? 'the Compose file has no profiles' : `known are ${known.join(', ')}`
      return [
        {
          file,
          path: `environments.${name}.hosts[${JSON.stringify(entry)}][${index}]`,
          what: `no service has the Compose profile "${profile}"${hint}`,
          remedy: `Correct or remove it here, or give it to a service; ${there}`,
        },
      ]
    }),
  )
}

/**
 * Where a rollback goes: the hosts there are now, each with the profiles it had in the release. Where they are not the hosts of the release,
 * their profiles are those of now: a service is not to run twice because a host had it then and another has it since.
 *
 * @param hosts names of those of now
 */
export function hostsAgain(release: Plan, now: Plan, hosts: string[]): Pick<EnvironmentRule, 'hosts' | 'profiles'> {
  const names = (plan: Plan) =>
    JSON.stringify(
      allPlaces(plan)
        .map(({ name }) => name)
        .toSorted(),
    )
  const places = allPlaces(names(release) === names(now) ? release : now)
  const profiles = places.flatMap(({ name, profiles: own }): [string, string[]][] => (own ? [[name, own]] : []))
  return { hosts, ...(profiles.length > 0 && { profiles: Object.fromEntries(profiles) }) }
}
