import type { RequestRecord } from '../../lab/github/server.ts'
import type { LogLine } from '../../lab/landfall/process.ts'

/** The boundaries between the steps of Landfall's work, as they can be seen from outside: in its log, at GitHub, on the host. */
export const steps = [
  'put arrives',
  'switch arrives',
  'confirm arrives',
  'intent stored',
  'intent gathered',
  'planned',
  'pulling',
  'stepping',
  'rolling',
  'Compose begins',
  'switch ended',
  'verifying',
  'confirm ended',
  'succeeded',
  'rolling-back',
  'restore ended',
  'ended otherwise',
  'status told',
  'deployment told',
  'check told',
  'comment told',
] as const
export type Step = (typeof steps)[number]

const states = new Map<unknown, Step>([
  ['planned', 'planned'],
  ['pulling', 'pulling'],
  ['stepping', 'stepping'],
  ['rolling', 'rolling'],
  ['verifying', 'verifying'],
  ['succeeded', 'succeeded'],
  ['rolling-back', 'rolling-back'],
  ['rolled-back', 'ended otherwise'],
  ['failed', 'ended otherwise'],
  ['halted', 'ended otherwise'],
  ['superseded', 'ended otherwise'],
  ['rejected', 'ended otherwise'],
])

const verbs = new Map<unknown, Step>([
  ['switch', 'switch ended'],
  ['confirm', 'confirm ended'],
  ['restore', 'restore ended'],
])

/** The step that a line of Landfall's log tells of. */
export function stepInLog({ msg, state, verb }: LogLine): Step | undefined {
  if (msg === 'intent stored' || msg === 'intent gathered') return msg
  if (msg === 'deployment advanced') return states.get(state)
  return msg === 'host command ended' ? verbs.get(verb) : undefined
}

/** The step that a request to GitHub is. */
export function stepAtGitHub({ method, path }: Pick<RequestRecord, 'method' | 'path'>): Step | undefined {
  if (method !== 'POST' && method !== 'PATCH') return undefined
  if (/\/repos\/[^/]+\/[^/]+\/statuses\//.test(path)) return 'status told'
  if (/\/deployments(\/\d+\/statuses)?$/.test(path)) return 'deployment told'
  if (/\/check-runs(\/\d+)?$/.test(path)) return 'check told'
  return /\/comments(\/\d+)?$/.test(path) ? 'comment told' : undefined
}

/** Hears every step and wakes who waits for one. */
export interface Steps {
  /** @param by name of the Landfall that took it, where that is known */
  hear(step: Step, by?: string): void
  /** Resolves when the step was taken for the nth time from now on, to who took it; undefined when the signal came before. */
  next(step: Step, nth: number, signal: AbortSignal): Promise<{ by: string | undefined } | undefined>
}

export function createSteps(): Steps {
  const waiting = new Set<(step: Step, by: string | undefined) => void>()
  return {
    hear(step, by) {
      for (const hear of [...waiting]) hear(step, by)
    },
    next(wanted, nth, signal) {
      return new Promise((resolve) => {
        let left = nth
        const end = (found: { by: string | undefined } | undefined) => {
          waiting.delete(hear)
          signal.removeEventListener('abort', giveUp)
          resolve(found)
        }
        const giveUp = () => end(undefined)
        const hear = (step: Step, by: string | undefined) => {
          if (step === wanted && --left === 0) end({ by })
        }
        if (signal.aborted) return resolve(undefined)
        waiting.add(hear)
        signal.addEventListener('abort', giveUp)
      })
    },
  }
}
