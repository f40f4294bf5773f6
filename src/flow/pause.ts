import type { Deployment } from '../domain/deployment.ts'
import type { Plan } from '../domain/plan.ts'
import { type Reason, sentenceOf } from '../domain/reason.ts'
import type { Wave } from '../domain/rollout.ts'
import { durationText } from '../report/time.ts'
import { cancelledAfter } from './cancel.ts'
import { keepEvidence } from './evidence.ts'
import { type Execution, planned } from './execution.ts'
import type { Outcome } from './fleet.ts'
import { watchHost } from './prove.ts'
import type { Run } from './run.ts'

/** Seconds between two looks whether somebody wants it stopped. */
const lookEvery = 1

/**
 * Lets the pause after a wave that is proved pass, and watches all hosts meanwhile that went so far. A pause that a Landfall left is gone on with for what
 * is left of it. Fails at once where a host does not stay well, or somebody stops it.
 */
export async function pauseAfter(execution: Execution, position: number): Promise<Outcome<undefined>> {
  const { run, plan, stop } = execution
  const wave = plan.waves[position]
  const { asked } = run.deployment.rollout ?? {}
  if (wave === undefined || wave.pause === 0 || asked) return over
  if (!pausedAfter(run.deployment, position)) await begin(run, position, wave)
  const left = secondsLeft(run, wave)
  const gone = plan.waves.slice(0, position + 1).flatMap(({ hosts }) => hosts)
  const ended = new AbortController()
  const signal = AbortSignal.any([run.signal, stop.signal, ended.signal])
  try {
    const first = await Promise.race([
      run.ports.clock.sleep(left, signal).then(() => undefined),
      ...gone.map((name) => unwell(execution, name, left, signal)),
      stopped(run, position, signal),
    ])
    run.signal.throwIfAborted()
    const why = first ?? stop.why
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

/** Resolves when something on the host does not stay well, with why; never where all does. */
async function unwell(execution: Execution, name: string, seconds: number, signal: AbortSignal): Promise<Reason> {
  const { run, plan, hosts, sealed } = execution
  const host = hosts.get(name)
  if (!host) throw new Error(`the plan has no host ${name}`)
  const { platform } = planned(plan, host)
  const watched = watchHost({ plan: lasting(plan, seconds), host, platform, soak: undefined, mask: sealed.mask, signal }, run.ports)
  const seen = await watched.catch((error: unknown) => {
    if (signal.aborted) return undefined
    throw error
  })
  if (seen?.kind !== 'failed') return never()
  await run.note('pause', sentenceOf(seen.reason), name)
  if (seen.service !== undefined) await keepEvidence(execution, host, [seen.service])
  return seen.reason
}

/** They are proved already: from their first good look on they have to stay well for the whole pause, and a little longer. */
export const lasting = (plan: Plan, seconds: number): Plan => ({
  ...plan,
  services: plan.services.map((service) => ({ ...service, soak: seconds })),
})

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
