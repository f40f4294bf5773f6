import type { Deployment, State, TimelineEntry } from '../../domain/deployment.ts'
import type { Lock, Verdict } from '../../domain/gate.ts'
import type { CommentRef, Intent, IntentOutcome } from '../../domain/intent.ts'
import type { TaskRun } from '../../domain/one-off.ts'
import type { ReportKey } from './store-reports.ts'

/** What somebody wants, and what became of it. */
export interface Intents {
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

/** What a command changes beside the deployments it makes. */
export interface Effects {
  lock?: NewLock
  /** Ids of locks. */
  unlock?: string[]
  /** Counts while the deployment it is about has come no further than this; afterwards nothing is settled. */
  verdict?: { said: Verdict; while: readonly State[] }
  /** From now on the answer to this comment tells of the deployment as well. */
  tellIn?: { deployment: string; comment: CommentRef }
  /** Is to be run. */
  task?: TaskRun
  /** A line for a deployment's record. */
  note?: { deployment: string; entry: TimelineEntry }
}

/** A lock about to be set. */
export type NewLock = Omit<Lock, 'since' | 'until'> & {
  /** Seconds from now by the database's clock; absent: until it is taken back. */
  lasts?: number
}
