import type { Deployment } from '../../domain/deployment.ts'
import { type Reason, remedyOf, sentenceOf } from '../../domain/reason.ts'
import { type Instant, shortSha } from '../../domain/repository.ts'
import type { Standing } from '../../flow/standing.ts'
import type { ButtonKind } from '../../report/buttons.ts'
import { oneLine, unticked } from '../../report/text.ts'
import { agoText, momentText } from '../../report/time.ts'
import { detailOf, headlineOf } from '../../report/wording.ts'
import { longestReason } from '../asks.ts'
import { badgeOf, toneOf } from './course.ts'
import { page } from './frame.ts'
import { type Html, html, type Part } from './html.ts'
import { bigLink } from './message-page.ts'
import { planSection } from './plan-section.ts'

export interface ActView {
  deployment: Deployment
  standing: Standing
  person: string
  /** Sealed asks of the buttons they may press, in the order of the offers. */
  buttons: readonly { kind: ButtonKind; ask: string }[]
  /** Why they may not approve what waits. */
  objection?: Reason
  now: Instant
  nonce: string
}

/** The page to act from, made for one hand and one glance: how it stands, what a press would do, who presses, and the button. */
export function actPage({ deployment, standing, person, buttons, objection, now, nonce }: ActView): string {
  const [first, ...others] = buttons
  const shown = deployment.state === 'paused' ? deployment.plan : deployment.proposal?.draft
  const words = (kind: ButtonKind) => wordings[kind](oneLine(deployment.environment))
  return page({ nonce, title: `${headlineOf(deployment)} (${deployment.project})`, tone: toneOf(deployment), live: false }, [
    summary(deployment, now, [first?.kind !== 'rollback' && details(deployment), objection && mayNot(objection)]),
    first?.kind === 'rollback' && way(standing, now),
    shown && planSection(shown),
    first ? html`<p class="note">You are <b>${person}</b>. ${words(first.kind).means}</p>` : whyNothing(deployment, standing, now),
    first &&
      html`<div class="reach">${pressing(objection ? 'small' : 'big', words(first.kind).label, first)}${others.map((one) => pressing('small', words(one.kind).label, one))}</div>`,
    visitor(deployment, person),
  ])
}

/** A button. What it does is sealed in its form. */
const pressing = (size: 'big' | 'small', label: string, { kind, ask }: ActView['buttons'][number]): Html =>
  html`<form method="post"${kind === 'reject' && html` class="why"`}>${kind === 'reject' && why}<input type="hidden" name="ask" value="${ask}"><button class="${size} ${kind}">${label}</button></form>`

/** Where people look for the button that is not there. */
const mayNot = (objection: Reason): Html => html`<p class="note">${sentenceOf(objection)}. ${unticked(remedyOf(objection))}.</p>`

/** Who rejects says why: whoever brought it reads that, in the check run and in chat. */
const why = html`<input name="reason" aria-label="Why you reject it" placeholder="Why not?" maxlength="${longestReason}" required autocomplete="off">`

/** How the deployment stands, in its first few words. */
export const summary = (deployment: Deployment, now: Instant, more: Part): Html => html`<section class="outcome ${toneOf(deployment)}">
<p><span class="badge">${badgeOf(deployment)}</span> <span class="note">${deployment.project}, ${agoText(deployment.finishedAt ?? deployment.createdAt, now)}</span></p>
<h1>${headlineOf(deployment)}</h1>
${more}
</section>`

/** What it brings, and how far it came. */
export const details = (
  deployment: Deployment,
): Html => html`${deployment.subject !== undefined && html`<p class="subject">${deployment.subject}</p>`}
<p>${unticked(detailOf(deployment))}.</p>`

/** What runs, and what it would go back to. */
const way = ({ current, target, open }: Standing, now: Instant): Html => html`<section class="way" aria-label="What would happen">
<dl>${current && release('Runs now', current, now)}${target && release('Goes back to', target, now)}</dl>
${open[0] && html`<p class="note">${headlineOf(open[0])}; the way back comes after it or in its place.</p>`}
</section>`

const release = (title: string, { revision = '', subject, author, actor, createdAt, finishedAt }: Deployment, now: Instant): Html => {
  const at = finishedAt ?? createdAt
  return html`<div><dt>${title}</dt><dd><code>${shortSha(revision)}</code> ${subject}<br><span class="note">by ${author ?? actor}, <time datetime="${at}" title="${momentText(at)}">${agoText(at, now)}</time></span></dd></div>`
}

function whyNothing(deployment: Deployment, { current, open }: Standing, now: Instant): Html {
  const rollback = open.find(({ kind }) => kind === 'rollback')
  if (rollback)
    return html`<section><p>A rollback is on its way: ${headlineOf(rollback)}.</p></section>${bigLink('See how it goes', `/deployments/${rollback.id}`)}`
  if (current && current.id !== deployment.id)
    return html`<section><p>This is not what runs any more: ${headlineOf(current)}, ${agoText(current.finishedAt ?? current.createdAt, now)}.</p></section>${bigLink('Act on what runs now', `/deployments/${current.id}/act`)}`
  return html`<section><p>There is nothing to be done here now${deployment.state === 'succeeded' && ': no earlier verified release is known to go back to'}.</p></section>`
}

const visitor = ({ id }: Deployment, person: string): Html => html`<section class="visitor"><p>Signed in as <b>${person}</b></p>
<form method="post" action="/sign-out"><input type="hidden" name="to" value="/deployments/${id}/act"><button class="small">Sign out</button></form>
<p><a href="/deployments/${id}">All details</a></p></section>`

/** Buttons in the words of somebody in a hurry, with what a press does. */
const wordings: Record<ButtonKind, (environment: string) => { label: string; means: string }> = {
  rollback: (environment) => ({
    label: `Roll back ${environment}`,
    means: 'The release before is still on the hosts. Locks and deployment windows do not hold a rollback up. Data stays as it is.',
  }),
  approve: (environment) => ({
    label: `Approve for ${environment}`,
    means: 'This holds for exactly what is shown here; what changes is asked about anew.',
  }),
  reject: () => ({ label: 'Reject', means: 'It ends here; a new commit is asked about anew.' }),
  cancel: () => ({ label: 'Cancel', means: 'It ends before any host is changed.' }),
  retry: (environment) => ({ label: `Try again on ${environment}`, means: 'The same once more; what failed before may fail again.' }),
}
