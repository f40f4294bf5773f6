import type { Deployment } from '../../domain/deployment.ts'
import type { Lock } from '../../domain/gate.ts'
import type { Reason } from '../../domain/reason.ts'
import type { Digest, Instant, Repository, Sha } from '../../domain/repository.ts'
import { shortSha } from '../../domain/repository.ts'
import { paragraphs } from '../answer.ts'
import { explained } from '../explained.ts'
import { heldBy } from '../held-by.ts'
import { commitUrl, type Links } from '../links.ts'
import { code, link, sentence } from '../markdown.ts'
import { oldSecretsText } from '../secret-reminder.ts'
import { type Telling, tell } from '../telling.ts'
import { firstFitting, oneLine } from '../text.ts'
import { momentText } from '../time.ts'
import { lockText } from './lock.ts'
import { words } from './said.ts'

/** What is to be told of one environment. */
export interface EnvironmentStatus {
  environment: string
  /** Where people reach it. */
  url?: string
  /** What was last proved to run; absent where nothing ever was. */
  running?: Running
  /** The branch it follows, and how many commits that is ahead of what runs; absent where nobody knows. */
  behind?: { branch: string; commits: number }
  /** Secrets that are older than they may become, the oldest first; absent where none is. */
  oldSecrets?: readonly { name: string; days: number }[]
  /** What did harm here and is not brought again by itself, the latest first. */
  quarantined: readonly Reason[]
  /** Locks on it, and those on every environment. */
  locks: readonly Lock[]
  /** What waits or is on its way, oldest first; of what has ended, only what came after `running` and went wrong. */
  deployments: readonly Deployment[]
}

export interface Running {
  revision: Sha
  /** First line of the commit's message. */
  subject?: string
  /** How it came to run. */
  kind: Deployment['kind']
  /** Of the repository's own images, each with its name. */
  images: readonly { name: string; digest: Digest }[]
  since: Instant
  by: string
  /** Until when it bakes. */
  bakes?: Instant
  /** Why it is not well any more. */
  unwell?: Reason
  /** Hosts that were away and do not run it. */
  away?: readonly string[]
}

/** GitHub refuses comments over 65,536 characters; the rest is for head and last line. */
const commentRoom = 60_000

/** Shown of each kind in one environment; whoever needs more looks at the pages. */
const mostItems = 5

/** The answer to `/status`: environment by environment what runs, since when, by whom, what is locked, and what waits for what. */
export function statusAnswer(
  intent: string,
  repository: Repository,
  environments: readonly EnvironmentStatus[],
  linksOf: (deployment: Deployment) => Links,
  github: string,
): string {
  const blocks = environments.map((each) => environmentBlock(each, repository, linksOf, github))
  const shown = firstFitting(blocks, commentRoom)
  const more = blocks.length - shown.length
  return paragraphs(`answer:${intent}`, [
    '📍 **What runs where**',
    ...(blocks.length === 0 ? ['There is no environment yet.'] : shown),
    ...(more > 0 ? [`and ${more} more environments`] : []),
  ])
}

function environmentBlock(
  { environment, url, running, behind, oldSecrets, quarantined, locks, deployments }: EnvironmentStatus,
  repository: Repository,
  linksOf: (deployment: Deployment) => Links,
  github: string,
): string {
  const site = url !== undefined && /^https?:\/\/\S{1,500}$/.test(url) ? ` · ${link('open', url)}` : ''
  return [
    `**${words(environment, 200)}**${site}`,
    `- ${running ? runningText(running, commitUrl(github, repository, running.revision)) : '⚪ nothing was proved to run yet'}`,
    ...(behind && behind.commits > 0 ? [`- 📥 ${words(behindText(behind), 500)}`] : []),
    ...(oldSecrets ? [`- 🔑 ${words(`too old: ${oldSecretsText(oldSecrets)}`, 1500)}`] : []),
    ...firstFew(quarantined, (reason) => `🚫 ${explained(reason)}`),
    ...firstFew(locks, (lock) => `🔒 ${words(lockText(lock), 800)}`),
    ...firstFew(deployments, (deployment) => deploymentText(deployment, linksOf(deployment))),
  ].join('\n')
}

const behindText = ({ branch, commits }: NonNullable<EnvironmentStatus['behind']>): string =>
  `${commits} ${commits === 1 ? 'commit' : 'commits'} behind ${branch}`

function firstFew<Item>(items: readonly Item[], text: (item: Item) => string): string[] {
  const more = items.length - mostItems
  return [...items.slice(0, mostItems).map((item) => `- ${text(item)}`), ...(more > 0 ? [`- and ${more} more`] : [])]
}

function runningText({ revision, subject, kind, images, since, by, bakes, unwell, away = [] }: Running, url: string): string {
  const shown = images.slice(0, mostItems).map(({ name, digest }) => `${words(name, 200)} ${code(shortDigest(digest))}`)
  return [
    `${unwell ? '🚨' : away.length > 0 ? '⚠️' : '✅'} ${link(code(shortSha(revision)), url)}`,
    subject === undefined ? '' : words(subject, 300),
    away.length > 0 ? words(`proved, but not on ${away.join(', ')}: away`, 300) : 'proved',
    bakes === undefined ? '' : `bakes until ${words(momentText(bakes), 100)}`,
    unwell ? `not well any more: ${explained(unwell)}` : '',
    `since ${words(momentText(since), 100)}`,
    `${kind === 'rollback' ? 'rolled back to by' : 'by'} ${words(by, 200)}`,
    ...shown,
    images.length > shown.length ? `and ${images.length - shown.length} more images` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

function deploymentText(deployment: Deployment, links: Links): string {
  const told = tell(deployment, links)
  const held = heldBy(deployment)
  return [
    `${told.icon} ${words(told.headline, 500)}: ${held.length > 0 ? held.map(explained).join(' ') : whyText(told)}`,
    told.commit && link(code(told.commit.text), told.commit.url),
    told.subject && words(told.subject, 300),
    told.actor && words(told.actor, 200),
    words(momentText(deployment.finishedAt ?? deployment.startedAt ?? deployment.createdAt), 100),
    told.log && link('log', told.log),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ')
}

const whyText = ({ detail, remedy }: Telling): string => sentence(detail, 1200) + (remedy === undefined ? '' : ` ${sentence(remedy, 1200)}`)

/** Twelve digits, as Docker shows them. */
const shortDigest = (digest: Digest): string => oneLine(digest).slice(0, 'sha256:'.length + 12)
