import type { VerifyRule } from '../domain/configuration.ts'
import type { SyncedFiles } from '../domain/files.ts'
import { digestsOn, type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ObservedContainer } from '../domain/observed.ts'
import { hasPlaceOn, type Place, runsOn } from '../domain/placement.ts'
import type { PlannedHost, PlannedService } from '../domain/plan.ts'
import type { StartFirstRule } from '../domain/rollout.ts'
import { apartOf } from './apart.ts'
import { withBeside } from './beside.ts'
import { givenTo } from './binds.ts'
import { definitionOf } from './definition.ts'
import type { FilesThere } from './files-since.ts'
import { withFollowers } from './followers.ts'
import { type ComposeModel, isCheckedByDocker, type ModelService, replicasOf } from './model.ts'
import { aliasesOf, mountedFiles } from './mounted-files.ts'

/** What services are compared with, to see which get new containers. */
export interface Comparison {
  model: ComposeModel
  /** By service, for every service that runs. */
  pins: ReadonlyMap<string, PinnedImage>
  /**
   * The services that run now as described there; absent on a first deployment. `others` are those of which nobody knows
   * how they run, left behind by a release that could not be brought to its end; beside those in `room` others can be started;
   * `files` are those of the repository that hosts have.
   */
  previous?: { services: PlannedService[]; others?: string[]; room?: string[]; files?: FilesThere } | undefined
  hosts: ComparedHost[]
  /** Hosts that are passed over. */
  away?: readonly Place[]
}

/** A host and what it has of the project. */
export interface ComparedHost extends Pick<PlannedHost, 'name' | 'platform' | 'previous' | 'profiles'> {
  containers: ObservedContainer[]
  /** Of a host that was away when the others got what they have: services as its own release has them. */
  late?: readonly PlannedService[]
}

/** Whether a host has nothing of the project yet. */
const isNew = ({ previous, containers }: ComparedHost): boolean => previous === undefined && containers.length === 0

/** Whether what it has says nothing of the others. */
const isApart = (host: ComparedHost): boolean => isNew(host) || host.late !== undefined

export interface ServicesRequest extends Comparison {
  verify: Record<string, VerifyRule>
  /** By service: how those leave beside which new ones are started. */
  startFirst?: Record<string, StartFirstRule> | undefined
  /** Files that services mount. */
  synced?: readonly SyncedFiles[] | undefined
  /** For services without a rule, in seconds. */
  proof: { within: number; soak: number }
  /** What interpolation saw: for configs and secrets that take their content from a variable. */
  values: ReadonlyMap<string, string>
  /** Keyed: the definitions hold secrets. */
  fingerprint: (text: string) => string
}

/** A service as it should run, whatever runs now. */
export type DescribedService = Omit<PlannedService, 'change' | 'because' | 'beside' | 'reloaded'>

export interface ServicesPlan {
  services: PlannedService[]
  /** Gone from the Compose file, or run nowhere any more; their containers are removed, their volumes never. */
  removed: string[]
}

/** Describes each service as it should run, and says whether it gets new containers. */
export function planServices(request: ServicesRequest): ServicesPlan {
  const described = Object.entries(request.model.services)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, service]) => describeService(name, service, request))
  return changesTo(described, request)
}

/**
 * Says for each service whether it gets new containers. A service whose definition, image and containers are as planned is
 * left alone on every host; one that differs anywhere is recreated wherever it runs, so that all hosts run the same release. A host that is
 * new among others, or new to a service's profile, has nothing that could differ: there it is created, and nothing has to restart
 * elsewhere for that (`planHosts`).
 */
export function changesTo(described: DescribedService[], comparison: Comparison): ServicesPlan {
  const services = described.map((service) => withChange(service, comparison))
  const followed = withFollowers(services, comparison.model)
  return {
    services: withBeside(followed, comparison.model, comparison.previous?.room ?? []),
    removed: removedServices(services, comparison),
  }
}

function describeService(name: string, service: ModelService, request: ServicesRequest): DescribedService {
  const all = [...request.hosts, ...(request.away ?? [])]
  const places = all.filter(({ profiles }) => hasPlaceOn(service.profiles, profiles))
  const pin = places.length > 0 ? request.pins.get(name) : undefined
  if (!pin && places.length > 0) throw new Error(`no image was resolved for service ${name}`)
  const image = pin ? pinnedReference(pin) : ''
  const rule = request.verify[name]
  const replicas = places.length > 0 ? replicasOf(service) : 0
  const startFirst = replicas > 0 && Object.hasOwn(request.startFirst ?? {}, name) ? request.startFirst?.[name] : undefined
  const { synced = [] } = request
  const files = replicas > 0 ? mountedFiles(name, request.model, synced) : undefined
  const binds = replicas > 0 ? givenTo(name, request.model) : []
  const aliases = synced.some(({ check }) => check) ? aliasesOf(service) : []
  return {
    name,
    image,
    fingerprint: request.fingerprint(definitionOf(name, service, image, request.model, request.values)),
    replicas,
    ...onlyOn(places, all),
    oneShot: isOneShot(name, service, request.model),
    ...(rule ? { verify: rule } : {}),
    ...(isCheckedByDocker(service) ? { dockerHealth: true as const } : {}),
    within: rule?.within ?? request.proof.within,
    soak: rule?.soak ?? request.proof.soak,
    ...(pin?.revision ? { version: pin.revision } : {}),
    ...(files !== undefined && { files }),
    ...(aliases.length > 0 && { aliases }),
    ...(replicas > 0 && apartOf(service)),
    ...(binds.length > 0 && { binds }),
    ...(startFirst && { startFirst }),
  }
}

/** Where a service runs, of all hosts of a plan; nothing to be said where that is all of them, or none. */
export const onlyOn = (places: readonly { name: string }[], all: readonly unknown[]): Pick<PlannedService, 'hosts'> =>
  places.length > 0 && places.length < all.length ? { hosts: places.map(({ name }) => name) } : {}

function withChange(planned: DescribedService, comparison: Comparison): PlannedService {
  const { name } = planned
  if (planned.replicas === 0) return { ...planned, change: 'untouched', because: nowhere(planned, comparison) }
  const before = comparison.previous?.services.find((candidate) => candidate.name === name && candidate.replicas > 0)
  const here = comparison.hosts.filter((host) => runsOn(planned, host.name))
  if (here.length === 0) return { ...planned, change: 'untouched', because: ['only on hosts that are away'] }
  const had = comparison.hosts.filter((host) => before && !isApart(host) && runsOn(before, host.name))
  const kept = here.filter((host) => had.includes(host))
  // Compose may find such a container good enough and leave it; nobody could say then that it is what was planned.
  const found = here.find(
    (host) => !kept.includes(host) && host.late === undefined && host.containers.some(({ service }) => service === name),
  )
  if (found) return { ...planned, change: 'recreated', because: [`runs on ${found.name} in a way Landfall does not know`] }
  if (!before) return { ...planned, change: 'created', because: ['new'] }
  const differing = differences(planned, before)
  if (differing.length > 0) return { ...planned, change: 'recreated', because: differing }
  if (kept.length === 0 && had.length > 0)
    return { ...planned, change: 'created', because: [`moves from ${had.map((host) => host.name).join(', ')}`] }
  // What hosts run is compared only with what they should run already.
  const because = missing(planned, comparison.pins.get(name), kept.length > 0 ? kept : here)
  return { ...planned, change: because.length > 0 ? 'recreated' : 'untouched', because }
}

/** Why it runs on no host, where that is for its profiles. */
function nowhere({ name }: DescribedService, { model, hosts, away = [] }: Comparison): string[] {
  const profiles = model.services[name]?.profiles ?? []
  const placed = [...hosts, ...away].some((host) => hasPlaceOn(profiles, host.profiles))
  return placed ? [] : [`no host has the profile ${profiles.join(' or ')}`]
}

type Compared = Pick<PlannedService, 'image' | 'fingerprint' | 'files' | 'replicas'>

function differences(now: Compared, before: Compared): string[] {
  if (now.image !== before.image) return ['image']
  if (now.fingerprint !== before.fingerprint) return ['configuration']
  if (now.files !== before.files) return ['files']
  return now.replicas === before.replicas ? [] : ['replicas']
}

/** Hosts that do not run what the release before has planned for them. */
function missing(service: DescribedService, pin: PinnedImage | undefined, hosts: readonly ComparedHost[]): string[] {
  return hosts.flatMap((host) => {
    const own = host.containers.filter((container) => container.service === service.name)
    const alive = own.filter((container) => isAlive(container, service.oneShot))
    if (alive.length < service.replicas) return [`not running on ${host.name}`]
    if (own.length > service.replicas) return [`too many containers on ${host.name}`]
    const known = pin ? digestsOn(pin, host.platform) : []
    return alive.every((container) => known.includes(container.image)) ? [] : [`another image on ${host.name}`]
  })
}

/** Whether a host has what others keep: some containers of it, and one that is late those which are planned. */
export function runsAsPlanned(host: ComparedHost, service: PlannedService, { pins }: Pick<Comparison, 'pins'>): boolean {
  if (host.late === undefined) return host.containers.some((container) => container.service === service.name)
  const before = host.late.find(({ name, replicas }) => name === service.name && replicas > 0)
  return before !== undefined && differences(service, before).length === 0 && missing(service, pins.get(service.name), [host]).length === 0
}

/** A service that ends by itself has done its work when it ended well. */
const isAlive = (container: ObservedContainer, oneShot: boolean): boolean =>
  container.status === 'running' || (oneShot && container.status === 'exited' && container.exitCode === 0)

/** Whether it ends by itself: others wait for that. */
export function isOneShot(name: string, service: ModelService, model: ComposeModel): boolean {
  const staysUp = service.restart === 'always' || service.restart === 'unless-stopped'
  const awaited = Object.values(model.services).some((other) => other.depends_on[name]?.condition === 'service_completed_successfully')
  return !staysUp && awaited
}

function removedServices(services: PlannedService[], { previous }: Comparison): string[] {
  const running = new Set(services.filter((service) => service.replicas > 0).map((service) => service.name))
  const before = (previous?.services ?? []).filter((service) => service.replicas > 0).map((service) => service.name)
  return [...new Set([...before, ...(previous?.others ?? [])])].filter((name) => !running.has(name))
}
