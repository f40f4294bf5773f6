import { type Deployment, missedBy, type State, type TimelineEntry } from '../../domain/deployment.ts'
import type { Tone } from './frame.ts'
import { type Html, html } from './html.ts'

const tones: Record<State, Tone> = {
  queued: 'calm',
  waiting: 'calm',
  planned: 'busy',
  pulling: 'busy',
  stepping: 'busy',
  rolling: 'busy',
  verifying: 'busy',
  paused: 'busy',
  succeeded: 'good',
  failed: 'bad',
  'rolling-back': 'warn',
  'rolled-back': 'warn',
  halted: 'alarm',
  superseded: 'calm',
  cancelled: 'calm',
  rejected: 'bad',
}

/** The state in a word or two, for the badge. */
const badges: Record<State, string> = {
  queued: 'Queued',
  waiting: 'Waiting',
  planned: 'Planned',
  pulling: 'Pulling',
  stepping: 'Running steps',
  rolling: 'Switching',
  verifying: 'Verifying',
  paused: 'Paused',
  succeeded: 'Proved',
  failed: 'Failed',
  'rolling-back': 'Returning',
  'rolled-back': 'Returned',
  halted: 'Halted',
  superseded: 'Overtaken',
  cancelled: 'Cancelled',
  rejected: 'Refused',
}

/** What did not come to every host is no plain success. */
export const toneOf = (deployment: Deployment): Tone => (missedBy(deployment).length > 0 ? 'warn' : tones[deployment.state])

export const badgeOf = (deployment: Deployment): string => (missedBy(deployment).length > 0 ? 'Partly proved' : badges[deployment.state])

const stages = ['Plan', 'Pull', 'Switch', 'Verify'] as const

/** Stages done before the one each state is in. */
const stageOf: Partial<Record<State, number>> = {
  queued: 0,
  waiting: 0,
  planned: 1,
  pulling: 1,
  stepping: 2,
  rolling: 2,
  verifying: 3,
  paused: 3,
  succeeded: 4,
}

/** The way of a deployment as four stages: which are done, which one is being worked on, or where it ended. */
export function course(deployment: Deployment, timeline: readonly TimelineEntry[]): Html {
  const at = stageOf[deployment.state] ?? reached(deployment, timeline)
  const ended = stageOf[deployment.state] === undefined
  const look = (index: number) => (index < at ? 'done' : index > at ? 'open' : ended ? 'stopped' : 'now')
  const said = { done: 'done', now: 'under way', open: 'not begun', stopped: 'ended here' }
  return html`<ol class="course">${stages.map(
    (stage, index) =>
      html`<li class="${look(index)}"${look(index) === 'now' && html` aria-current="step"`}><span>${stage}</span><span class="hidden"> ${said[look(index)]}</span></li>`,
  )}</ol>`
}

/** Where a deployment that went wrong had come to, by its record. */
function reached(deployment: Deployment, timeline: readonly TimelineEntry[]): number {
  const steps = new Set(timeline.map(({ step }) => step))
  if (steps.has('verify')) return 3
  if (steps.has('switch') || steps.has('before')) return 2
  return deployment.plan ? 1 : 0
}
