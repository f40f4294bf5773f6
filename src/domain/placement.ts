import type { EnvironmentRule, OperatorFile } from './configuration.ts'
import { expandHosts } from './inventory.ts'
import type { Plan, PlannedHost, PlannedService } from './plan.ts'

/** Compose profiles by the name of the host that has them. A host that is not in it has none. */
export type HostProfiles = ReadonlyMap<string, readonly string[]>

/** The profiles of each host, in alphabetical order. One that is named by itself and in a group has those of both. */
export function profilesByHost(
  groups: OperatorFile['groups'],
  { hosts, profiles = {} }: Pick<EnvironmentRule, 'hosts' | 'profiles'>,
): HostProfiles {
  const found = new Map<string, string[]>()
  for (const entry of hosts) {
    const own = Object.hasOwn(profiles, entry) ? (profiles[entry] ?? []) : []
    for (const name of expandHosts(groups, [entry])) found.set(name, [...new Set([...(found.get(name) ?? []), ...own])].toSorted())
  }
  return new Map([...found].filter(([, names]) => names.length > 0))
}

/** Whether a service with these profiles runs on a host that has those: one without any runs on every host, others need one in common. */
export const hasPlaceOn = (profiles: readonly string[], host: readonly string[] = []): boolean =>
  profiles.length === 0 || profiles.some((profile) => host.includes(profile))

/** Whether a planned service has containers on a host of its plan. */
export const runsOn = ({ replicas, hosts }: Pick<PlannedService, 'replicas' | 'hosts'>, host: string): boolean =>
  replicas > 0 && (hosts?.includes(host) ?? true)

/** A host and its Compose profiles, as a plan has them. */
export type Place = Pick<PlannedHost, 'name' | 'profiles'>

/** Every host that a plan is for with its profiles: those that are passed over as well. */
export const allPlaces = ({ hosts, away = [], awayProfiles = {} }: Pick<Plan, 'hosts' | 'away' | 'awayProfiles'>): Place[] => [
  ...hosts.map(({ name, profiles }) => ({ name, ...(profiles && { profiles }) })),
  ...away.map((name) => placeOf(name, new Map(Object.entries(awayProfiles)))),
]

/** The host with its profiles. */
export function placeOf(name: string, profiles: HostProfiles): Place {
  const own = profiles.get(name)
  return { name, ...(own && own.length > 0 && { profiles: [...own] }) }
}

/** How a plan keeps the hosts that are passed over. */
export function passedOver(places: readonly Place[]): Pick<Plan, 'away' | 'awayProfiles'> {
  const profiles = places.flatMap(({ name, profiles: own }): [string, string[]][] => (own ? [[name, own]] : []))
  return {
    ...(places.length > 0 && { away: places.map(({ name }) => name) }),
    ...(profiles.length > 0 && { awayProfiles: Object.fromEntries(profiles) }),
  }
}
