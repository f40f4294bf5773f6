import { type Deployment, isTerminal, type TimelineEntry } from '../../domain/deployment.ts'
import type { IntentOutcome } from '../../domain/intent.ts'
import { remedyOf, sentenceOf } from '../../domain/reason.ts'
import type { ButtonKind } from '../../report/buttons.ts'
import { oneLine } from '../../report/text.ts'
import { toneOf } from './course.ts'
import { page } from './frame.ts'
import { type Html, html } from './html.ts'
import { outcomeSection, prose } from './outcome-section.ts'

export interface ActedView {
  /** What was pressed, and beside which deployment. */
  kind: ButtonKind
  deployment: Deployment
  person: string
  /** Absent until Landfall has come to it. */
  outcome?: IntentOutcome
  /** The deployment it is about now: the one that came of it, or else the one it was pressed beside. */
  subject: Deployment
  timeline: readonly TimelineEntry[]
  nonce: string
}

/** What came of a press, followed until it is over. */
export function actedPage(view: ActedView): string {
  const { deployment, outcome, subject, timeline, nonce } = view
  const frame = { nonce, title: `${titles[view.kind]} (${deployment.project})` }
  if (!outcome) return page({ ...frame, tone: 'busy', live: true }, heard(view))
  if (outcome.kind === 'command-refused') {
    const { reason } = outcome
    const said = html`<section class="outcome bad" role="status"><p><span class="badge">Refused</span></p>
<h1>${sentenceOf(reason)}</h1><p class="remedy">${prose(oneLine(remedyOf(reason)))}.</p></section>`
    return page({ ...frame, tone: 'bad', live: false }, [said, details(deployment)])
  }
  const note = outcome.kind === 'deployments' ? undefined : notes[view.kind]?.(subject)
  const live = !isTerminal(subject.state)
  return page({ ...frame, tone: toneOf(subject), live }, [
    outcomeSection(subject, timeline, note !== undefined && html`<p class="note">${note}</p>`),
    details(subject),
  ])
}

/** Before anything came of it: that it was heard, so that nobody presses again. */
const heard = ({ kind, person }: ActedView): Html => html`<section class="outcome busy" role="status">
<p><span class="badge">Heard</span></p>
<h1>${titles[kind]}</h1>
<p>Landfall has it and asks GitHub whether ${person} may. Nothing needs to be pressed again.</p></section>`

const details = ({ id }: Deployment): Html => html`<p class="reach"><a class="small" href="/deployments/${id}">All details</a></p>`

const titles: Record<ButtonKind, string> = {
  rollback: 'Rolling back',
  approve: 'Approving',
  reject: 'Rejecting',
  cancel: 'Cancelling',
  retry: 'Trying again',
}

/** What is said of commands that lead to no deployment of their own, by how things stand now. */
const notes: Partial<Record<ButtonKind, (subject: Deployment) => string | undefined>> = {
  approve: ({ state }) => (state === 'waiting' ? 'Your word is noted; what it still waits for stands above.' : undefined),
  cancel: ({ state }) =>
    state === 'cancelled' || state === 'waiting' || state === 'queued'
      ? undefined
      : 'If hosts are being changed already, it goes on to its end.',
  retry: () => 'Nothing was tried again: it is under way, or it did not fail.',
}
