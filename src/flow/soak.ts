import { bakesUntil, type Deployment } from '../domain/deployment.ts'
import { isAffected, type Plan } from '../domain/plan.ts'
import { reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { maskOf } from './bundle.ts'
import { lookAtHosts, lookSubject } from './hosts-state.ts'
import type { Ports } from './ports.ts'
import type { Proved } from './prove.ts'
import type { Work } from './under-lease.ts'
import { watchEverything } from './watch-behind.ts'
import { conclude, type Ended, type Watched } from './watch-ended.ts'

/** What is woken when a deployment that is verified is watched on. */
export const soakSubject = (id: string): string => `soak:${id}`

/** Seconds between two looks whether something else has come over what is watched. */
const lookEvery = 1

/** How many deployments back from the newest the watched one is looked for; further back something has long come over it. */
const remembered = 20

/** Whether there is anything to watch once the plan's services are verified. */
export const soaksBehind = ({ soak, services }: Plan): boolean =>
  soak === 'behind' && services.some((one) => one.replicas > 0 && !one.oneShot && isAffected(one) && one.soak > 0)

/**
 * Watches what was verified: a rollback for as long as its services ask for, a deployment for as long as it bakes. Nobody waits for it: it
 * has a lease of its own and ends when the next deployment is planned. A soak that a Landfall left is begun anew, a bake goes on for
 * what is left of it. What a deployment brought and is not well any more is taken back. What a rollback brought is told, loudly, and left to
 * people: to go further back would take the next release from those who chose this one, over a database that may not fit it,
 * because of a fault that may be another one's.
 */
export async function soakWork(id: string, ports: Ports): Promise<Work | undefined> {
  const deployment = await ports.store.deployments.read(id)
  const plan = deployment?.plan
  if (deployment?.soak?.state !== 'under-way' || !plan) return undefined
  return {
    lease: soakSubject(id),
    async run(lease, signal) {
      const mask = await maskOf(plan, ports)
      await conclude(await watchOn({ deployment, plan, mask, signal }, ports), { deployment, plan, mask, signal }, lease, ports)
      return undefined
    },
  }
}

/** Until everything was well for long enough, something was not, or something else came over it. */
async function watchOn({ deployment, plan, mask, signal }: Watched, ports: Ports): Promise<Ended> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const end = bakesUntil(deployment)
  const looking = lookOut(deployment, over, until, ports)
  const failures: Extract<Proved, { kind: 'failed' }>[] = []
  const watched = await watchEverything(
    { plan, mask, signal: until, ...(end !== undefined && { until: Date.parse(end) }) },
    (failed) => {
      if (failed.kind === 'failed') failures.push(failed)
      over.abort()
    },
    ports,
  )
  over.abort()
  await looking
  signal.throwIfAborted()
  // Planned before its first order: whatever it did to what was watched, it is known by now.
  if (await isOvertaken(deployment, ports)) return { state: 'cut-short' }
  const [failed] = failures
  if (!failed) {
    for (const one of watched) if (one.status === 'rejected') throw one.reason
    return { state: 'well' }
  }
  const { replaced, held } = await hostsNow(plan, signal, ports)
  if (replaced) {
    await ports.queue.wake(lookSubject(fullName(plan.repository), plan.environment))
    return { state: 'cut-short', reason: reason('overtaken', { by: 'somebody on the host' }) }
  }
  // Only what was seen is a verdict on the release: a host that nobody reaches says nothing of it.
  const isSeen = failed.reason.code === 'verification-failed' || failed.reason.code === 'url-failed'
  return isSeen ? { state: 'unwell', seen: failed, ...(held !== undefined && { held }) } : { state: 'cut-short', reason: failed.reason }
}

/** Ends the watch when something else comes over what is watched. A database that does not answer is no reason not to look at hosts. */
async function lookOut(deployment: Deployment, over: AbortController, until: AbortSignal, ports: Ports): Promise<void> {
  while (!until.aborted) {
    await ports.clock.sleep(lookEvery, until)
    if (!until.aborted && (await isOvertaken(deployment, ports).catch(() => false))) over.abort()
  }
}

async function isOvertaken({ id, repository, environment }: Deployment, { store }: Ports): Promise<boolean> {
  const history = await store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const position = history.findIndex((one) => one.id === id)
  return position === -1 || history.slice(0, position).some(({ plan }) => plan !== undefined)
}

/** Whether a host runs another release by now: an administrator went back there, and what is missing now is none of this one's faults. And who holds one. */
async function hostsNow(
  { project, environment, repository, hosts, generation }: Plan,
  signal: AbortSignal,
  ports: Ports,
): Promise<{ replaced: boolean; held?: string }> {
  const asked = { operator: ports.operator.current(), repository: fullName(repository), project, environment }
  const allowed = allowedHosts({ ...asked, asked: hosts.map(({ name }) => name) })
  if (allowed.kind === 'refused') return { replaced: false }
  const seen = await lookAtHosts(allowed.hosts, { project, environment }, ports, signal)
  if (seen.kind !== 'ok') return { replaced: false }
  const states = seen.value.map(({ state }) => state)
  const held = states.flatMap((state) => state.held ?? [])[0]
  const replaced = states.some(({ current }) => current !== undefined && current.generation !== generation)
  return { replaced, ...(held !== undefined && { held }) }
}
