import type { HostRule } from '../domain/configuration.ts'
import type { HostState, ObservedContainer } from '../domain/observed.ts'
import type { HostProfiles } from '../domain/placement.ts'
import type { Plan } from '../domain/plan.ts'
import { reason } from '../domain/reason.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { inspect, oldestShell, type Place, shellVersion, speaksTo } from '../host/commands.ts'
import { readHostState } from '../host/output.ts'
import { unmasked } from './bundle.ts'
import { order, understood } from './fleet.ts'
import type { Ports } from './ports.ts'
import { failed, type Prepared, type Step } from './prepared.ts'

/** A host and what it told. */
export interface SeenHost {
  host: HostRule
  state: HostState
}

/** What is woken when hosts of an environment may run something else than Landfall brought there. */
export const lookSubject = (repository: string, environment: string): string => `look:${repository}/${environment}`

/** How long until a held host is looked at again. */
const heldSeconds = 15

/** Asks every host side by side what runs there; one that cannot serve ends the preparing. */
export async function lookAtHosts(hosts: HostRule[], place: Place, ports: Ports, signal: AbortSignal): Promise<Step<SeenHost[]>> {
  const looks = await Promise.all(hosts.map((host) => lookAt(host, place, ports, signal)))
  const bad = looks.find((look) => look.kind !== 'ok')
  if (bad) return bad
  return { kind: 'ok', value: looks.flatMap((look) => (look.kind === 'ok' ? [look.value] : [])) }
}

async function lookAt(host: HostRule, place: Place, ports: Ports, signal: AbortSignal): Promise<Step<SeenHost>> {
  const step = { name: 'inspect', refused: 'host-refused' } as const
  const told = await order(ports, host, inspect(place), { step, mask: unmasked, signal })
  const read = understood(told, host, readHostState)
  if (read.kind === 'failed') return failed(read.reason)
  const state = read.value
  if (!speaksTo(state.shell)) {
    const detail = `its landfall-shell has version ${state.shell}, this Landfall works with versions ${oldestShell} to ${shellVersion}`
    return failed(reason('host-not-ready', { host: host.name, detail }))
  }
  return { kind: 'ok', value: { host, state } }
}

/** What is waited for where an administrator holds one of the hosts; undefined where nobody does. */
export function heldHost(seen: SeenHost[], project: string): (Prepared & { kind: 'waiting' }) | undefined {
  const found = seen.find(({ state }) => state.held !== undefined)
  if (!found) return undefined
  const { host, state } = found
  return { kind: 'waiting', seconds: heldSeconds, reason: reason('host-held', { host: host.name, project, detail: state.held ?? '' }) }
}

/**
 * The next generation, greater than any a host has seen. A host that has seen a higher one than was ever handed out
 * means a database restored from an older copy: that is never healed silently.
 */
export async function nextGeneration(seen: SeenHost[], repository: Repository, environment: string, ports: Ports): Promise<Step<number>> {
  const known = await ports.store.environments.generation(fullName(repository), environment)
  const ahead = seen.find(({ state }) => state.generation > known)
  if (ahead) {
    const evidence = { host: ahead.host.name, host_generation: String(ahead.state.generation), generation: String(known) }
    return failed(reason('generation-behind', evidence))
  }
  return { kind: 'ok', value: await ports.store.environments.nextGeneration(fullName(repository), environment) }
}

/** What a plan says of its hosts, and what runs there. A release that was not confirmed is none to return to. */
export const plannedHosts = (seen: SeenHost[], profiles: HostProfiles): (Plan['hosts'][number] & { containers: ObservedContainer[] })[] =>
  seen.map(({ host, state: { platform, current, containers } }) => ({
    name: host.name,
    platform,
    containers,
    ...profilesOf(host.name, profiles),
    ...(current?.confirmed && { previous: { generation: current.generation, revision: current.revision } }),
  }))

/** As a plan has them: absent where there are none. */
export function profilesOf(host: string, profiles: HostProfiles): { profiles?: string[] } {
  const own = profiles.get(host) ?? []
  return own.length > 0 ? { profiles: [...own] } : {}
}
