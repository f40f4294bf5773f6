import type { Deployment, SoakBehind } from '../domain/deployment.ts'
import type { Plan, PlannedHost } from '../domain/plan.ts'
import { problemsReason, type Reason, reason, sentenceOf } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { type Mask, maskOf } from './bundle.ts'
import { lookAtHosts, lookSubject } from './hosts-state.ts'
import type { Lease, Ports } from './ports.ts'
import { type Proved, watchHost } from './prove.ts'
import { deploymentReports } from './publish.ts'
import type { Work } from './under-lease.ts'

/** What is woken when a soak goes on behind a deployment that is verified. */
export const soakSubject = (id: string): string => `soak:${id}`

/** Seconds between two looks whether something else has come over what is watched. */
const lookEvery = 1

/** How many deployments back from the newest the watched one is looked for; further back something has long come over it. */
const remembered = 20

/** Whether there is anything to watch once the plan's services are verified. */
export const soaksBehind = ({ soak, services }: Plan): boolean =>
  soak === 'behind' && services.some((one) => one.replicas > 0 && !one.oneShot && one.change !== 'untouched' && one.soak > 0)

/**
 * Watches what a rollback brought back for as long as its services ask for, after it counts as verified. Nobody waits for it: it has a
 * lease of its own, writes nothing on hosts, and ends when the next deployment is planned. One that a Landfall left is begun anew.
 * What is not well is told, loudly, and left to people. To go further back by itself would take the next release from those who chose
 * this one, over a database that may not fit it, because of a fault that may be another one's.
 */
export async function soakWork(id: string, ports: Ports): Promise<Work | undefined> {
  const deployment = await ports.store.deployments.read(id)
  const plan = deployment?.plan
  if (deployment?.soak?.state !== 'under-way' || !plan) return undefined
  return {
    lease: soakSubject(id),
    async run(lease, signal) {
      await record({ ...deployment, soak: await watchOn(deployment, plan, signal, ports) }, lease, ports)
      return undefined
    },
  }
}

/** Until all of its hosts were well for long enough, one was not, or something else came over it. */
async function watchOn(deployment: Deployment, plan: Plan, signal: AbortSignal, ports: Ports): Promise<SoakBehind> {
  const over = new AbortController()
  const until = AbortSignal.any([signal, over.signal])
  const mask = await maskOf(plan, ports)
  const looking = lookOut(deployment, over, until, ports)
  const watched = await Promise.allSettled(
    plan.hosts.map(async (planned) => {
      const proved = await watchOne(planned, plan, mask, until, ports)
      if (proved.kind === 'failed') over.abort()
      return proved
    }),
  )
  over.abort()
  await looking
  signal.throwIfAborted()
  // Planned before its first order: whatever it did to what was watched, it is known by now.
  if (await isOvertaken(deployment, ports)) return { state: 'cut-short' }
  const failed = watched.flatMap((one) => (one.status === 'fulfilled' && one.value.kind === 'failed' ? [one.value.reason] : []))[0]
  if (failed && (await isReplaced(plan, signal, ports))) {
    await ports.queue.wake(lookSubject(fullName(plan.repository), plan.environment))
    return { state: 'cut-short', reason: reason('overtaken', { by: 'somebody on the host' }) }
  }
  if (failed) return endedBy(failed, deployment)
  for (const one of watched) if (one.status === 'rejected') throw one.reason
  return { state: 'well' }
}

async function watchOne({ name, platform }: PlannedHost, plan: Plan, mask: Mask, signal: AbortSignal, ports: Ports): Promise<Proved> {
  const { project, environment } = plan
  const asked = { operator: ports.operator.current(), repository: fullName(plan.repository), project, environment, asked: [name] }
  const allowed = allowedHosts(asked)
  if (allowed.kind === 'refused') return { kind: 'failed', reason: problemsReason('not-allowed', allowed.problems) }
  const [host] = allowed.hosts
  if (!host) throw new Error(`host ${name} is allowed and is none`)
  return watchHost({ plan, host, platform, soak: undefined, mask, signal }, ports)
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

/** Whether a host runs another release by now: an administrator went back there, and what is missing now is none of this one's faults. */
async function isReplaced(
  { project, environment, repository, hosts, generation }: Plan,
  signal: AbortSignal,
  ports: Ports,
): Promise<boolean> {
  const asked = { operator: ports.operator.current(), repository: fullName(repository), project, environment }
  const allowed = allowedHosts({ ...asked, asked: hosts.map(({ name }) => name) })
  if (allowed.kind === 'refused') return false
  const seen = await lookAtHosts(allowed.hosts, { project, environment }, ports, signal)
  return seen.kind === 'ok' && seen.value.some(({ state: { current } }) => current !== undefined && current.generation !== generation)
}

/** Only what was seen is a verdict on the release: a host that nobody reaches says nothing of it. */
const endedBy = (why: Reason, { environment }: Deployment): SoakBehind =>
  why.code === 'verification-failed'
    ? { state: 'unwell', reason: reason('soak-failed', { environment, ...why.evidence }) }
    : { state: 'cut-short', reason: why }

async function record(deployment: Deployment, lease: Lease, { store, queue, clock, log }: Ports): Promise<void> {
  const { id, environment, state, soak } = deployment
  if (!soak) return
  const told = deploymentReports(deployment).filter(({ surface }) => soak.state === 'unwell' || surface === 'check')
  await store.timeline.append(id, [{ at: clock.now().toISOString(), step: 'soak', text: textOf(soak) }])
  await store.deployments.advance(id, lease, state, { soak }, () => (soak.state === 'cut-short' ? [] : told))
  log.info('soak ended', { deployment: id, environment, soak: soak.state })
  await queue.wake('reports')
}

function textOf(soak: SoakBehind): string {
  switch (soak.state) {
    case 'unwell':
      return `not well: ${sentenceOf(soak.reason)}`
    case 'cut-short':
      return `not watched to its end: ${soak.reason ? sentenceOf(soak.reason) : 'the next deployment came'}`
    default:
      return 'well for as long as its services ask for'
  }
}
