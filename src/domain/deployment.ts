import type { CommentRef } from './intent.ts'
import type { Plan, Proposal } from './plan.ts'
import type { Reason } from './reason.ts'
import type { Instant, Repository, Sha } from './repository.ts'
import type { RolloutProgress } from './rollout.ts'

/** One attempt to bring one environment to a revision. */
export interface Deployment {
  id: string
  /** The intent that asked for it. */
  intent: string
  kind: 'deploy' | 'rollback'
  repository: Repository
  project: string
  environment: string
  /** Deploy: the commit to bring. Rollback: the commit gone back to; absent until planned where the person named none. */
  revision?: Sha
  /** First line of that commit's message, for people. */
  subject?: string
  /** Who wrote that commit. */
  author?: string
  /** Branch, for people and for publishing. */
  branch?: string
  /** The tag whose push brought it, for people, and to see whether it still names this commit. */
  tag?: string
  /** Who asked: pusher or commenter; `unknownActor` where GitHub does not tell. */
  actor: string
  /** Pull request this change came through, where there is one. */
  pullRequest?: number
  /** The comment to answer, for commands. */
  comment?: CommentRef
  /** Further comments whose answers tell how it goes on: it was approved there, or asked for once more. */
  toldIn?: CommentRef[]
  /**
   * Who wants this very commit: `person` where somebody named it, `deliberate` where they said that they know what became of it before.
   * Absent: a machine, whose push it was. Of a rollback `deliberate` where they said that it may go back over a release that nothing older fits.
   */
  asked?: 'person' | 'deliberate'
  /** Somebody tries once more what did not go well. */
  retried?: true
  /** Rollback: what was on its way when somebody asked, which it takes away. Absent where nothing was. */
  over?: TakenBack
  state: State
  /** Why it waits, failed, was refused or superseded. */
  reason?: Reason
  /** Every gate that was closed when they were looked at last; the first of them is its reason. */
  closed?: Reason[]
  /** What it would do, once that is known; until it is planned. */
  proposal?: Proposal
  /** What hosts fetched of the proposal in advance; absent while none has. */
  fetched?: Fetched
  /** Fixed once; executed as it is. */
  plan?: Plan
  /** How far it has come through the plan's waves; absent before the first, and before what is run before that. */
  rollout?: RolloutProgress
  /** Hosts that were away when it was verified and are waited for; absent where none is any more. */
  awaits?: string[]
  /** What became of watching on after it was verified: of a rollback's soak, or of a bake. Absent where neither was asked for. */
  soak?: SoakBehind
  createdAt: Instant
  /** When the first host was touched. */
  startedAt?: Instant
  finishedAt?: Instant
}

/** Which hosts have the images of a proposal while it waits. */
export interface Fetched {
  /** Of the proposal. */
  content: string
  /** Names of the hosts that have all that they need. */
  there: string[]
  /** Names of those that could not fetch them; they are not asked again for this proposal. */
  failed: string[]
}

/** A deployment that a rollback takes back before it is over. */
export interface TakenBack {
  /** Its id. */
  deployment: string
  /** The commit that goes: the one it brings; of a rollback the one that this was to take away. */
  revision: Sha
  /** It was verified and did not stay well while it baked: Landfall takes it back by itself, and nothing else that came since. */
  baked?: true
}

/**
 * `unwell`: what was verified did not stay well, and the reason says how. `cut-short`: something else came over it before it was over, or the
 * hosts could not be watched to its end.
 */
export type SoakBehind =
  | { state: 'under-way' | 'well' }
  | { state: 'unwell'; reason: Reason }
  /** Without a reason the next deployment came. */
  | { state: 'cut-short'; reason?: Reason }

/** For how many seconds a deployment of this plan bakes; 0 where it does not. Rollbacks never do: people chose what they bring. */
export const bakeOf = ({ kind, bake = 0 }: Pick<Plan, 'kind' | 'bake'>): number => (kind === 'deploy' ? bake : 0)

/** Until when a deployment bakes; undefined where it does not, or not any more. Counted from its end, so that no crash makes it longer. */
export function bakesUntil({ plan, soak, finishedAt }: Pick<Deployment, 'plan' | 'soak' | 'finishedAt'>): Instant | undefined {
  if (!plan || bakeOf(plan) === 0 || soak?.state !== 'under-way' || finishedAt === undefined) return undefined
  return new Date(Date.parse(finishedAt) + bakeOf(plan) * 1000).toISOString()
}

export const states = [
  'queued',
  'waiting',
  'planned',
  'pulling',
  'stepping',
  'rolling',
  'verifying',
  'paused',
  'succeeded',
  'failed',
  'rolling-back',
  'rolled-back',
  'halted',
  'superseded',
  'cancelled',
  'rejected',
] as const
export type State = (typeof states)[number]

/**
 * Which state may follow which. `stepping`: what is to be run once before hosts change is run. `paused`: a wave is proved, and the next has to wait. `failed`: nothing on a host was changed. `rolled-back`: hosts changed, failed, and
 * run their previous release again, proved. `halted`: hosts could not be brought back; people are needed.
 */
const next: Record<State, readonly State[]> = {
  queued: ['waiting', 'planned', 'superseded', 'cancelled', 'rejected', 'failed'],
  waiting: ['planned', 'superseded', 'cancelled', 'rejected', 'failed'],
  planned: ['pulling', 'superseded', 'cancelled', 'rejected', 'failed'],
  pulling: ['stepping', 'rolling', 'failed', 'cancelled'],
  stepping: ['rolling', 'failed', 'cancelled'],
  rolling: ['verifying', 'rolling-back'],
  verifying: ['paused', 'succeeded', 'rolling', 'rolling-back', 'halted'],
  paused: ['rolling', 'rolling-back'],
  'rolling-back': ['rolled-back', 'halted'],
  succeeded: [],
  failed: [],
  'rolled-back': [],
  halted: [],
  superseded: [],
  cancelled: [],
  rejected: [],
}

/** Hosts that did not get what was verified, since they were away; empty where all did, and of what was not verified. */
export const missedBy = ({ state, plan }: Pick<Deployment, 'state' | 'plan'>): string[] => (state === 'succeeded' ? (plan?.away ?? []) : [])

/** Whether it was verified on every host that it is for. */
export const isVerified = (deployment: Pick<Deployment, 'state' | 'plan'>): boolean =>
  deployment.state === 'succeeded' && missedBy(deployment).length === 0

/** What people are asked to agree to now, and since when; undefined where they are not asked. */
export const askedAbout = ({ state, proposal, rollout }: Pick<Deployment, 'state' | 'proposal' | 'rollout'>): Shown | undefined =>
  state === 'paused' ? rollout?.asked : proposal

export type Shown = Pick<Proposal, 'content' | 'since'>

/** Whether nothing more will happen to a deployment in this state. */
export const isTerminal = (state: State): boolean => next[state].length === 0

/**
 * Whether somebody may stop it: as long as no host was changed, and between two waves, where all that were go back. Not while it runs what
 * leaves behind that nothing older fits: then only forward is safe.
 */
export const mayBeCancelled = ({ state, plan }: Pick<Deployment, 'state' | 'plan'>): boolean =>
  !isTerminal(state) && (mayFollow(state, 'cancelled') || state === 'paused') && !(state === 'stepping' && plan?.contract)

/** Whether it has begun and is not over: planned, and on its way to hosts or back. */
export const isAtWork = (state: State): boolean => !isTerminal(state) && state !== 'queued' && state !== 'waiting'

/** Whether the step is allowed; staying in a state is how a re-entered step begins. */
export const mayFollow = (from: State, to: State): boolean => from === to || next[from].includes(to)

/** The state after the step. An impossible step is a bug in Landfall and throws. */
export function follow(from: State, to: State): State {
  if (!mayFollow(from, to)) throw new Error(`a deployment cannot go from ${from} to ${to}`)
  return to
}

/** The commits that a rollback takes away: what was on its way when somebody asked, and else what its hosts run. */
export function takenAway({ over, plan, revision }: Pick<Deployment, 'over' | 'plan' | 'revision'>): Sha[] {
  const before = over ? [over.revision] : (plan?.hosts.flatMap(({ previous }) => previous?.revision ?? []) ?? [])
  return [...new Set(before)].filter((one) => one !== revision)
}

/** One line of a deployment's record, as the log page shows it. */
export interface TimelineEntry {
  at: Instant
  /** webhook, gather, plan, pull, switch, verify, return, report… */
  step: string
  host?: string
  text: string
}
