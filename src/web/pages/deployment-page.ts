import { type Deployment, isTerminal, type TimelineEntry } from '../../domain/deployment.ts'
import type { Receipt } from '../../domain/receipt.ts'
import { fullName, shortSha } from '../../domain/repository.ts'
import { commitUrl, type Links, pullRequestUrl } from '../../report/links.ts'
import { actOn } from '../../report/telling.ts'
import { momentText, tookText } from '../../report/time.ts'
import { headlineOf } from '../../report/wording.ts'
import { toneOf } from './course.ts'
import { page } from './frame.ts'
import { type Html, html, type Part, webAddress } from './html.ts'
import { outcomeSection } from './outcome-section.ts'
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
  const act = actOn(deployment, links)
  const plan = deployment.plan && planSection(deployment.plan)
  const record = timelineSection(timeline, deployment.createdAt)
  return page({ nonce, title: `${headline} (${deployment.project})`, tone: toneOf(deployment), live: !isTerminal(deployment.state) }, [
    outcomeSection(deployment, timeline, act && html`<p><a class="button" href="${act.url}">${act.text}</a></p>`),
    facts(deployment, links),
    receipt && proofSection(receipt),
    // Who comes while it runs, or after it failed, comes for the record.
    ...(deployment.state === 'succeeded' ? [plan, record] : [record, plan]),
  ])
}

function facts(deployment: Deployment, links: Links): Html {
  const { repository, revision, pullRequest, plan } = deployment
  const site = webAddress(plan?.url)
  const rows: [name: string, value: Part][] = [
    ['Environment', site ? anchor(deployment.environment, site) : deployment.environment],
    ['Project', deployment.project],
    ['Commit', revision !== undefined && anchor(html`<code>${shortSha(revision)}</code>`, commitUrl(links.github, repository, revision))],
    ['Branch', deployment.branch],
    ['Tag', deployment.tag],
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

const anchor = (text: Part, url: string): Html => html`<a href="${url}">${text}</a>`

const moment = (at: string): Html => html`<time datetime="${at}">${momentText(at)}</time>`
