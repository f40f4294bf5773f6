import type { Deployment } from '../domain/deployment.ts'
import { type PinnedImage, pinnedReference, samePlatform } from '../domain/image.ts'
import type { RecoveryIntent } from '../domain/intent.ts'
import { allPlaces, runsOn } from '../domain/placement.ts'
import type { Plan } from '../domain/plan.ts'
import { fullName } from '../domain/repository.ts'
import { freezeLate } from '../plan/freeze-late.ts'
import type { ComparedHost } from '../plan/services.ts'
import { lock } from '../policy/gates/lock.ts'
import { hostsMeant } from '../policy/hosts.ts'
import { planText } from '../report/plan-text.ts'
import { awaitingNow } from './away.ts'
import { heldHost, type Looked, nextGeneration, plannedHosts } from './hosts-state.ts'
import type { Learning } from './learn.ts'
import { deploymentReports } from './publish.ts'
import { planOf } from './running.ts'
import { broughtBy } from './settle.ts'

/**
 * Brings hosts that are back what the others got while they were away, by a deployment of its own: the same release, with what let it
 * through then. Not over a lock or a hold, and not where something newer was asked for; then it is looked at again.
 *
 * @param history deployments of the environment, newest first
 */
export async function bringUp(history: readonly Deployment[], { seen, away }: Looked, learning: Learning): Promise<void> {
  const { repository, environment, ports } = learning
  const awaiting = awaitingNow(history)
  const release = awaiting?.plan
  if (!awaiting || !release) return
  const late = seen.map(({ host }) => host.name).filter((name) => awaiting.awaits?.includes(name))
  const skip = (why: string) => ports.log.info('hosts are back and are not brought up yet', { environment, hosts: late, why })
  if (late.length === 0) return
  if (release.hosts.some(({ name }) => away.includes(name))) return skip('another host is away by now')
  if ((await ports.store.deployments.open(fullName(repository), environment)).length > 0) return
  if (await isLocked(awaiting, learning)) return skip('locked')
  if (heldHost(seen, release.project)) return skip('held by an administrator')
  const unfit = seen.find(({ host, state }) =>
    imagesOn(host.name, release).some(({ platforms }) => !platforms.some(({ platform }) => samePlatform(platform, state.platform))),
  )
  if (unfit) return skip(`an image is not built for the platform of ${unfit.host.name}`)

  const profiles = new Map(allPlaces(release).map(({ name, profiles: own = [] }) => [name, own]))
  const hosts: ComparedHost[] = await Promise.all(
    plannedHosts(seen, profiles).map((host) => (late.includes(host.name) ? asLate(host, learning) : host)),
  )
  const others = hosts.flatMap((host) => host.late?.map(({ name }) => name) ?? [])
  const running = { services: release.services, others }
  const draft = freezeLate({ release, hosts, profiles, names: hostsMeant(release, ports.operator.current()), running, late })
  const generation = await nextGeneration(seen, repository, environment, ports)
  if (generation.kind !== 'ok') return skip('a host knows of more than the database')
  await store(awaiting, { ...draft, generation: generation.value }, learning)
}

/** Of the services that run there. */
const imagesOn = (host: string, { services, images }: Plan): PinnedImage[] =>
  images.filter((image) => services.some((service) => runsOn(service, host) && service.image === pinnedReference(image)))

/** With what its own release has, so that it gets no more than what differs. */
async function asLate(host: ComparedHost, { repository, environment, ports }: Learning): Promise<ComparedHost> {
  const own = host.previous && (await planOf(repository, environment, host.previous.generation, ports))
  return { ...host, late: own?.services ?? [] }
}

async function isLocked({ actor }: Deployment, { repository, environment, ports }: Learning): Promise<boolean> {
  const locks = await ports.store.locks.of(fullName(repository))
  return lock({ locks, environment, kind: 'heal', actor, now: ports.clock.now().toISOString() }).kind !== 'open'
}

/** It is planned at once: nobody is asked, and whatever comes after it finds it begun. */
async function store(awaiting: Deployment, plan: Plan, { repository, environment, lease, ports }: Learning): Promise<void> {
  const [id, intent] = [ports.ids(), ports.ids()]
  const now = ports.clock.now().toISOString()
  const { kind, project, actor } = awaiting
  const deployment: Deployment = {
    ...{ id, intent, kind, repository, project, environment, actor, state: 'planned', createdAt: now },
    ...broughtBy(awaiting),
    plan,
  }
  const key = `hosts of ${fullName(repository)} ${environment} are back ${id}`
  const wish: RecoveryIntent = { id: intent, key, kind: 'recovery', repository, actor: 'landfall', delivery: key, receivedAt: now }
  await ports.store.deployments.found(
    { intent: wish, deployments: [deployment], receipts: [], reports: deploymentReports(deployment) },
    lease,
  )
  await ports.store.timeline.append(id, [{ at: now, step: 'plan', text: planText(plan) }])
  ports.log.info('hosts are back', { deployment: id, environment, hosts: plan.late })
  await ports.queue.wake(`deployment:${id}`)
}
