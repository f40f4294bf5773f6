import type { VerifyRule } from '../domain/configuration.ts'
import { digestsOn, type PinnedImage, pinnedReference } from '../domain/image.ts'
import type { ObservedContainer } from '../domain/observed.ts'
import type { PlannedHost, PlannedService } from '../domain/plan.ts'
import { definitionOf } from './definition.ts'
import { type ComposeModel, isActive, type ModelService, replicasOf } from './model.ts'

/** What services are compared with, to see which get new containers. */
export interface Comparison {
  model: ComposeModel
  /** By service, for every service that runs. */
  pins: ReadonlyMap<string, PinnedImage>
  /**
   * The services that run now as described there; absent on a first deployment. `others` are those of which nobody knows
   * how they run, left behind by a release that could not be brought to its end.
   */
  previous?: { services: PlannedService[]; others?: string[] } | undefined
  hosts: ComparedHost[]
}

/** A host and what it has of the project. */
export interface ComparedHost extends Pick<PlannedHost, 'name' | 'platform' | 'previous'> {
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
  /** For services without a rule, in seconds. */
  proof: { within: number; soak: number }
  /** What interpolation saw: for configs and secrets that take their content from a variable. */
  values: ReadonlyMap<string, string>
  /** Keyed: the definitions hold secrets. */
  fingerprint: (text: string) => string
}

/** A service as it should run, whatever runs now. */
export type DescribedService = Omit<PlannedService, 'change' | 'because'>

export interface ServicesPlan {
  services: PlannedService[]
  /** Gone from the Compose file, or scaled away; their containers are removed, their volumes never. */
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
 * left alone on every host; one that differs anywhere is recreated everywhere, so that all hosts run the same release. A host that is
 * new among others has nothing that could differ: there everything is created, and nothing has to restart elsewhere for that.
 */
export function changesTo(described: DescribedService[], comparison: Comparison): ServicesPlan {
  const services = described.map((service) => withChange(service, comparison))
  return { services: withFollowers(services, comparison.model), removed: removedServices(services, comparison) }
}

function describeService(name: string, service: ModelService, request: ServicesRequest): DescribedService {
  const pin = request.pins.get(name)
  if (!pin && isActive(service)) throw new Error(`no image was resolved for service ${name}`)
  const image = pin ? pinnedReference(pin) : ''
  const rule = request.verify[name]
  return {
    name,
    image,
    fingerprint: request.fingerprint(definitionOf(name, service, image, request.model, request.values)),
    replicas: replicasOf(service),
    oneShot: isOneShot(name, service, request.model),
    ...(rule ? { verify: rule } : {}),
    within: rule?.within ?? request.proof.within,
    soak: rule?.soak ?? request.proof.soak,
    ...(pin?.revision ? { version: pin.revision } : {}),
  }
}

function withChange(planned: DescribedService, comparison: Comparison): PlannedService {
  const { name } = planned
  const before = comparison.previous?.services.find((candidate) => candidate.name === name && candidate.replicas > 0)
  if (planned.replicas === 0) return { ...planned, change: 'untouched', because: [] }
  if (!before) {
    // Compose may find such a container good enough and leave it; nobody could say then that it is what was planned.
    const found = comparison.hosts.find(({ containers }) => containers.some((container) => container.service === name))
    if (!found) return { ...planned, change: 'created', because: ['new'] }
    return { ...planned, change: 'recreated', because: [`runs on ${found.name} in a way Landfall does not know`] }
  }
  const differing = differences(planned, before)
  // What hosts run is compared only with what they should run already.
  const because = differing.length > 0 ? differing : missing(planned, comparison)
  return { ...planned, change: because.length > 0 ? 'recreated' : 'untouched', because }
}

type Compared = Pick<PlannedService, 'image' | 'fingerprint' | 'replicas'>

function differences(now: Compared, before: Compared): string[] {
  if (now.image !== before.image) return ['image']
  if (now.fingerprint !== before.fingerprint) return ['configuration']
  return now.replicas === before.replicas ? [] : ['replicas']
}

/** Hosts that do not run what the release before has planned for them. */
function missing(service: DescribedService, { pins, hosts }: Comparison): string[] {
  const pin = pins.get(service.name)
  const known = hosts.filter((host) => !isApart(host))
  return (known.length > 0 ? known : hosts).flatMap((host) => {
    const own = host.containers.filter((container) => container.service === service.name)
    const alive = own.filter((container) => isAlive(container, service.oneShot))
    if (alive.length < service.replicas) return [`not running on ${host.name}`]
    if (own.length > service.replicas) return [`too many containers on ${host.name}`]
    const known = pin ? digestsOn(pin, host.platform) : []
    return alive.every((container) => known.includes(container.image)) ? [] : [`another image on ${host.name}`]
  })
}

/** A service that ends by itself has done its work when it ended well. */
const isAlive = (container: ObservedContainer, oneShot: boolean): boolean =>
  container.status === 'running' || (oneShot && container.status === 'exited' && container.exitCode === 0)

function isOneShot(name: string, service: ModelService, model: ComposeModel): boolean {
  const staysUp = service.restart === 'always' || service.restart === 'unless-stopped'
  const awaited = Object.values(model.services).some((other) => other.depends_on[name]?.condition === 'service_completed_successfully')
  return !staysUp && awaited
}

/**
 * A container that lives in another's network, process or IPC space, mounts its volumes or asked to be restarted with it does not
 * outlive that one's replacement.
 */
function withFollowers(services: PlannedService[], model: ComposeModel): PlannedService[] {
  const changing = new Set(services.filter((service) => service.change !== 'untouched').map((service) => service.name))
  const followed = services.map((service): PlannedService => {
    const definition = model.services[service.name]
    const leader = definition && service.replicas > 0 ? leadersOf(definition).find((name) => changing.has(name)) : undefined
    return leader && service.change === 'untouched' ? { ...service, change: 'recreated', because: [`follows ${leader}`] } : service
  })
  const more = followed.some((service, index) => service.change !== services[index]?.change)
  return more ? withFollowers(followed, model) : followed
}

function leadersOf(service: ModelService): string[] {
  const spaces = [service.network_mode, service.ipc, service.pid].flatMap((mode) =>
    mode?.startsWith('service:') ? [mode.slice('service:'.length)] : [],
  )
  const mounted = service.volumes_from.flatMap((from) => (from.startsWith('container:') ? [] : [from.split(':')[0] ?? '']))
  const restarting = Object.entries(service.depends_on).flatMap(([name, dependency]) => (dependency.restart ? [name] : []))
  return [...spaces, ...mounted, ...restarting]
}

/** What each host that is new or late has to create although others keep it. */
export function createdApart(services: readonly PlannedService[], comparison: Omit<Comparison, 'previous'>): Map<string, string[]> {
  const { hosts } = comparison
  if (hosts.every(isApart)) return new Map()
  const kept = services.filter(({ change, replicas }) => change === 'untouched' && replicas > 0)
  return new Map(
    hosts.filter(isApart).flatMap((host) => {
      const created = kept.filter((service) => isNew(host) || !has(host, service, comparison)).map(({ name }) => name)
      const names = created.length > 0 ? withLed(created, services, comparison) : []
      return names.length > 0 ? [[host.name, names] as const] : []
    }),
  )
}

/** Whether a late host has a service as it is planned. */
function has(host: ComparedHost, service: PlannedService, comparison: Omit<Comparison, 'previous'>): boolean {
  const before = host.late?.find(({ name, replicas }) => name === service.name && replicas > 0)
  const { late: _, ...alone } = host
  return (
    before !== undefined && differences(service, before).length === 0 && missing(service, { ...comparison, hosts: [alone] }).length === 0
  )
}

/** With what does not outlive them. */
function withLed(created: readonly string[], services: readonly PlannedService[], { model }: Omit<Comparison, 'previous'>): string[] {
  const there = services.map((one): PlannedService => (created.includes(one.name) ? { ...one, change: 'created' } : one))
  const changed = withFollowers(there, model)
  return services.filter((one, index) => one.change === 'untouched' && changed[index]?.change !== 'untouched').map(({ name }) => name)
}

function removedServices(services: PlannedService[], { previous }: Comparison): string[] {
  const running = new Set(services.filter((service) => service.replicas > 0).map((service) => service.name))
  const before = (previous?.services ?? []).filter((service) => service.replicas > 0).map((service) => service.name)
  return [...new Set([...before, ...(previous?.others ?? [])])].filter((name) => !running.has(name))
}
