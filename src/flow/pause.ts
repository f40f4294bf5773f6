import type { Deployment } from '../domain/deployment.ts'
import type { Reason } from '../domain/reason.ts'
import type { Wave } from '../domain/rollout.ts'
import { hostsHere } from '../plan/hosts-here.ts'
import { durationText } from '../report/time.ts'
import { cancelledAfter } from './cancel.ts'
import type { Execution } from './execution.ts'
import type { Outcome } from './fleet.ts'
import type { Run } from './run.ts'

/** Seconds between two looks whether somebody wants it stopped. */
const lookEvery = 1

/**
 * Lets the pause after a wave that is proved pass; all hosts that went so far are watched meanwhile. A pause that a Landfall left is gone on
 * with for what is left of it. Fails at once where the execution has to stop, or somebody cancels it.
 */
export async function pauseAfter(execution: Execution, position: number): Promise<Outcome<undefined>> {
  const { run, plan, stop } = execution
  const wave = plan.waves[position]
  const { asked } = run.deployment.rollout ?? {}
  const [gone, following] = [hostsHere(plan, position, position + 1), hostsHere(plan, position + 1, plan.waves.length)]
  if (wave === undefined || wave.pause === 0 || asked || gone.length === 0 || following.length === 0) return over
  if (!pausedAfter(run.deployment, position)) await begin(run, position, wave)
  const ended = new AbortController()
  const signal = AbortSignal.any([run.signal, stop.signal, ended.signal])
  try {
    const passed = run.ports.clock.sleep(secondsLeft(run, wave), signal).then(() => undefined)
    const cancelled = await Promise.race([passed, stopped(run, position, signal)])
    run.signal.throwIfAborted()
    const why = cancelled ?? stop.why
    return why === undefined ? over : { kind: 'failed', reason: why }
  } finally {
    ended.abort()
  }
}

/** Whether its pause after this wave had begun: then the wave is proved. */
export const pausedAfter = ({ state, rollout }: Deployment, position: number): boolean => state === 'paused' && rollout?.wave === position

const over: Outcome<undefined> = { kind: 'done', value: undefined }

async function begin(run: Run, position: number, { pause, hosts }: Wave): Promise<void> {
  const until = new Date(run.ports.clock.now().getTime() + pause * 1000).toISOString()
  const waves = run.deployment.plan?.waves.length ?? 0
  await run.note('pause', `wave ${position + 1} of ${waves} is proved (${hosts.join(', ')}); it is watched for ${durationText(pause)}`)
  await run.to('paused', { rollout: { wave: position, until } })
}

/** Whole ones, as hosts count. A clock that was put back makes no pause longer than it was planned. */
function secondsLeft({ deployment, ports }: Run, { pause }: Wave): number {
  const until = Date.parse(deployment.rollout?.until ?? '')
  return Math.min(pause, Math.max(0, Math.ceil((until - ports.clock.now().getTime()) / 1000)))
}

/** Resolves when somebody wants it stopped, with who does; never where nobody does. */
async function stopped(run: Run, position: number, signal: AbortSignal): Promise<Reason> {
  while (!signal.aborted) {
    const why = await cancelledAfter(run, position)
    if (why) return why
    await run.ports.clock.sleep(lookEvery, signal)
  }
  return never()
}

const never = <T>(): Promise<T> => new Promise(() => undefined)
