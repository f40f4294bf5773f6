import { isDeepStrictEqual } from 'node:util'
import type { GateRules } from '../domain/gate.ts'
import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ObservedContainer } from '../domain/observed.ts'
import { hasPlaceOn } from '../domain/placement.ts'
import type { Draft, Plan } from '../domain/plan.ts'
import { allAtOnce, type StartFirstRule } from '../domain/rollout.ts'
import { startFirstOf, withRoom } from './beside.ts'
import { planHosts } from './hosts.ts'
import type { ComposeModel } from './model.ts'
import { overrideText } from './override.ts'
import { changesTo, type DescribedService, onlyOn, type ServicesRequest } from './services.ts'
import { structureOf } from './structure.ts'
import { wavesOf } from './waves.ts'

/** What a plan is made from where nothing but hosts and the database can be asked. */
export interface KeptRequest {
  /** The plan of the release to go back to. */
  release: Plan
  /** The generation whose files are taken. */
  kept: number
  hosts: (Plan['hosts'][number] & { containers: ObservedContainer[] })[]
  running?: ServicesRequest['previous']
  /** By service, as the release that runs has it: how those leave beside which others are started. */
  startFirst?: Record<string, StartFirstRule>
  /** Registries whose credentials the repository may use. */
  registries: readonly string[]
  /** That hold for what comes next. */
  gates: GateRules
  /** Granted chat channels. */
  notify: readonly string[]
}

/**
 * Freezes the way back to a release from its own plan: Compose file, digests, values and files are those of then, and only which services
 * change is found anew. What a rule of the operator's would refuse today is not asked: it was not when the release was verified.
 */
export function freezeKept({ release, kept, hosts, running, startFirst, registries, gates, notify }: KeptRequest): Draft {
  const { generation, bake: _, ...same } = release
  const model = structureOf(release.compose)
  const images = new Map(release.images.map((image) => [pinnedReference(image), image]))
  const pins = new Map(
    release.services.flatMap(({ name, image }): [string, PinnedImage][] => {
      const pin = images.get(image)
      return pin ? [[name, pin]] : []
    }),
  )
  const leaving = { ...startFirstOf(release), ...startFirst }
  const room = withRoom(release)
  const described = release.services.map(({ change: __, because: ___, beside: ____, startFirst: _____, ...service }) => {
    const rule = room.includes(service.name) && service.replicas > 0 && !service.oneShot ? leaving[service.name] : undefined
    return placedOn(rule ? { ...service, startFirst: rule } : service, release, hosts, model)
  })
  const { services, removed } = changesTo(described, { model, pins, previous: running, hosts })
  return {
    ...same,
    format: 2,
    kind: 'rollback',
    again: generation,
    services,
    removed,
    hosts: planHosts(hosts, services, model),
    waves: wavesOf(
      hosts.map(({ name }) => name),
      allAtOnce,
    ),
    override: overrideText(services, model),
    kept,
    logins: release.logins.filter((registry) => registries.includes(registry)),
    soak: 'behind',
    gates,
    notify: [...notify],
  }
}

/**
 * Where a service of the release runs on these hosts: as it did then, where they have the profiles of then. Read from the Compose file
 * otherwise; what ran nowhere has no image, and goes on to run nowhere.
 */
function placedOn(service: DescribedService, release: Plan, hosts: KeptRequest['hosts'], model: ComposeModel): DescribedService {
  const profiles = (all: Plan['hosts']) => all.map(({ name, profiles: own = [] }) => [name, ...own].join(' ')).toSorted()
  if (isDeepStrictEqual(profiles(hosts), profiles(release.hosts))) return service
  const { hosts: _, ...everywhere } = service
  const places = hosts.filter((host) => hasPlaceOn(model.services[service.name]?.profiles ?? [], host.profiles))
  return { ...everywhere, replicas: places.length > 0 ? service.replicas : 0, ...onlyOn(places, hosts) }
}
