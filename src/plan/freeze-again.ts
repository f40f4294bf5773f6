import { isDeepStrictEqual } from 'node:util'
import { type PinnedImage, pinnedReference } from '../domain/image.ts'
import { allPlaces, type HostProfiles, hasPlaceOn, type Place, passedOver, placeOf } from '../domain/placement.ts'
import type { Draft, Plan } from '../domain/plan.ts'
import { allAtOnce, type StartFirstRule } from '../domain/rollout.ts'
import { startFirstOf, withRoom } from './beside.ts'
import { filesSince, withReloaded } from './files-since.ts'
import { planHosts } from './hosts.ts'
import type { ComposeModel } from './model.ts'
import { overrideText } from './override.ts'
import { type ComparedHost, changesTo, type DescribedService, onlyOn, type ServicesRequest } from './services.ts'
import { structureOf } from './structure.ts'
import { wavesOf } from './waves.ts'

/** What a release is brought again to. */
export interface AgainRequest {
  /** The plan of that release. */
  release: Plan
  hosts: ComparedHost[]
  /** Names of every host in order, those that are passed over as well; of `hosts` where absent. */
  names?: readonly string[]
  /** Of those that are passed over. */
  profiles?: HostProfiles
  running?: ServicesRequest['previous']
  /** By service, as the release that runs has it: how those leave beside which others are started. */
  startFirst?: Record<string, StartFirstRule>
}

/**
 * Freezes a release once more from its own plan: Compose file, digests, values and files are those of then, and only which services change is
 * found anew. All hosts go at once.
 */
export function freezeAgain({ release, hosts, names, profiles = new Map(), running, startFirst }: AgainRequest): Draft {
  const { generation: _, onFailure: __, unreachable: ___, late: ____, kept: _____, passed: ______, bake: _______, ...asItWas } = release
  const {
    away: ________,
    awayProfiles: _________,
    before: __________,
    contract: ___________,
    synced,
    gone: ____________,
    ...same
  } = asItWas
  const model = structureOf(release.compose)
  const images = new Map(release.images.map((image) => [pinnedReference(image), image]))
  const pins = new Map(
    release.services.flatMap(({ name, image }): [string, PinnedImage][] => {
      const pin = images.get(image)
      return pin ? [[name, pin]] : []
    }),
  )
  const here = hosts.map(({ name }) => name)
  const all = names ?? here
  const away = all.filter((name) => !here.includes(name)).map((name) => placeOf(name, profiles))
  const comparison = { model, pins, hosts, away }
  const described = leaving(release, startFirst).map((service) => placedOn(service, release, [...hosts, ...away], model))
  const { services: compared, removed } = changesTo(described, { ...comparison, previous: running })
  const since = filesSince(synced, running?.files)
  const services = withReloaded(compared, since)
  return {
    ...same,
    format: 2,
    services,
    removed,
    hosts: planHosts(services, comparison),
    waves: wavesOf(all, allAtOnce),
    ...passedOver(away),
    override: overrideText(services, model),
    ...since,
  }
}

/** The release's services, with how their containers leave by now. */
function leaving(release: Plan, startFirst: Record<string, StartFirstRule> | undefined): DescribedService[] {
  const rules = { ...startFirstOf(release), ...startFirst }
  const room = withRoom(release)
  return release.services.map(({ change: _, because: __, beside: ___, startFirst: ____, reloaded: _____, ...service }) => {
    const rule = room.includes(service.name) && service.replicas > 0 && !service.oneShot ? rules[service.name] : undefined
    return rule ? { ...service, startFirst: rule } : service
  })
}

/**
 * Where a service of the release runs on these hosts: as it did then, where they have the profiles of then. Read from the Compose file
 * otherwise; what ran nowhere has no image, and goes on to run nowhere.
 */
function placedOn(service: DescribedService, release: Plan, hosts: readonly Place[], model: ComposeModel): DescribedService {
  const profiles = (all: readonly Place[]) => all.map(({ name, profiles: own = [] }) => [name, ...own].join(' ')).toSorted()
  if (isDeepStrictEqual(profiles(hosts), profiles(allPlaces(release)))) return service
  const { hosts: _, ...everywhere } = service
  const places = hosts.filter((host) => hasPlaceOn(model.services[service.name]?.profiles ?? [], host.profiles))
  return { ...everywhere, replicas: places.length > 0 ? service.replicas : 0, ...onlyOn(places, hosts) }
}
