import { bakesUntil, type Deployment, type SoakBehind } from '../domain/deployment.ts'
import type { Plan } from '../domain/plan.ts'
import { reason, sentenceOf } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { type Mask, maskOf } from './bundle.ts'
import { keepWords } from './evidence.ts'
import { lookAtHosts, lookSubject } from './hosts-state.ts'
import type { Lease, Ports } from './ports.ts'
import type { Proved } from './prove.ts'
import { deploymentReports } from './publish.ts'
import { bakeFailed, goBack, whatComesOf } from './return-by-itself.ts'
import type { Work } from './under-lease.ts'
import { watchEverything } from './watch-behind.ts'

/** What is woken when a deployment that is verified is watched on. */
export const soakSubject = (id: string): string => `soak:${id}`

/** Seconds between two looks whether something else has come over what is watched. */
const lookEvery = 1

/** How many deployments back from the newest the watched one is looked for; further back something has long come over it. */
const remembered = 20

/** Whether there is anything to watch once the plan's services are verified. */
export const soaksBehind = ({ soak, services }: Plan): boolean =>
  soak === 'behind' && services.some((one) => one.replicas > 0 && !one.oneShot && one.change !== 'untouched' && one.soak > 0)

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

interface Watched {
  deployment: Deployment
  plan: Plan
  mask: Mask
  signal: AbortSignal
}

/** How a watch ended. `unwell`: by what was seen, and whether an administrator holds a host. */
type Ended =
  | Exclude<SoakBehind, { state: 'under-way' | 'unwell' }>
  | { state: 'unwell'; seen: Extract<Proved, { kind: 'failed' }>; held?: string }

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

/** Records how it ended, and lets a deployment go that did not stay well while it baked. */
async function conclude(ended: Ended, watched: Watched, lease: Lease, ports: Ports): Promise<void> {
  const { deployment } = watched
  if (ended.state !== 'unwell') return record({ ...deployment, soak: ended }, lease, ports)
  const { seen, held } = ended
  const { environment } = deployment
  if (bakesUntil(deployment) === undefined)
    return record(
      { ...deployment, soak: { state: 'unwell', reason: reason('soak-failed', { environment, ...seen.reason.evidence }) } },
      lease,
      ports,
    )
  const next = await whatComesOf(deployment, held, ports)
  if (next.kind === 'overtaken') return record({ ...deployment, soak: { state: 'cut-short' } }, lease, ports)
  const why = bakeFailed(seen.reason, deployment, next)
  await keepEvidenceOf(seen, watched, ports)
  if (next.kind === 'stays') return record({ ...deployment, soak: { state: 'unwell', reason: why } }, lease, ports)
  await note(deployment, `not well: ${sentenceOf(why)}; Landfall goes back to ${why.evidence.to} by itself`, ports)
  await goBack(deployment, next.to, why, lease, ports)
  await ports.queue.wake('reports')
}

/** What its containers said last, before the way back takes them. */
async function keepEvidenceOf(
  { service, reason: seen }: Extract<Proved, { kind: 'failed' }>,
  watched: Watched,
  ports: Ports,
): Promise<void> {
  const host = ports.operator.current().hosts[seen.evidence.host ?? '']
  if (!host || service === undefined) return
  const { deployment, plan, mask, signal } = watched
  await keepWords({ host, service, plan, mask, signal }, ports, (text) => note(deployment, text, ports, { step: 'logs', host: host.name }))
}

const note = ({ id }: Deployment, text: string, { store, clock }: Ports, where: { step?: string; host?: string } = {}): Promise<void> =>
  store.timeline.append(id, [{ at: clock.now().toISOString(), step: 'soak', text, ...where }])

async function record(deployment: Deployment, lease: Lease, ports: Ports): Promise<void> {
  const { id, environment, state, soak } = deployment
  if (!soak) return
  const unwell = soak.state === 'unwell'
  const comment = unwell && deployment.kind === 'deploy' ? [{ subject: `deployment:${id}`, surface: 'comment' }] : []
  const told = [...deploymentReports(deployment).filter(({ surface }) => unwell || surface === 'check'), ...comment]
  await note(deployment, textOf(soak, deployment.kind === 'deploy'), ports)
  await ports.store.deployments.advance(id, lease, state, { soak }, () => (soak.state === 'cut-short' ? [] : told))
  ports.log.info('soak ended', { deployment: id, environment, soak: soak.state })
  await ports.queue.wake('reports')
}

function textOf(soak: SoakBehind, baked: boolean): string {
  switch (soak.state) {
    case 'unwell':
      return `not well: ${sentenceOf(soak.reason)}`
    case 'cut-short':
      return `not watched to its end: ${soak.reason ? sentenceOf(soak.reason) : 'the next deployment came'}`
    default:
      return baked ? 'well for as long as it baked' : 'well for as long as its services ask for'
  }
}
