import type { HostRule } from '../domain/configuration.ts'
import type { HostState, ObservedContainer } from '../domain/observed.ts'
import { type HostProfiles, placeOf } from '../domain/placement.ts'
import type { Plan } from '../domain/plan.ts'
import { reason } from '../domain/reason.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import type { RolloutRule } from '../domain/rollout.ts'
import { inspect, oldestShell, type Place, shellVersion, speaksTo } from '../host/commands.ts'
import { readHostState } from '../host/output.ts'
import { stopsFor } from '../policy/hosts-away.ts'
import { unmasked } from './bundle.ts'
import { order, type Sending, understood } from './fleet.ts'
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

/** How often a host is asked that may be passed over: it must not hold up what people wait for, a rollback least of all. */
const triesWhereSkipped = 3

/** Asks every host side by side what runs there; one that cannot serve ends the preparing. */
export async function lookAtHosts(hosts: HostRule[], place: Place, ports: Ports, signal: AbortSignal): Promise<Step<SeenHost[]>> {
  const looked = await lookAround(hosts, {}, place, ports, signal)
  return looked.kind === 'ok' ? { kind: 'ok', value: looked.value.seen } : looked
}

/** What hosts told, and which of them did not answer. */
export interface Looked {
  seen: SeenHost[]
  /** Names. */
  away: string[]
}

/** The same where hosts that do not answer may be passed over. One that shows another key, or is not ready, never is. */
export async function lookAround(
  hosts: HostRule[],
  rule: Pick<RolloutRule, 'canary' | 'unreachable'>,
  place: Place,
  ports: Ports,
  signal: AbortSignal,
): Promise<Step<Looked>> {
  const tries = rule.unreachable === 'skip' ? { tries: triesWhereSkipped } : {}
  const looks = await Promise.all(hosts.map(async (host) => ({ host: host.name, look: await lookAt(host, place, tries, ports, signal) })))
  const away = looks.flatMap(({ host, look }) => (isAwayFor(look) ? [{ host, why: look.reason }] : []))
  const bad = looks.find(({ look }) => look.kind !== 'ok' && !isAwayFor(look))
  if (bad && bad.look.kind !== 'ok') return bad.look
  const stops = stopsFor(rule, { names: hosts.map(({ name }) => name), away })
  if (stops) return failed(stops)
  const seen = looks.flatMap(({ look }) => (look.kind === 'ok' ? [look.value] : []))
  return { kind: 'ok', value: { seen, away: away.map(({ host }) => host) } }
}

const isAwayFor = (look: Step<SeenHost>): look is Exclude<Step<SeenHost>, { kind: 'ok' }> =>
  look.kind !== 'ok' && look.reason.code === 'host-unreachable'

async function lookAt(
  host: HostRule,
  place: Place,
  patience: Pick<Sending, 'tries'>,
  ports: Ports,
  signal: AbortSignal,
): Promise<Step<SeenHost>> {
  const step = { name: 'inspect', refused: 'host-refused' } as const
  const told = await order(ports, host, inspect(place), { step, mask: unmasked, signal, ...patience })
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
    ...placeOf(host.name, profiles),
    platform,
    containers,
    ...(current?.confirmed && { previous: { generation: current.generation, revision: current.revision } }),
  }))
