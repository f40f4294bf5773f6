import { type Deployment, missedBy, type State } from '../domain/deployment.ts'
import { approvalsFound, remedyOf } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import { type ButtonKind, kindsFor } from './buttons.ts'
import { approvalMissing, asksForApproval } from './held-by.ts'
import { commitUrl, type Links, pullRequestUrl } from './links.ts'
import { cut, oneLine } from './text.ts'
import { tookText } from './time.ts'
import { detailOf, headlineOf, shortBecause, unwellBecause } from './wording.ts'

/** What people are told of a deployment outside its page: not formatted, not escaped, on one line each. */
export interface Telling {
  icon: string
  headline: string
  /** How it is proved, or why it went wrong. */
  detail: string
  /** What people can do. */
  remedy?: string
  commit?: { text: string; url: string }
  subject?: string
  /** The tag that brought it. */
  tag?: string
  pullRequest?: { text: string; url: string }
  repository: string
  project: string
  environment: string
  /** Whose change it is and who wished for it: `lisa, merged by mona`; absent where nobody did anything. */
  actor?: string
  took?: string
  log?: string
  /** What they can do about it from a page, in words, and where. */
  act?: { text: string; url: string }
  /** Where the environment is reached; only once it shows this deployment. */
  site?: string
}

const icons: Record<State, string> = {
  queued: '⏳',
  waiting: '⏳',
  planned: '⏳',
  pulling: '🚚',
  stepping: '🚚',
  rolling: '🚚',
  verifying: '🔎',
  paused: '⏸️',
  succeeded: '✅',
  failed: '❌',
  'rolling-back': '↩️',
  'rolled-back': '↩️',
  halted: '🚨',
  superseded: '⏭️',
  cancelled: '⏹️',
  rejected: '⛔',
}

/** Where the page to act from is offered, in words of what people come for first. */
const acts: Record<ButtonKind, string> = {
  approve: 'Approve or reject',
  reject: 'Reject',
  cancel: 'Cancel',
  rollback: 'Roll back',
  retry: 'Try again',
}

/** The way to the page to act on a deployment from; undefined where there is nothing to do or nobody could sign in. */
export function actOn(deployment: Deployment, { act }: Links): Telling['act'] {
  const [first] = kindsFor(deployment)
  return first === undefined || act === undefined ? undefined : { text: acts[first], url: act }
}

export function tell(deployment: Deployment, links: Links): Telling {
  const { repository, revision, state, kind, subject, tag, pullRequest, plan } = deployment
  const unwell = unwellBecause(deployment)
  const reason = deployment.reason ?? shortBecause(deployment)
  const took = tookText(deployment)
  const act = actOn(deployment, links)
  const icon = unwell ? '🚨' : missedBy(deployment).length > 0 ? '⚠️' : kind === 'rollback' && state === 'succeeded' ? '↩️' : icons[state]
  return {
    icon,
    headline: headlineOf(deployment),
    detail: detailOf(deployment),
    ...(reason && { remedy: oneLine(remedyOf(reason)) }),
    ...(revision !== undefined && { commit: { text: shortSha(revision), url: commitUrl(links.github, repository, revision) } }),
    ...(subject !== undefined && { subject: oneLine(subject) }),
    ...(tag !== undefined && { tag: oneLine(tag) }),
    ...(pullRequest !== undefined && {
      pullRequest: { text: `#${pullRequest}`, url: pullRequestUrl(links.github, repository, pullRequest) },
    }),
    repository: fullName(repository),
    project: oneLine(deployment.project),
    environment: oneLine(deployment.environment),
    actor: oneLine(whoText(deployment)),
    ...(took !== undefined && { took }),
    ...(links.log !== undefined && { log: links.log }),
    ...(act && { act }),
    ...(state === 'succeeded' && plan?.url !== undefined && /^https?:\/\/\S{1,500}$/.test(plan.url) && { site: plan.url }),
  }
}

/** `pushed by mona`, `lisa, merged by mona`, `rolled back by mona`: whose change it is, and whose wish that it is brought. */
function whoText(deployment: Deployment): string {
  const { author, actor, kind, plan } = deployment
  const wished = `${wayOf(deployment)} by ${actor}${plan?.late ? `; ${plan.late.join(', ')} was away then` : ''}`
  // Who wrote what is gone back to did not wish for that.
  return kind === 'rollback' || author === undefined || author === actor ? wished : `${author}, ${wished}`
}

/** What somebody did that brought it. */
function wayOf({ kind, retried, asked, tag, pullRequest }: Deployment): string {
  if (kind === 'rollback') return retried ? 'rollback retried' : 'rolled back'
  if (retried) return 'retried'
  if (asked !== undefined) return 'deployed'
  if (tag !== undefined) return 'tagged'
  return pullRequest === undefined ? 'pushed' : 'merged'
}

/** The same of a deployment that asks people to agree: who has to, and how. Undefined where it does not. */
export function tellAsk(deployment: Deployment, links: Links): Telling | undefined {
  const missing = approvalMissing(deployment)
  if (!missing || !asksForApproval(deployment)) return undefined
  const told = tell(deployment, links)
  const headline = `${told.environment} waits for ${oneLine(missing.evidence.from ?? 'somebody')} to approve ${told.commit?.text ?? 'a change'}`
  return { ...told, icon: '✋', headline, detail: oneLine(approvalsFound(missing.evidence)), remedy: oneLine(remedyOf(missing)) }
}

/** The small print of a message: commit, pull request, who, where, how long, links. `words` escapes for the medium. */
export const factsOf = (told: Telling, anchor: (text: string, url: string) => string, words: (text: string) => string): string[] =>
  [
    told.commit && anchor(told.commit.text, told.commit.url),
    told.tag && words(cut(told.tag, 100)),
    told.pullRequest && anchor(told.pullRequest.text, told.pullRequest.url),
    told.actor && words(cut(told.actor, 100)),
    words(cut(`${told.project} / ${told.environment}`, 200)),
    told.took,
    told.site && anchor('open', told.site),
    told.log && anchor('log', told.log),
  ].filter((fact): fact is string => fact !== undefined && fact !== '')
