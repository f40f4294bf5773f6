import type { Plan } from '../domain/plan.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { type FoundStep, type WentBack, wentBack } from '../policy/went-back.ts'
import { maskOf } from './bundle.ts'
import { firstFailure } from './execution.ts'
import { difference, soakOf, stepBack } from './found-deployments.ts'
import type { SeenHost } from './hosts-state.ts'
import type { Lease, Ports } from './ports.ts'
import { failed, type Step } from './prepared.ts'
import { type Proved, watchHost } from './prove.ts'
import { receiptOf } from './receipt.ts'
import { noteFound, recordFound } from './record-found.ts'
import { planOf } from './running.ts'
import { soakSubject } from './soak.ts'

/** An environment, and under whose lease it is worked on. */
export interface Learning {
  repository: Repository
  environment: string
  lease: Lease
  signal: AbortSignal
  ports: Ports
  /** Id of the deployment that is being prepared, where one is. */
  preparing?: string
  /** Names of hosts that did not answer. */
  away?: readonly string[]
}

/** How far back in an environment's deployments what it should run is looked for. */
const remembered = 50

/** For so many seconds at most what somebody went back to is waited for to be well. */
const proofWithin = 10

/**
 * Learns from what hosts told whether administrators went back there without Landfall, and records it as what it is: a rollback of
 * theirs, proved by two good looks as any other. Its commit is quarantined from then on, and whoever asked for a rollback meanwhile has
 * it. Where hosts differ nothing is guessed: it is recorded as halted, for people to decide.
 *
 * True where something was recorded: what was read of the environment before is no longer true.
 */
export async function learnFrom(seen: SeenHost[], learning: Learning): Promise<Step<boolean>> {
  const { repository, environment, ports } = learning
  const history = await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const found = wentBack(
    history,
    seen.map(({ host, state: { current, wentBack: steps } }) => ({ host: host.name, wentBack: steps, ...(current && { current }) })),
  )
  const known = history.find(({ state, plan }) => plan !== undefined && (state === 'succeeded' || state === 'halted'))
  if (found.kind === 'as-known' || !known?.plan) return nothing
  // What some of its hosts show is no word about the others. One that somebody went back on is held, and waits for them.
  if (known.plan.hosts.some(({ name }) => learning.away?.includes(name))) return nothing
  if (found.kind === 'went-back') return recordSteps(found.steps, known.plan, seen, learning)
  // Said once, however often it is looked at.
  return known.reason?.code === 'hosts-differ' && known.reason.evidence.hosts === found.hosts
    ? nothing
    : recordDifference(found, known.plan, learning)
}

const nothing: Step<boolean> = { kind: 'ok', value: false }
const learnt: Step<boolean> = { kind: 'ok', value: true }

async function recordDifference(found: WentBack & { kind: 'differ' }, known: Plan, learning: Learning): Promise<Step<boolean>> {
  const { repository, environment, ports } = learning
  const halted = difference(found, await planOf(repository, environment, found.to, ports), known, ports)
  await recordFound([halted], [], learning)
  await noteFound(halted, [{ text: found.hosts }], ports)
  return learnt
}

async function recordSteps(steps: FoundStep[], known: Plan, seen: SeenHost[], learning: Learning): Promise<Step<boolean>> {
  const { repository, environment, ports } = learning
  const planAt = async (generation: number) =>
    generation === known.generation ? known : planOf(repository, environment, generation, ports)
  const made: { step: FoundStep; deployment: ReturnType<typeof stepBack> }[] = []
  for (const step of steps) {
    const to = await planAt(step.to)
    if (to) made.push({ step, deployment: stepBack(step, to, await planAt(step.from), known, ports) })
  }
  const end = made.at(-1)
  if (!end || end.step !== steps.at(-1)) {
    ports.log.warn('hosts run a release that is not known', { repository: fullName(repository), environment })
    return nothing
  }
  const { plan } = end.deployment
  const looked = await look(plan, seen, learning)
  const unwell = firstFailure(looked)
  // A host that nobody reaches says nothing of the release: it is asked again with whatever comes next.
  if (unwell && unwell.code !== 'verification-failed') return failed(unwell)

  const soak = soakOf(plan, unwell)
  const { subject, author } = (await ports.store.deployments.read(plan.release)) ?? {}
  const told = { ...(subject !== undefined && { subject }), ...(author !== undefined && { author }) }
  // Only what is looked at has a beginning and an end; of the steps before nobody knows.
  const times = { startedAt: end.deployment.createdAt, finishedAt: ports.clock.now().toISOString() }
  end.deployment = { ...end.deployment, ...told, ...times, ...(soak && { soak }) }
  const proofs = looked.flatMap((one) => (one.kind === 'done' ? [one.value] : []))
  await recordFound(
    made.map(({ deployment }) => deployment),
    unwell ? [] : [receiptOf(end.deployment, plan, proofs, times.finishedAt)],
    learning,
  )
  for (const { step, deployment } of made) await noteFound(deployment, tellingOf(step), ports)
  if (soak?.state === 'under-way') await ports.queue.wake(soakSubject(end.deployment.id))
  return learnt
}

/** What runs there now, looked at as after any rollback. */
async function look(plan: Plan, seen: SeenHost[], { ports, signal }: Learning): Promise<Proved[]> {
  const services = plan.services.map((service) => ({ ...service, within: Math.min(service.within, proofWithin) }))
  const mask = await maskOf(plan, ports)
  const there = seen.filter(({ host }) => plan.hosts.some(({ name }) => name === host.name))
  return Promise.all(
    there.map(({ host, state: { platform } }) =>
      watchHost({ plan: { ...plan, services }, host, platform, soak: 'behind', mask, signal }, ports),
    ),
  )
}

/** What hosts tell of a step back, in words. */
function tellingOf({ from, to, hosts, told }: FoundStep): { text: string; host?: string }[] {
  const step = `from generation ${from} to ${to}`
  if (told.length === 0) return [{ text: `${hosts.join(', ')} went back ${step}; nobody tells when, and who did it` }]
  return told.map(({ host, at, by }) => ({ host, text: `${by} went back ${step} at ${at}, as the host tells` }))
}
