import type { HostRule } from '../domain/configuration.ts'
import { isAtWork } from '../domain/deployment.ts'
import type { TaskPlace, TaskRun } from '../domain/one-off.ts'
import type { Plan } from '../domain/plan.ts'
import { type Reason, reason, sentenceOf } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { once } from '../host/commands.ts'
import { readEnded } from '../host/output.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { type Found, notRun, type TaskTarget } from '../policy/task-place.ts'
import { sameWords } from '../policy/task-words.ts'
import { taskEndText } from '../report/answers/task.ts'
import { maskOf } from './bundle.ts'
import { commentReports } from './comment-answer.ts'
import { environmentLease } from './environment.ts'
import { order, understood } from './fleet.ts'
import { lookAtHosts } from './hosts-state.ts'
import { permitTask } from './permit-task.ts'
import type { Lease, Ports } from './ports.ts'
import { mostTries, passes } from './trouble.ts'
import type { Work } from './under-lease.ts'

/** What is woken when a task is to be run. */
export const taskSubject = (id: string): string => `task:${id}`

/** Seconds until it is looked again whether a deployment has come to its end. */
const lookEvery = 5

/** The version of landfall-shell that knows how. */
const needs = 5

/**
 * Runs a task in its environment's turn, as a deployment is: never beside one. The host knows what it has run, so that a task is begun once
 * whoever dies meanwhile.
 */
export async function taskWork(id: string, ports: Ports): Promise<Work | undefined> {
  const task = await ports.store.tasks.read(id)
  if (!task || task.end) return undefined
  let broke = 0
  return {
    lease: environmentLease(fullName(task.repository), task.environment),
    run: (lease, signal) => step(id, lease, signal, ports),
    async failed({ error, reference }, lease) {
      if (!passes(error)) broke += 1
      if (broke < mostTries) return false
      await fail(task, reason('internal', { component: 'a task', reference }), lease, ports)
      return true
    },
  }
}

/** Brings it as far as it goes now. Resolves to the seconds to wait for a deployment under way. */
async function step(id: string, lease: Lease, signal: AbortSignal, ports: Ports): Promise<number | undefined> {
  const task = await ports.store.tasks.read(id)
  if (!task || task.end) return undefined
  const { repository, environment } = task
  if ((await ports.store.deployments.open(fullName(repository), environment)).some(({ state }) => isAtWork(state))) return lookEvery
  const target = task.at ? await begunAt(task, task.at, ports) : await toBegin(task, ports)
  if (target.kind === 'refused') await fail(task, target.reason, lease, ports)
  else {
    const done = await carryOut(task, target, { lease, signal, ports })
    if (done.kind === 'failed') await fail(task, done.reason, lease, ports)
  }
  return undefined
}

/** Asked once more: while it waited for its turn another release may have come, a window closed, or somebody locked. */
async function toBegin(task: TaskRun, ports: Ports): Promise<Found<TaskTarget>> {
  const permitted = await permitTask(task, await ports.github.role(task.repository, task.actor), ports)
  if (permitted.kind === 'refused' || sameWords(permitted.words, task)) return permitted
  return notRun(task, 'a release came meanwhile that has other words for it')
}

/** Where it was begun, whatever runs by now: the host has to be asked what came of it. */
async function begunAt(task: TaskRun, { host, of }: TaskPlace, ports: Ports): Promise<Found<TaskTarget>> {
  const runs = await ports.store.deployments.ofGeneration(fullName(task.repository), task.environment, of)
  if (runs?.plan) return { kind: 'found', runs, plan: runs.plan, host }
  return notRun(task, 'the release it was begun with is not known any more')
}

interface Carrying {
  lease: Lease
  signal: AbortSignal
  ports: Ports
}

type Done = { kind: 'done' } | { kind: 'failed'; reason: Reason }

/** Sends the one order there is, and records what came of it: for the answer, and in the record of the release that runs. */
async function carryOut(
  task: TaskRun,
  { plan, host, runs }: { plan: Plan; host: string; runs: { id: string } },
  { lease, signal, ports }: Carrying,
): Promise<Done> {
  const asked = { operator: ports.operator.current(), repository: fullName(task.repository), project: plan.project }
  const allowed = allowedHosts({ ...asked, environment: task.environment, asked: [host] })
  const [rule] = allowed.kind === 'allowed' ? allowed.hosts : []
  if (!rule)
    return { kind: 'failed', reason: reason('task-not-run', { ...named(task), why: `the operator does not grant ${host} any more` }) }
  const there = await placeFor(task, plan, rule, { lease, signal, ports })
  if (there.kind === 'failed') return there
  const { of, generation } = there
  const mask = await maskOf(plan, ports)
  const by = { turn: lease.number, sign: ports.signer.sign }
  const command = once({ ...plan, generation }, by, { ...task, name: `task-${task.id}`, of, needs: [] })
  const sending = { step: { name: 'task', refused: 'task-failed', dockerPatience: 600 } as const, mask, signal }
  const ended = understood(await order(ports, rule, command, sending), rule, readEnded)
  if (ended.kind === 'failed')
    return { kind: 'failed', reason: { ...ended.reason, evidence: { ...ended.reason.evidence, ...named(task) } } }
  const { code, seconds, text } = ended.value
  const finished = ports.clock.now().toISOString()
  const end = { kind: 'ended' as const, at: finished, ...(code !== undefined && { code }), seconds, text: mask(text) }
  const entry = {
    at: finished,
    step: 'task',
    host: rule.name,
    text: `${task.task}, asked for by ${task.actor}: ${taskEndText(end)}\n${end.text}`,
  }
  await ports.store.tasks.end(task.id, lease, end, reportsOf(task), { deployment: runs.id, entry })
  ports.log.info('task ended', { task: task.task, run: task.id, environment: task.environment, host: rule.name, code })
  await ports.queue.wake('reports')
  return { kind: 'done' }
}

const named = ({ task, environment }: TaskRun): Record<string, string> => ({ task, environment })

/** Asks the host what it runs, and fixes where the task is run, where that is not fixed. The newest generation it knows takes orders. */
async function placeFor(
  task: TaskRun,
  plan: Plan,
  rule: HostRule,
  { lease, signal, ports }: Carrying,
): Promise<{ kind: 'ok'; of: number; generation: number } | { kind: 'failed'; reason: Reason }> {
  const failed = (why: Reason) => ({ kind: 'failed' as const, reason: why })
  const looked = await lookAtHosts([rule], plan, ports, signal)
  if (looked.kind !== 'ok') return failed(looked.reason)
  const state = looked.value[0]?.state
  if (!state) throw new Error(`nothing was told of ${rule.name}`)
  const { generation, shell, held, current } = state
  if (task.at) return { kind: 'ok', of: task.at.of, generation }
  const detail = `\`/run\` needs version ${needs} of landfall-shell, and it has version ${shell}`
  if (shell < needs) return failed(reason('host-not-ready', { host: rule.name, detail, ...named(task) }))
  if (held !== undefined) return failed(reason('host-held', { host: rule.name, project: plan.project, detail: held }))
  if (!current?.confirmed || current.generation !== plan.generation)
    return failed(reason('task-not-run', { ...named(task), why: `${rule.name} runs another release` }))
  await ports.store.tasks.fix(task.id, lease, { host: rule.name, of: plan.generation })
  return { kind: 'ok', of: plan.generation, generation }
}

async function fail(task: TaskRun, why: Reason, lease: Lease, ports: Ports): Promise<void> {
  await ports.store.tasks.end(task.id, lease, { kind: 'failed', at: ports.clock.now().toISOString(), reason: why }, reportsOf(task))
  ports.log.info('task failed', { task: task.task, run: task.id, environment: task.environment, why: sentenceOf(why) })
  await ports.queue.wake('reports')
}

const reportsOf = ({ repository, comment }: TaskRun) => (comment ? commentReports(repository, comment) : [])
