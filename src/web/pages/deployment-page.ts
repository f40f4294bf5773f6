import { type Deployment, isTerminal, type TimelineEntry } from '../../domain/deployment.ts'
import { remedyOf, sentenceOf } from '../../domain/reason.ts'
import type { Receipt } from '../../domain/receipt.ts'
import { fullName, shortSha } from '../../domain/repository.ts'
import { commitUrl, type Links, pullRequestUrl } from '../../report/links.ts'
import { lines, oneLine } from '../../report/text.ts'
import { momentText, tookText } from '../../report/time.ts'
import { headlineOf, progressOf } from '../../report/wording.ts'
import { badges, course, tones } from './course.ts'
import { page } from './frame.ts'
import { type Html, html, type Part, webAddress } from './html.ts'
import { planSection } from './plan-section.ts'
import { proofSection } from './proof-section.ts'
import { timelineSection } from './timeline-section.ts'

export interface DeploymentView {
  deployment: Deployment
  timeline: readonly TimelineEntry[]
  receipt?: Receipt
  links: Links
  /** New for each answer; the same goes to `pageHeaders`. */
  nonce: string
}

/** The page of one deployment: what became of it at first sight, then proof, record and plan. */
export function deploymentPage({ deployment, timeline, receipt, links, nonce }: DeploymentView): string {
  const headline = headlineOf(deployment)
  const plan = deployment.plan && planSection(deployment.plan)
  const record = timelineSection(timeline, deployment.createdAt)
  return page({ nonce, title: `${headline} (${deployment.project})`, tone: tones[deployment.state], live: !isTerminal(deployment.state) }, [
    outcome(deployment, timeline, headline),
    facts(deployment, links),
    receipt && proofSection(receipt),
    // Who comes while it runs, or after it failed, comes for the record.
    ...(deployment.state === 'succeeded' ? [plan, record] : [record, plan]),
  ])
}

function outcome(deployment: Deployment, timeline: readonly TimelineEntry[], headline: string): Html {
  const { state, subject, reason } = deployment
  const [sentence = '', ...details] = reason ? lines(sentenceOf(reason)) : [progressOf(deployment)]
  return html`<section class="outcome ${tones[state]}" role="status">
<p><span class="badge">${badges[state]}</span></p>
<h1>${headline}</h1>
${subject !== undefined && html`<p class="subject">${subject}</p>`}
<p>${sentence.replace(/:$/, '')}.</p>
${details.length > 0 && html`<pre tabindex="0">${details.join('\n')}</pre>`}
${reason && html`<p class="remedy">${prose(oneLine(remedyOf(reason)))}.</p>`}
${course(deployment, timeline)}
</section>`
}

function facts(deployment: Deployment, links: Links): Html {
  const { repository, revision, pullRequest, plan } = deployment
  const site = webAddress(plan?.url)
  const rows: [name: string, value: Part][] = [
    ['Environment', site ? anchor(deployment.environment, site) : deployment.environment],
    ['Project', deployment.project],
    ['Commit', revision !== undefined && anchor(html`<code>${shortSha(revision)}</code>`, commitUrl(links.github, repository, revision))],
    ['Branch', deployment.branch],
    ['Pull request', pullRequest !== undefined && anchor(`#${pullRequest}`, pullRequestUrl(links.github, repository, pullRequest))],
    ['Repository', fullName(repository)],
    [deployment.kind === 'rollback' ? 'Rolled back by' : 'Brought by', deployment.actor],
    ['Asked for', moment(deployment.createdAt)],
    ['Finished', deployment.finishedAt !== undefined && moment(deployment.finishedAt)],
    ['Time on the hosts', tookText(deployment)],
  ]
  return html`<section id="facts" aria-label="Facts"><dl>${rows
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`
}

/** Words between backticks are commands. */
const prose = (text: string): Part => text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))

const anchor = (text: Part, url: string): Html => html`<a href="${url}">${text}</a>`

const moment = (at: string): Html => html`<time datetime="${at}">${momentText(at)}</time>`
