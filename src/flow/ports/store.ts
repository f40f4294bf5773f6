import type { Adoption } from '../../domain/adoption.ts'
import type { TimelineEntry } from '../../domain/deployment.ts'
import type { Lock, Verdict } from '../../domain/gate.ts'
import type { Receipt } from '../../domain/receipt.ts'
import type { Instant } from '../../domain/repository.ts'
import type { Deployments } from './store-deployments.ts'
import type { Intents } from './store-intents.ts'
import type { Leases } from './store-leases.ts'
import type { PullPlans, WantedPlans } from './store-pull-plans.ts'
import type { Recovery } from './store-recovery.ts'
import type { ReportKey, Reports } from './store-reports.ts'
import type { StoredSecretAges } from './store-secret-ages.ts'
import type { Tasks } from './store-tasks.ts'

export type { DeploymentPatch, Found } from './store-deployments.ts'
export type { Effects, NewLock } from './store-intents.ts'
export { type Lease, LeaseLost } from './store-leases.ts'
export type { PullSides, WantedPlan } from './store-pull-plans.ts'
export type { RecoveryChange } from './store-recovery.ts'
export type { Report, ReportKey } from './store-reports.ts'
export type { DueAges } from './store-secret-ages.ts'

export interface Store {
  intents: Intents
  deployments: Deployments
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
  tasks: Tasks
  pullPlans: PullPlans
  wantedPlans: WantedPlans
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
  /** What ran by hand before anything was deployed. */
  adoptions: {
    /** Undefined where nothing was adopted; the repository as `owner/name`. */
    of(repository: string, environment: string): Promise<Adoption | undefined>
    /** In the place of what was kept for the same environment. */
    keep(adoption: Adoption): Promise<void>
  }
  secretAges: StoredSecretAges
  leases: Leases
  reports: Reports
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
  recovery: Recovery
  /** Whether the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
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
