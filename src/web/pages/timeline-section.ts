import type { TimelineEntry } from '../../domain/deployment.ts'
import type { Instant } from '../../domain/repository.ts'
import { lines } from '../../report/text.ts'
import { afterText, momentText } from '../../report/time.ts'
import { type Html, html } from './html.ts'

/**
 * The deployment's record, with the time since it was asked for: where that went is what people look for here. Text of several lines is
 * a title and what follows it, such as a container's log.
 */
export const timelineSection = (
  timeline: readonly TimelineEntry[],
  since: Instant,
): Html => html`<section id="timeline" aria-labelledby="timeline-title">
<h2 id="timeline-title">Timeline</h2>
<ol class="timeline">${timeline.map((entry) => entryItem(entry, since))}</ol>
${timeline.length === 0 && html`<p class="note">Nothing has happened yet.</p>`}
</section>`

function entryItem({ at, step, host, text }: TimelineEntry, since: Instant): Html {
  const [title = '', ...rest] = lines(text)
  const chip = host !== undefined && html`<span class="host">${host}</span> `
  return html`<li>
<time datetime="${at}" title="${momentText(at)}">${afterText(at, since)}</time>
<span class="step">${step}</span>
<div class="said">${
    rest.length === 0
      ? html`${chip}${title}`
      : html`<details open><summary>${chip}${title}</summary><pre tabindex="0">${rest.join('\n').trimEnd()}</pre></details>`
  }</div>
</li>`
}
