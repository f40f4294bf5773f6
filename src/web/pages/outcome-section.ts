import type { Deployment, TimelineEntry } from '../../domain/deployment.ts'
import { remedyOf, sentenceOf } from '../../domain/reason.ts'
import { lines, oneLine } from '../../report/text.ts'
import { bakingText, headlineOf, progressOf, shortBecause } from '../../report/wording.ts'
import { badgeOf, course, toneOf } from './course.ts'
import { type Html, html, type Part } from './html.ts'

/** What became of a deployment at first sight: its state, how it got there, what is wrong and what people can do. */
export function outcomeSection(deployment: Deployment, timeline: readonly TimelineEntry[], more?: Part): Html {
  const { subject } = deployment
  const reason = deployment.reason ?? shortBecause(deployment)
  const baking = bakingText(deployment)
  const [sentence = '', ...details] = reason
    ? lines(sentenceOf(reason))
    : [`${progressOf(deployment)}${baking === undefined ? '' : `; ${baking}`}`]
  return html`<section class="outcome ${toneOf(deployment)}" role="status">
<p><span class="badge">${badgeOf(deployment)}</span></p>
<h1>${headlineOf(deployment)}</h1>
${subject !== undefined && html`<p class="subject">${subject}</p>`}
<p>${sentence.replace(/:$/, '')}.</p>
${details.length > 0 && html`<pre tabindex="0">${details.join('\n')}</pre>`}
${reason && html`<p class="remedy">${prose(oneLine(remedyOf(reason)))}.</p>`}
${course(deployment, timeline)}
${more}
</section>`
}

/** Words between backticks are commands. */
export const prose = (text: string): Part => text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))
