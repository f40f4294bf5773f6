import type { VerifyRule } from '../domain/configuration.ts'
import { hasPlaceOn } from '../domain/placement.ts'
import { suggest } from '../domain/suggest.ts'
import { leadersOf } from './followers.ts'
import { type ComposeModel, isCheckedByDocker, type ModelService } from './model.ts'
import { isOneShot } from './services.ts'

/** Why new containers of a service cannot be started beside the old ones, at its place in the Compose model. */
export interface Obstacle {
  service: string
  /** Keys that lead there; none where it is the naming of the service that is wrong. */
  path: string[]
  what: string
  remedy: string
}

/**
 * All that keeps these services from starting first, where they run at all. An image's own health check and volumes cannot be seen here.
 *
 * @param profiles that any of the hosts has
 */
export function obstaclesTo(
  names: readonly string[],
  whole: ComposeModel,
  verify: Readonly<Record<string, VerifyRule>>,
  profiles: readonly string[],
): Obstacle[] {
  const running = Object.entries(whole.services).filter(([, service]) => hasPlaceOn(service.profiles, profiles))
  const model = { ...whole, services: Object.fromEntries(running) }
  return names.flatMap((service) => {
    const definition = model.services[service]
    if (!definition) return whole.services[service] ? [] : [unknown(service, whole)]
    const found = [
      ...twoOfAKind(definition),
      ...sharedSpaces(service, definition, model),
      ...(isOneShot(service, definition, model) ? [ends] : []),
      ...(isKnownWell(definition, verify[service]) ? [] : [noHealth]),
    ]
    return found.map(({ at, what, remedy }) => ({
      service,
      path: ['services', service, ...at],
      what: `${service} starts first, and ${what}`,
      remedy,
    }))
  })
}

interface Found {
  at: string[]
  what: string
  remedy: string
}

function unknown(service: string, { services }: ComposeModel): Obstacle {
  const meant = suggest(service, Object.keys(services))
  return {
    ...{ service, path: [] },
    what: `"${service}" starts first, and the Compose file has no such service${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`,
    remedy: 'Correct the name, or remove it',
  }
}

/** What two containers on one host cannot both have. */
function twoOfAKind({ container_name, ports, networks, network_mode, mac_address, volumes }: ModelService): Found[] {
  const fixed = (ports ?? []).flatMap((port, index) => (isFixed(port.published) ? [{ index, published: port.published }] : []))
  const addressed = Object.entries(networks).flatMap(([network, settings]) =>
    Object.keys(settings ?? {})
      .filter((key) => ['ipv4_address', 'ipv6_address', 'mac_address', 'link_local_ips'].includes(key))
      .map((key) => ['networks', network, key]),
  )
  return [
    ...(container_name === undefined
      ? []
      : [
          {
            at: ['container_name'],
            what: 'two containers cannot have one name',
            remedy: 'Remove `container_name`; others reach it by the name of its service',
          },
        ]),
    ...fixed.map(({ index, published }) => ({
      at: ['ports', String(index)],
      what: `two containers cannot have port ${published} of the host`,
      remedy: 'Remove the port here, and let a proxy in this file have it and pass requests on',
    })),
    ...(network_mode === 'host'
      ? [
          {
            at: ['network_mode'],
            what: "two containers cannot have the same ports of the host's network",
            remedy: 'Give it a network of the project',
          },
        ]
      : []),
    ...[...(mac_address === undefined ? [] : [['mac_address']]), ...addressed].map((at) => ({
      at,
      what: 'two containers cannot have one address',
      remedy: 'Remove the fixed address; others reach it by the name of its service',
    })),
    ...volumes.flatMap(({ type, source }, index) =>
      type === 'volume' && !source
        ? [
            {
              at: ['volumes', String(index)],
              what: 'the new container would not have what is in this volume',
              remedy: 'Give the volume a name',
            },
          ]
        : [],
    ),
  ]
}

/** `8080`, or a range; none, or 0, lets Docker choose. */
const isFixed = (published: string | number | undefined): boolean => published !== undefined && !['', '0'].includes(String(published))

/** Containers that live and end together. */
function sharedSpaces(name: string, { network_mode }: ModelService, { services }: ComposeModel): Found[] {
  const followers = Object.entries(services).filter(([, other]) => leadersOf(other).includes(name))
  return [
    ...(network_mode?.startsWith('service:') || network_mode?.startsWith('container:')
      ? [
          {
            at: ['network_mode'],
            what: 'two containers cannot have the same ports of one network',
            remedy: 'Give it a network of the project',
          },
        ]
      : []),
    ...followers.map(([follower]) => ({
      at: [],
      what: `${follower} has to be replaced with it (network, ipc or pid of a service, volumes_from, or restart: true)`,
      remedy: `Let ${follower} stand by itself`,
    })),
  ]
}

const ends: Found = { at: [], what: 'it runs once and ends, so it serves nobody', remedy: 'Take it out of `start-first`' }

const noHealth: Found = {
  at: [],
  what: 'nothing says when it is well',
  remedy: 'Add `verify` for it, with `port` and `health` or a `command`, or a `healthcheck` in the Compose file',
}

const isKnownWell = (service: ModelService, rule: VerifyRule | undefined): boolean =>
  rule?.command !== undefined ||
  (rule?.port !== undefined && (rule.health !== undefined || rule.version !== undefined || rule.smoke.length > 0)) ||
  isCheckedByDocker(service)
