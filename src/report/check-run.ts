import type { Deployment, State, TimelineEntry } from '../domain/deployment.ts'
import type { Verdict } from '../domain/gate.ts'
import { annotationsOf } from './annotations.ts'
import { buttonsFor } from './buttons.ts'
import { checkSummary } from './check-summary.ts'
import { asksForApproval } from './held-by.ts'
import type { Links } from './links.ts'
import { logBlock } from './log-text.ts'
import type { CheckReport } from './published.ts'
import { checkRoom } from './sections.ts'
import { cut, oneLine } from './text.ts'
import { shortBecause, takenBackText, titleOf } from './wording.ts'

/** What is shown of a deployment: how it stands, its record, and what people said of it. */
export interface CheckFacts {
  deployment: Deployment
  links: Links
  timeline: readonly TimelineEntry[]
  verdicts: readonly Verdict[]
  /** The rollback that took its commit away since. */
  takenBack?: Deployment
}

/**
 * A run overtaken by a newer push is `cancelled` in GitHub Actions, and that paints the commit red although nothing is wrong with it and
 * nobody has to look. `skipped` would say that it was never meant to go. `neutral` is grey: the newer commit brings this change too.
 */
const conclusions: Record<State, CheckReport['state']> = {
  queued: 'queued',
  waiting: 'queued',
  planned: 'in_progress',
  pulling: 'in_progress',
  stepping: 'in_progress',
  rolling: 'in_progress',
  verifying: 'in_progress',
  paused: 'in_progress',
  'rolling-back': 'in_progress',
  succeeded: 'success',
  failed: 'failure',
  'rolled-back': 'failure',
  halted: 'failure',
  rejected: 'failure',
  cancelled: 'cancelled',
  superseded: 'neutral',
}

/**
 * The check run of a deployment, on the commit it brings: why it waits, what it does, its log as it goes on, and buttons. Undefined while
 * a rollback does not know its commit yet.
 */
export function checkReport(facts: CheckFacts): CheckReport | undefined {
  const { deployment, links, timeline, takenBack } = facts
  const { id, revision, state, reason } = deployment
  if (revision === undefined) return undefined
  const text = logBlock(timeline, deployment.createdAt, checkRoom)
  return {
    name: `Deploy to ${oneLine(deployment.environment)}`,
    revision,
    externalId: id,
    state: takenBack ? 'failure' : stateOf(deployment),
    title: takenBack ? cut(takenBackText(takenBack), 200) : cut(titleOf(deployment), 200),
    summary: checkSummary(facts),
    ...(text !== undefined && { text }),
    ...(links.log !== undefined && { detailsUrl: links.log }),
    buttons: takenBack ? [] : buttonsFor(deployment),
    annotations: state === 'rejected' ? annotationsOf(reason?.problems ?? []) : [],
  }
}

function stateOf(deployment: Deployment): CheckReport['state'] {
  if (asksForApproval(deployment)) return 'action_required'
  return shortBecause(deployment) ? 'failure' : conclusions[deployment.state]
}
