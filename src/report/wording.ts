import { bakesUntil, type Deployment, missedBy, type State, takenAway } from '../domain/deployment.ts'
import { allHosts, type Draft, type Plan } from '../domain/plan.ts'
import { type Reason, reason, sentenceOf } from '../domain/reason.ts'
import { type Sha, shortSha } from '../domain/repository.ts'
import { changeWord } from './files-text.ts'
import { oneLine, unticked } from './text.ts'
import { momentText, tookText } from './time.ts'

/** What the tables below speak about. */
interface Names {
  /** The commit meant: `abc1234`, or in words while it is not known. */
  commit: string
  environment: string
  /** What ran before and is returned to: `def5678`, or in words. */
  before: string
  /** What a rollback takes away: ` from def5678`; empty while it is not known. */
  from: string
}

type Words = Record<State, (names: Names) => string>

const deployHeadlines: Words = {
  queued: (n) => `${n.commit} is queued for ${n.environment}`,
  waiting: (n) => `${n.commit} is waiting to go to ${n.environment}`,
  planned: (n) => `${n.commit} is about to go to ${n.environment}`,
  pulling: (n) => `${n.commit} is on its way to ${n.environment}`,
  stepping: (n) => `${n.commit} is on its way to ${n.environment}`,
  rolling: (n) => `${n.commit} is on its way to ${n.environment}`,
  verifying: (n) => `${n.commit} is being verified on ${n.environment}`,
  paused: (n) => `${n.commit} is on its way to ${n.environment}`,
  succeeded: (n) => `${n.commit} went live on ${n.environment}`,
  failed: (n) => `${n.commit} did not reach ${n.environment}`,
  'rolling-back': (n) => `${n.commit} failed; ${n.environment} is returning to ${n.before}`,
  'rolled-back': (n) => `${n.commit} failed; ${n.environment} returned to ${n.before}`,
  halted: (n) => `${n.environment} is halted: somebody must look at it`,
  superseded: (n) => `${n.commit} was overtaken on its way to ${n.environment}`,
  cancelled: (n) => `${n.commit} was cancelled for ${n.environment}`,
  rejected: (n) => `${n.commit} was refused for ${n.environment}`,
}

const rollbackHeadlines: Words = {
  queued: (n) => `${n.environment} is queued to go back to ${n.commit}`,
  waiting: (n) => `${n.environment} is waiting to go back to ${n.commit}`,
  planned: (n) => `${n.environment} is about to go back to ${n.commit}${n.from}`,
  pulling: (n) => `${n.environment} is going back to ${n.commit}${n.from}`,
  stepping: (n) => `${n.environment} is going back to ${n.commit}${n.from}`,
  rolling: (n) => `${n.environment} is going back to ${n.commit}${n.from}`,
  verifying: (n) => `${n.commit} is being verified on ${n.environment}`,
  paused: (n) => `${n.environment} is going back to ${n.commit}${n.from}`,
  succeeded: (n) => `${n.environment} went back to ${n.commit}${n.from}`,
  failed: (n) => `${n.environment} did not go back to ${n.commit}`,
  'rolling-back': (n) => `The way back to ${n.commit} failed; ${n.environment} is returning to ${n.before}`,
  'rolled-back': (n) => `${n.environment} could not go back to ${n.commit}; it returned to ${n.before}`,
  halted: deployHeadlines.halted,
  superseded: (n) => `The rollback of ${n.environment} was overtaken`,
  cancelled: (n) => `The rollback of ${n.environment} was cancelled`,
  rejected: (n) => `The rollback of ${n.environment} was refused`,
}

/**
 * The state of things as one sentence in plain words, without its full stop. An outcome is told in the past: its page is
 * still there when the environment has long moved on.
 */
export function headlineOf(deployment: Deployment): string {
  const words = deployment.kind === 'rollback' ? rollbackHeadlines : deployHeadlines
  const unknown = deployment.kind === 'rollback' ? 'its previous release' : 'The change'
  const said = words[deployment.state]({
    commit: deployment.revision ? shortSha(deployment.revision) : unknown,
    environment: oneLine(deployment.environment),
    before: beforeText(deployment),
    from: fromText(deployment),
  })
  return [said, ...whereText(deployment), ...(unwellBecause(deployment) ? ['which is not well'] : [])].join(', ')
}

/** On which of its hosts something is, where that is not simply all of them at once. */
function whereText(deployment: Deployment): string[] {
  const { state, plan } = deployment
  const away = missedBy(deployment)
  return [
    ...(state === 'succeeded' && plan?.late ? [`on ${namesText(plan.late)} now too`] : []),
    ...(away.length > 0 ? [`but not on ${namesText(away)}`] : []),
  ]
}

/** `Rolled back by mona to def5678`: what a rollback is to the commit that it took away. */
export const takenBackText = ({ actor, revision }: Pick<Deployment, 'actor' | 'revision'>): string =>
  `Rolled back by ${oneLine(actor)} to ${revision === undefined ? 'the release before' : shortSha(revision)}`

/** Why what was verified is no plain success: it did not stay well, or did not come to every host. Undefined where it is one. */
export const shortBecause = (deployment: Deployment): Reason | undefined => unwellBecause(deployment) ?? awayBecause(deployment)

function awayBecause(deployment: Deployment): Reason | undefined {
  const away = missedBy(deployment)
  return away.length === 0 ? undefined : reason('hosts-away', { hosts: away.join(', '), environment: deployment.environment })
}

/** Why what was verified did not stay well for its soak; undefined where it did, or nobody knows. */
export const unwellBecause = ({ soak }: Pick<Deployment, 'soak'>): Reason | undefined =>
  soak?.state === 'unwell' ? soak.reason : undefined

/** Why data may fit neither release: the way back is barred, or a step of a release that bars it failed. Undefined where it is not so. */
export const contractBecause = ({ state, reason }: Pick<Deployment, 'state' | 'reason'>): Reason | undefined =>
  (state === 'halted' && reason?.code === 'contract-stays') || (state === 'failed' && reason?.evidence.contract !== undefined)
    ? reason
    : undefined

/** `bakes until 21 Nov 2026, 10:05:00 UTC`; undefined where it does not. */
export function bakingText(deployment: Deployment): string | undefined {
  const until = bakesUntil(deployment)
  return until === undefined ? undefined : `bakes until ${momentText(until)}`
}

/** How far it is or why it ended so: what stands in a status beside the commit, one line. */
export function progressOf(deployment: Deployment): string {
  const { state, plan, reason } = deployment
  const unwell = unwellBecause(deployment)
  const because = reason ? reasonText(reason) : undefined
  switch (state) {
    case 'queued':
      return 'Queued'
    case 'waiting':
      return because ?? 'Waiting'
    case 'planned':
      return plan ? `Planned: ${changesText(plan)}` : 'Planned'
    case 'pulling':
      return `Pulling on ${hostsText(plan)}`
    case 'stepping':
      return `Running ${stepsText(plan)}`
    case 'rolling':
      return `Switching ${waveText(deployment)}`
    case 'verifying':
      return `Verifying ${waveText(deployment)}`
    case 'paused':
      return `${pauseText(deployment)}${because ? `: ${because}` : ''}`
    case 'succeeded':
      return unwell ? `Not well: ${reasonText(unwell)}` : provedText(deployment)
    case 'failed':
      return `Nothing was changed${because ? `: ${because}` : ''}`
    case 'rolling-back':
      return `Returning to ${beforeText(deployment)}${because ? `: ${because}` : ''}`
    case 'rolled-back':
      return `Returned to ${beforeText(deployment)}${because ? `: ${because}` : ''}`
    case 'halted':
      return `Halted, somebody must look at it${because ? `: ${because}` : ''}`
    case 'superseded':
      return because ?? 'Overtaken by a newer change'
    case 'cancelled':
      return because ?? 'Cancelled'
    case 'rejected':
      return because ? (reason?.code === 'rejected-by' ? because : `Refused: ${because}`) : 'Refused'
  }
}

/** States of which the headline says already what became of it. */
const saidByHeadline: ReadonlySet<State> = new Set(['rejected', 'cancelled', 'superseded', 'rolling-back', 'rolled-back', 'halted'])

/** What there is to say beside the headline: why, or how far it is. */
export const detailOf = (deployment: Deployment): string =>
  deployment.reason && saidByHeadline.has(deployment.state) ? reasonText(deployment.reason) : progressOf(deployment)

/** `abc1234 is waiting to go to production: production is locked by lisa`: headline and detail on one line. Not for Markdown. */
export function titleOf(deployment: Deployment): string {
  const { state, reason } = deployment
  const headline = headlineOf(deployment)
  if (state === 'queued') return headline
  const baking = bakingText(deployment)
  if (baking !== undefined) return `${headline}: ${detailOf(deployment)}, ${baking}`
  const by = state === 'cancelled' ? reason?.evidence.person : state === 'superseded' ? reason?.evidence.by : undefined
  return unticked(oneLine(by === undefined ? `${headline}: ${detailOf(deployment)}` : `${headline} by ${by}`))
}

/** The reason's sentence on one line. */
export const reasonText = (reason: Reason): string => oneLine(sentenceOf(reason))

/** The commits the hosts ran before, each once; empty on a first deployment or before planning. */
export const revisionsBefore = ({ plan }: Pick<Deployment, 'plan'>): Sha[] => [
  ...new Set(plan?.hosts.flatMap((host) => (host.previous ? [host.previous.revision] : [])) ?? []),
]

/** `web-1`, `web-1 and web-2`, `3 hosts` */
export const hostsText = (plan: Plan | undefined): string => namesText(plan?.hosts.map(({ name }) => name) ?? [])

function namesText(hosts: readonly string[]): string {
  const names = hosts.map(oneLine)
  if (names.length === 0) return 'its hosts'
  return names.length < 3 ? names.join(' and ') : `${names.length} hosts`
}

/** What is being switched or verified: `on web-1`, `wave 2 of 4 (web-3 and web-4)`. */
function waveText({ plan, rollout }: Deployment): string {
  const wave = plan?.waves[rollout?.wave ?? 0]
  if (!plan || !wave || plan.waves.length < 2) return `on ${hostsText(plan)}`
  return `wave ${(rollout?.wave ?? 0) + 1} of ${plan.waves.length} (${namesText(wave.hosts)})`
}

/** `bin/migrate of web on web-1`, `2 steps` */
function stepsText(plan: Plan | undefined): string {
  const [first, ...more] = plan?.before ?? []
  if (!first) return 'what comes before'
  return more.length > 0
    ? `${more.length + 1} steps before anything is switched`
    : `${oneLine(first.run.join(' '))} of ${first.service} on ${first.host}`
}

/** `Wave 1 of 3 is proved; the next begins on 21 Nov 2026, 10:05:00 UTC at the earliest` */
function pauseText({ plan, rollout }: Deployment): string {
  const proved = `Wave ${(rollout?.wave ?? 0) + 1} of ${plan?.waves.length ?? 0} is proved`
  return rollout?.until === undefined ? proved : `${proved} and watched; the next begins on ${momentText(rollout.until)}`
}

function beforeText(deployment: Deployment): string {
  const [first, ...others] = revisionsBefore(deployment)
  if (first === undefined) return 'what ran before'
  return others.length === 0 ? shortSha(first) : 'the releases before'
}

function fromText(deployment: Deployment): string {
  const away = takenAway(deployment).map(shortSha)
  return away.length === 0 ? '' : ` from ${away.join(' and ')}`
}

/** "web recreated, db untouched, cron removed on web-1" */
export function changesText(plan: Draft): string {
  const services = plan.services.map((service) => `${oneLine(service.name)} ${changeWord(service)}`)
  const removed = plan.removed.map((name) => `${oneLine(name)} removed`)
  return (
    [...services, ...removed, ...moves(plan).map(({ service, change, host }) => `${oneLine(service)} ${change} on ${host}`)].join(', ') ||
    'nothing changes'
  )
}

/** What single hosts get or lose that others keep. One that is new gets everything, which is no news of its services. */
export const moves = ({ hosts }: Draft): { service: string; change: 'created' | 'removed'; host: string }[] =>
  hosts.flatMap(({ name: host, previous, creates = [], removes = [] }) => [
    ...(previous ? creates : []).map((service) => ({ service, change: 'created' as const, host })),
    ...removes.map((service) => ({ service, change: 'removed' as const, host })),
  ])

/** `2 of 3 hosts; web-3 is away and gets it when it is back` */
const partText = ({ hosts, waves }: Plan, away: readonly string[]): string =>
  `${hosts.length} of ${allHosts({ waves }).length} hosts; ${namesText(away)} ${away.length === 1 ? 'is away and gets it when it is' : 'are away and get it when they are'} back`

/** "abc1234 verified on web-1 in 12 s" */
function provedText(deployment: Deployment): string {
  const took = tookText(deployment)
  const commit = deployment.revision ? `${shortSha(deployment.revision)} verified` : 'Verified'
  const away = missedBy(deployment)
  const where = away.length > 0 && deployment.plan ? partText(deployment.plan, away) : hostsText(deployment.plan)
  return `${commit} on ${where}${took && away.length === 0 ? ` in ${took}` : ''}`
}
