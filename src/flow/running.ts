import { isDeepStrictEqual } from 'node:util'
import { type Adoption, releaseBefore } from '../domain/adoption.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { PinnedImage } from '../domain/image.ts'
import type { ReleaseOnHost } from '../domain/observed.ts'
import type { Plan, PlannedService } from '../domain/plan.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { withRoom } from '../plan/beside.ts'
import { type FilesThere, filesIn } from '../plan/files-since.ts'
import type { SeenHost } from './hosts-state.ts'
import type { Ports } from './ports.ts'

/** How far back the last deployment that succeeded is looked for: mostly it is near, and each has its plan to read. */
const reaches = [5, 50, 500]

/** What earlier plans tell of the containers that hosts have now. */
export interface Running {
  /** Services that run as described, wherever they run. */
  services: PlannedService[]
  /** Services that may have containers of which nobody knows what they were made from. */
  others: string[]
  /** Services whose containers can have others beside them. */
  room: string[]
  /** Files of the repository that hosts have, as far as that is known. */
  files: FilesThere
  /** By these digests of other people's images the next release stays. */
  images: PinnedImage[]
}

/**
 * What runs on these hosts. Where all confirmed the same release that is its plan, whole. After a deployment that could
 * not be brought to an end, or where hosts differ, it is what all releases that may have left containers agree on: so a
 * database that none of them changed is still left alone. What was adopted counts as the first release. Undefined where no earlier plan is
 * known.
 */
export async function runningRelease(
  seen: SeenHost[],
  repository: Repository,
  environment: string,
  ports: Ports,
): Promise<Running | undefined> {
  const history = await sinceLastSuccess(repository, environment, ports)
  const current = seen.flatMap(({ state }) => state.current ?? [])
  const there = await Promise.all(current.map(({ generation }) => planOf(repository, environment, generation, ports)))
  const verified = history.find(({ state }) => state === 'succeeded')
  const adopted = verified ? undefined : await adoptedRelease(seen, repository, environment, ports)
  const candidates = mayRun(current, there, history, verified?.plan ?? adopted)
  const [first, ...more] = candidates
  if (!first) return undefined
  const explained = (verified !== undefined || adopted !== undefined) && there.every((plan) => plan !== undefined)
  const services = explained
    ? first.services.filter((service) => more.every((plan) => plan.services.some((one) => isSame(one, service))))
    : []
  const certain = new Set(services.map(({ name }) => name))
  const names = candidates.flatMap((plan) => plan.services.filter(({ replicas }) => replicas > 0).map(({ name }) => name))
  return {
    services,
    others: names.filter((name) => !certain.has(name)),
    room: explained ? roomIn(candidates) : [],
    files: explained ? filesIn(candidates) : new Map([...filesIn(candidates).keys()].map((path) => [path, ''])),
    images: candidates.flatMap(({ images }) => images),
  }
}

/** What has room in every release that may run there; one that a release has not is in nobody's way. */
function roomIn(candidates: readonly Plan[]): string[] {
  const rooms = candidates.map((plan) => ({ plan, room: withRoom(plan) }))
  const names = new Set(rooms.flatMap(({ room }) => room))
  return [...names].filter((name) =>
    rooms.every(({ plan, room }) => room.includes(name) || !plan.services.some((one) => one.name === name && one.replicas > 0)),
  )
}

/** The plan that was put on hosts under a generation. */
export async function planOf(repository: Repository, environment: string, generation: number, ports: Ports): Promise<Plan | undefined> {
  return (await ports.store.deployments.ofGeneration(fullName(repository), environment, generation))?.plan
}

/** The deployment that was proved last; undefined where none was. */
export const lastSuccess = async (
  repository: Repository,
  environment: string,
  ports: Pick<Ports, 'store'>,
): Promise<Deployment | undefined> => (await sinceLastSuccess(repository, environment, ports)).find(({ state }) => state === 'succeeded')

/** An environment's deployments, newest first, back to one that succeeded. */
export async function sinceLastSuccess(repository: Repository, environment: string, ports: Pick<Ports, 'store'>): Promise<Deployment[]> {
  let history: Deployment[] = []
  for (const reach of reaches) {
    history = await ports.store.deployments.ofEnvironment(fullName(repository), environment, reach)
    if (history.length < reach || history.some(({ state }) => state === 'succeeded')) break
  }
  return history
}

/**
 * What was adopted and still runs, as the release before the first one. A service of which a host has any other container by now is not known
 * any more.
 */
async function adoptedRelease(seen: SeenHost[], repository: Repository, environment: string, ports: Pick<Ports, 'store'>) {
  const adoption = await ports.store.adoptions.of(fullName(repository), environment)
  return adoption && releaseBefore(stillThere(adoption, seen))
}

function stillThere({ draft, containers }: Adoption, seen: SeenHost[]): Adoption {
  const isKnown = (host: string, id: string) => containers.some((one) => one.host === host && one.id === id)
  const replaced = seen.flatMap(({ host, state }) =>
    state.containers.flatMap(({ service, id }) => (isKnown(host.name, id) ? [] : [service])),
  )
  return { draft: { ...draft, services: draft.services.filter(({ name }) => !replaced.includes(name)) }, containers }
}

/** Plans of every release that may have left containers on these hosts, the verified one first. */
function mayRun(current: ReleaseOnHost[], there: (Plan | undefined)[], history: Deployment[], first: Plan | undefined): Plan[] {
  const last = history.findIndex(({ state }) => state === 'succeeded')
  const halted = history.slice(0, last === -1 ? undefined : last).filter(({ state }) => state === 'halted')
  const sure = halted.length === 0 && current.every(({ confirmed }) => confirmed)
  const nothingYet = last === -1 && current.length === 0
  const plans = sure && !nothingYet ? there : [first, ...there, ...halted.map(({ plan }) => plan)]
  const known = new Map(plans.flatMap((plan) => (plan === undefined ? [] : [[plan.generation, plan]])))
  return [...known.values()]
}

const isSame = (one: PlannedService, other: PlannedService): boolean =>
  one.name === other.name &&
  one.image === other.image &&
  one.fingerprint === other.fingerprint &&
  one.files === other.files &&
  one.replicas === other.replicas &&
  isDeepStrictEqual(one.hosts, other.hosts)
