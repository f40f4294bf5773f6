import type { Deployment } from '../domain/deployment.ts'
import type { PinnedImage } from '../domain/image.ts'
import type { ReleaseOnHost } from '../domain/observed.ts'
import type { Plan, PlannedService } from '../domain/plan.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import type { SeenHost } from './hosts-state.ts'
import type { Ports } from './ports.ts'

/** How many deployments back the plan of what runs is looked for. */
const remembered = 200

/** What earlier plans tell of the containers that hosts have now. */
export interface Running {
  /** Services that run as described, wherever they run. */
  services: PlannedService[]
  /** Services that may have containers of which nobody knows what they were made from. */
  others: string[]
  /** By these digests of other people's images the next release stays. */
  images: PinnedImage[]
}

/**
 * What runs on these hosts. Where all confirmed the same release that is its plan, whole. After a deployment that could
 * not be brought to an end, or where hosts differ, it is what all releases that may have left containers agree on: so a
 * database that none of them changed is still left alone. Undefined where no earlier plan is known.
 */
export async function runningRelease(
  seen: SeenHost[],
  repository: Repository,
  environment: string,
  ports: Ports,
): Promise<Running | undefined> {
  const history = await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const current = seen.flatMap(({ state }) => state.current ?? [])
  const candidates = mayRun(current, history)
  const [first, ...more] = candidates
  if (!first) return undefined
  const explained = history.some(({ state }) => state === 'succeeded') && current.every(({ generation }) => planOf(history, generation))
  const services = explained
    ? first.services.filter((service) => more.every((plan) => plan.services.some((one) => isSame(one, service))))
    : []
  const certain = new Set(services.map(({ name }) => name))
  const names = candidates.flatMap((plan) => plan.services.filter(({ replicas }) => replicas > 0).map(({ name }) => name))
  return { services, others: names.filter((name) => !certain.has(name)), images: candidates.flatMap(({ images }) => images) }
}

/** The plan that was put on hosts under a generation. */
export const planOf = (history: Deployment[], generation: number): Plan | undefined =>
  history.find(({ plan }) => plan?.generation === generation)?.plan

/** Plans of every release that may have left containers on these hosts, the verified one first. */
function mayRun(current: ReleaseOnHost[], history: Deployment[]): Plan[] {
  const last = history.findIndex(({ state }) => state === 'succeeded')
  const halted = history.slice(0, last === -1 ? undefined : last).filter(({ state }) => state === 'halted')
  const sure = halted.length === 0 && current.every(({ confirmed }) => confirmed)
  const there = current.flatMap(({ generation }) => planOf(history, generation) ?? [])
  const plans = sure ? there : [history[last]?.plan, ...there, ...halted.map(({ plan }) => plan)]
  return [...new Set(plans.filter((plan) => plan !== undefined))]
}

const isSame = (one: PlannedService, other: PlannedService): boolean =>
  one.name === other.name && one.image === other.image && one.fingerprint === other.fingerprint && one.replicas === other.replicas
