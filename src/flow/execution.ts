import type { HostRule } from '../domain/configuration.ts'
import type { State } from '../domain/deployment.ts'
import type { Plan, PlannedHost } from '../domain/plan.ts'
import { problemText } from '../domain/problem.ts'
import { type Reason, reason, sentenceOf } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import type { Command } from '../host/command.ts'
import type { Authority } from '../host/order.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { type Sealed, seal, unsealed } from './bundle.ts'
import { type Outcome, order, type Step } from './fleet.ts'
import { Patience } from './patience.ts'
import type { Run } from './run.ts'
import type { Stop } from './stop.ts'

/** A deployment being executed: the run, its plan, the hosts by name and the sealed bundle. */
export interface Execution {
  run: Run
  plan: Plan
  hosts: Map<string, HostRule>
  /** Why some of the plan's hosts may not be touched any more; absent where all may. */
  outOfReach?: Reason
  sealed: Sealed
  /** Why nothing can be put that was planned; absent where it can, and once everything is there. */
  gone?: Reason
  /** By whose word this worker writes on hosts. */
  authority: Authority
  /** Whether it has to end, whatever it waits for. */
  stop: Stop
}

/** Takes up a plan where it was left. */
export async function openExecution(run: Run, plan: Plan, stop: Stop): Promise<Execution> {
  // The lease was claimed in a way that a power cut may take back. The step that the database stores before the first order makes it
  // last, so that no host ever hears of a turn that is given out again.
  const authority = { turn: run.lease.number, sign: run.ports.signer.sign }
  return { run, plan, ...hostsOf(plan, run), ...(await sealedFor(run, plan, stop)), authority, stop }
}

/** The hosts as the operator's file has them now; one that was taken away since planning is not touched. */
function hostsOf(plan: Plan, { ports }: Run): Pick<Execution, 'hosts' | 'outOfReach'> {
  const { project, environment } = plan
  const asked = { operator: ports.operator.current(), repository: fullName(plan.repository), project, environment }
  const found = plan.hosts.map(({ name }) => allowedHosts({ ...asked, asked: [name] }))
  const hosts = found.flatMap((one) => (one.kind === 'allowed' ? one.hosts : []))
  const problems = found.flatMap((one) => (one.kind === 'refused' ? one.problems.map(problemText) : []))
  return {
    hosts: new Map(hosts.map((host) => [host.name, host])),
    ...(problems.length > 0 && { outOfReach: reason('not-allowed', { problems: [...new Set(problems)].join('\n') }) }),
  }
}

/** A value that was read a moment ago is mostly back in another: asked for again for so long, and each time after so many seconds. */
const valuesBack = { within: 60, again: 5 }

/**
 * Once steps are run everything is there; a GitHub that is down must not hold up the rest of the way, nor a value that is
 * another by now. Nothing is put any more by what has to end.
 */
async function sealedFor(run: Run, plan: Plan, stop: Stop): Promise<Pick<Execution, 'sealed' | 'gone'>> {
  const { deployment, ports, signal } = run
  // In a step everything is there already, too, and what was begun has to be waited for.
  const there = deployment.state === 'stepping' || mayHaveSwitched(deployment.state)
  const patience = new Patience(ports.clock, valuesBack.within, valuesBack.again)
  while (!stop.why) {
    const made = await seal(plan, ports).catch((error: unknown) => {
      if (!there) throw error
      return { kind: 'broken' as const, error }
    })
    if (made.kind === 'sealed') return { sealed: made.sealed }
    if (made.kind === 'broken' || there) {
      const error = made.kind === 'broken' ? made.error : sentenceOf(made.reason)
      ports.log.warn('bundle could not be made again', { deployment: deployment.id, state: deployment.state, error })
      break
    }
    const first = !patience.begun
    const pause = made.passing ? patience.next() : undefined
    if (pause === undefined) return { sealed: unsealed, gone: made.reason }
    if (first) await run.note('wait', `${sentenceOf(made.reason)}; asked again for ${valuesBack.within} s`)
    await ports.clock.sleep(pause, AbortSignal.any([signal, stop.signal]))
    signal.throwIfAborted()
  }
  return { sealed: unsealed }
}

/** Whether a host may run something else than before by the time a deployment is in this state. */
export const mayHaveSwitched = (state: State): boolean => switching.has(state)

const switching: ReadonlySet<State> = new Set(['rolling', 'verifying', 'paused', 'rolling-back'])

/** Runs a step on these hosts side by side; all are waited for, whatever becomes of one. */
export async function everyHost<T>(execution: Execution, names: readonly string[], act: (host: HostRule) => Promise<T>): Promise<T[]> {
  const settled = await Promise.allSettled(
    names.map(async (name) => {
      const host = execution.hosts.get(name)
      if (!host) throw new Error(`the plan has no host ${name}`)
      return act(host)
    }),
  )
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}

/**
 * Sends one order of this deployment. Throws LeaseLost where the host hears a later worker already: such a deployment is neither
 * failed nor returned by the one that came too late. One that has to end has failed, where the step heeds that.
 */
export async function send({ run, sealed, stop }: Execution, host: HostRule, command: Command, step: Step): Promise<Outcome<string>> {
  const sending = order(run.ports, host, command, {
    step,
    mask: sealed.mask,
    signal: step.stops === 'at-once' ? AbortSignal.any([run.signal, stop.signal]) : run.signal,
    ...(step.stops && { trying: stop.signal }),
    onWait: (why) => run.note('wait', `${waiting[why]}; ${step.name} goes on then`, host.name),
  })
  const outcome: Outcome<string> = await stop.heeded(sending)
  if (outcome.kind === 'failed' && outcome.ending === 'fenced') await run.mustHold()
  return outcome
}

const waiting = { busy: 'busy with an earlier command, which has to end', 'docker-away': 'Docker does not answer there, and is waited for' }

/** The plan's facts about a host. */
export function planned(plan: Plan, host: HostRule): PlannedHost {
  const found = plan.hosts.find(({ name }) => name === host.name)
  if (!found) throw new Error(`the plan has no host ${host.name}`)
  return found
}

export const firstFailure = (outcomes: Outcome<unknown>[]): Reason | undefined =>
  outcomes.find((outcome) => outcome.kind === 'failed')?.reason

/** `after 1.2 s` */
export const since = (run: Run, began: Date): string => `after ${((run.ports.clock.now().getTime() - began.getTime()) / 1000).toFixed(1)} s`
