import type { Deployment, State, TimelineEntry } from '../../domain/deployment.ts'
import type { Lock, Verdict } from '../../domain/gate.ts'
import type { CommentRef, Intent, IntentOutcome, RecoveryIntent } from '../../domain/intent.ts'
import type { Plan } from '../../domain/plan.ts'
import type { PullPlan } from '../../domain/pull-plan.ts'
import type { Receipt } from '../../domain/receipt.ts'
import type { Instant, Repository, Sha } from '../../domain/repository.ts'

/** A claim on one subject, by the database's clock. A new claim has a higher number; writes under an older one are refused. */
export interface Lease {
  subject: string
  holder: string
  number: number
}

/** Thrown by writes under a lease that another holder has taken over since. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
}

/** What a command changes beside the deployments it makes. */
export interface Effects {
  lock?: NewLock
  /** Ids of locks. */
  unlock?: string[]
  /** Counts while the deployment it is about has come no further than this; afterwards nothing is settled. */
  verdict?: { said: Verdict; while: readonly State[] }
  /** From now on the answer to this comment tells of the deployment as well. */
  tellIn?: { deployment: string; comment: CommentRef }
  /** A line for a deployment's record. */
  note?: { deployment: string; entry: TimelineEntry }
}

/** A lock about to be set. */
export type NewLock = Omit<Lock, 'since' | 'until'> & {
  /** Seconds from now by the database's clock; absent: until it is taken back. */
  lasts?: number
}

export interface Store {
  intents: {
    /** Stores it unless the same wish is there already. Durable when it resolves; it has resolved or rejected after eight seconds. */
    accept(intent: Intent): Promise<'accepted' | 'known'>
    /** A recovery is none to be read: nobody wished for it. */
    read(id: string): Promise<Intent | undefined>
    /** Intents not settled yet, oldest first; of one repository where it is given. Those that cannot be read are left out. */
    open(repository?: string): Promise<string[]>
    /** Repositories with open intents: `owner/name`. */
    due(): Promise<string[]>
    /**
     * Ends an intent, creates its deployments, makes what else it changes and wants the reports in one transaction; a second settling changes
     * nothing. `too late`: what somebody said of a deployment does not count any more; the intent is open still.
     */
    settle(
      id: string,
      outcome: IntentOutcome,
      deployments: Deployment[],
      wanted?: ReportKey[],
      effects?: Effects,
    ): Promise<'settled' | 'too late'>
    outcome(id: string): Promise<IntentOutcome | undefined>
    /** Those of these keys, in their order, each with how it ended where it has. */
    withKeys(keys: readonly string[]): Promise<{ intent: Intent; outcome?: IntentOutcome }[]>
  }
  deployments: {
    read(id: string): Promise<Deployment | undefined>
    /** Those of an environment that have not ended, oldest first. */
    open(repository: string, environment: string): Promise<Deployment[]>
    /**
     * Those of an environment that had not ended when an intent was stored, or that came since, oldest first: by the database's own
     * order of things and no clock.
     */
    underWayAt(repository: string, environment: string, intent: string): Promise<Deployment[]>
    /** Of each environment with open deployments the id of the newest; of one repository where it is given. */
    due(repository?: string): Promise<string[]>
    /** Of those whose soak is under way the ids. */
    soaking(): Promise<string[]>
    /** The one whose plan has this generation. */
    ofGeneration(repository: string, environment: string, generation: number): Promise<Deployment | undefined>
    /** Newest first. */
    ofEnvironment(repository: string, environment: string, limit: number): Promise<Deployment[]>
    /**
     * Those that may have a say about a commit, newest first: the ones that bring it, and since the first of them the rollbacks
     * that succeeded and whatever halted.
     */
    concerning(repository: string, environment: string, revision: Sha): Promise<Deployment[]>
    /** Those that bring what came through a pull request, and no rollbacks to it; newest first, the last hundred. */
    ofPullRequest(repository: string, number: number): Promise<Deployment[]>
    /** Newest first, of all repositories. */
    recent(limit: number): Promise<Deployment[]>
    /**
     * Stores what happened on hosts without Landfall, under the lease: deployments that are over, oldest first, before those of their
     * environment that wait. Throws LeaseLost as `advance` does.
     */
    found(found: Found, lease: Lease): Promise<void>
    /**
     * Moves it on and merges the patch, under the lease. Refuses an impossible step, and throws LeaseLost when
     * the lease is no longer the newest on its subject. The reports that are wanted of it as it is then are recorded in the same transaction.
     */
    advance(id: string, lease: Lease, to: State, patch?: DeploymentPatch, wanted?: (then: Deployment) => ReportKey[]): Promise<Deployment>
  }
  /** Made and taken back by settling. */
  locks: {
    /** Those that have not run out, by the database's clock. */
    of(repository: string): Promise<Lock[]>
    /** Ends one that nobody took back: what it was set for is over. */
    end(id: string): Promise<void>
  }
  /** What people said of deployments; said by settling. */
  verdicts: {
    of(deployment: string): Promise<Verdict[]>
  }
  /** What merging pull requests would do. What was computed three months ago is nobody's concern any more, and forgotten. */
  pullPlans: {
    /** The newest, of a repository as `owner/name`. */
    of(repository: string, number: number): Promise<PullPlan | undefined>
    /** What the newest were computed for, by number; those without one are absent. */
    sidesOf(repository: string, numbers: readonly number[]): Promise<Map<number, PullSides>>
    /** In place of the last one of its pull request; the wanted reports are recorded in the same transaction. */
    keep(plan: PullPlan, wanted?: ReportKey[]): Promise<void>
    /** The pull request is over. */
    forget(repository: string, number: number): Promise<void>
  }
  /** Plans of pull requests that are still to be computed, by whichever process is there. */
  wantedPlans: {
    /** Wanted now, also where it was put off. `asked`: by a person, who waits for it, whatever becomes of this process. */
    want(repository: Repository, number: number, options?: { asked?: boolean }): Promise<void>
    /** Repositories (`owner/name`) with some that are due. */
    due(): Promise<string[]>
    /** Those of a repository that are due, those longest due first. */
    dueOf(repository: string, limit: number): Promise<WantedPlan[]>
    /** Numbers of all that are wanted in a repository, due or put off. */
    numbersOf(repository: string): Promise<number[]>
    /** Computed, or not to be had. One that was wanted again meanwhile stays wanted. */
    done(wanted: WantedPlan): Promise<void>
    /** Due again in so many seconds. One that was wanted again meanwhile stays due. */
    putOff(wanted: WantedPlan, seconds: number): Promise<void>
  }
  timeline: {
    /** The surfaces that show the record are wanted with it. */
    append(deployment: string, entries: TimelineEntry[], wanted?: ReportKey[]): Promise<void>
    read(deployment: string): Promise<TimelineEntry[]>
  }
  receipts: {
    record(receipt: Receipt): Promise<void>
    of(deployment: string): Promise<Receipt | undefined>
  }
  environments: {
    /** The next generation for this project and environment: strictly greater than any handed out before. */
    nextGeneration(repository: string, environment: string): Promise<number>
    /** The highest handed out so far; 0 where none was. */
    generation(repository: string, environment: string): Promise<number>
    /** Those that something was ever deployed to; repositories as `owner/name`. */
    known(): Promise<{ repository: string; environment: string }[]>
  }
  leases: {
    /** Takes the subject for `seconds` unless somebody else holds it. */
    claim(subject: string, holder: string, seconds: number): Promise<Lease | undefined>
    /** Whether nobody has taken it since. */
    holds(lease: Lease): Promise<boolean>
    /** Extends it; false when it was lost. */
    renew(lease: Lease, seconds: number): Promise<boolean>
    release(lease: Lease): Promise<void>
  }
  reports: {
    /** Says that these surfaces of a subject should show its present state. */
    want(wanted: ReportKey[]): Promise<void>
    /** Surfaces whose published version is behind, and which are due. */
    due(limit: number): Promise<Report[]>
    /**
     * Notes, under the lease, that a surface is about to be published: should nobody hear how that ended, what is there has to be
     * looked at first. Throws LeaseLost when the lease is no longer the newest on its subject.
     */
    begin(report: Report, lease: Lease): Promise<void>
    /**
     * Something was sent for it by somebody who had lost the lease by then: it may have come after what the successor sent, so it is
     * wanted once more, and what is there has to be looked at first.
     */
    doubt(report: Report): Promise<void>
    /** Records what was published up to `version`, and GitHub's id of it. */
    published(report: Report, memory: string | undefined): Promise<void>
    /** What publishing a surface left to remember. */
    memory(key: ReportKey): Promise<string | undefined>
    /** What is being published is still behind, and due again only in so many seconds, unless it is wanted before. */
    rest(report: Report, seconds: number): Promise<void>
    /** Puts it off after a failure. */
    failed(report: Report, error: string, retryInSeconds: number): Promise<void>
  }
  /** What was seen last at places that are looked at again and again: a branch's head, the newest comment. */
  seen: {
    /** By place: `refs/heads/main` → commit, `comments` → time. Empty for a repository never looked at. */
    of(repository: string): Promise<Map<string, string>>
    record(repository: string, place: string, mark: string): Promise<void>
  }
  /** Looks that are taken from time to time, by whichever process is there. */
  sweeps: {
    /** Those of them whose time has come. */
    due(names: readonly string[]): Promise<string[]>
    /** The next time is in so many seconds. */
    next(name: string, seconds: number): Promise<void>
  }
  /** Webhooks that GitHub could not deliver and was asked to deliver again. */
  replays: {
    record(replay: Replay): Promise<void>
    /** How often each of these was asked for; those never asked for are absent. */
    tries(guids: readonly string[]): Promise<Map<string, number>>
    /** Newest first. */
    recent(limit: number): Promise<Replay[]>
  }
  /** For a database that was lost, or restored from an older copy, while hosts went on. */
  recovery: {
    /** An environment's deployments that have a plan, by its generation. */
    planned(repository: string, environment: string): Promise<Map<number, string>>
    /** The newest number of a lease; 0 where nobody ever claimed it. */
    turn(lease: string): Promise<number>
    /** A plan as hosts keep it; undefined where this version cannot read it. */
    readPlan(text: string): Plan | undefined
    /** A receipt as hosts keep it; undefined where this version cannot read it. */
    readReceipt(text: string): Receipt | undefined
    /** Effects everything in one transaction. What has ended or is there meanwhile stays as it is. */
    apply(change: RecoveryChange): Promise<void>
  }
  /** Whether the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** What a pull request was planned for: its head, and the branch it would be merged into. */
export type PullSides = Pick<PullPlan, 'head' | 'base'>

/** A plan that is to be computed. */
export interface WantedPlan {
  repository: Repository
  number: number
  /** A person asked for it. */
  asked: boolean
  /** How many times it was wanted. */
  version: number
  /** How often it was put off since. */
  tries: number
}

/** What was learnt from hosts. */
export interface Found {
  /** Stands for the wishes nobody told of. */
  intent: RecoveryIntent
  deployments: Deployment[]
  receipts: Receipt[]
  reports: ReportKey[]
}

/** One request to deliver a missed webhook again. */
export interface Replay {
  guid: string
  event: string
  /** When GitHub tried last, and what became of it. */
  missedAt: Instant
  status: string
  replayedAt: Instant
}

/** What a recovery changes in one environment. */
export interface RecoveryChange {
  /** `owner/name` */
  repository: string
  environment: string
  /** Subject of the environment's lease; whoever holds it loses it where an open deployment is ended or goes on elsewhere. */
  lease: string
  /** The next generation is higher than this. */
  generation?: number
  /** The lease's next number is higher than this. */
  turn?: number
  ended: { id: string; state: State; patch: DeploymentPatch }[]
  /** Ended deployments that were not known, in their order, and the intent that stands for theirs. */
  added: Deployment[]
  intent?: RecoveryIntent
  receipts: Receipt[]
  /** Surfaces that have to show it; what they showed before is not known. */
  reports: ReportKey[]
}

export type DeploymentPatch = Partial<
  Pick<
    Deployment,
    | 'reason'
    | 'closed'
    | 'proposal'
    | 'plan'
    | 'rollout'
    | 'revision'
    | 'subject'
    | 'author'
    | 'startedAt'
    | 'finishedAt'
    | 'pullRequest'
    | 'soak'
    | 'over'
  >
>

/** What should be shown where. Surfaces: `status`, `deployment`, `check`, `answer`, `comment`, `slack:deploys`… */
export interface ReportKey {
  /** `deployment:<id>`, `intent:<id>`, `comment:<owner>/<name>#<id>` or `pull:<owner>/<name>#<number>` */
  subject: string
  surface: string
}

/** A surface that lags behind its subject: it is rendered from what is true when it is published. */
export interface Report extends ReportKey {
  /** How many times it was wanted; `published` stores the number it was rendered at. */
  version: number
  attempts: number
  /** An earlier try to publish it was begun, and how that ended is not known. */
  begun: boolean
  /** What the last publishing left to remember, such as GitHub's id of the comment. */
  memory?: string
}
