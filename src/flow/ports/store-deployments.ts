import type { Deployment, Fetched, State } from '../../domain/deployment.ts'
import type { RecoveryIntent } from '../../domain/intent.ts'
import type { Reason } from '../../domain/reason.ts'
import type { Receipt } from '../../domain/receipt.ts'
import type { Sha } from '../../domain/repository.ts'
import type { Lease } from './store-leases.ts'
import type { ReportKey } from './store-reports.ts'

/** Attempts to bring an environment to a revision. */
export interface Deployments {
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
  /** The environments of which hosts are waited for that were away. */
  awaiting(): Promise<{ repository: string; environment: string }[]>
  /** The one whose plan has this generation. */
  ofGeneration(repository: string, environment: string, generation: number): Promise<Deployment | undefined>
  /** Newest first. */
  ofEnvironment(repository: string, environment: string, limit: number): Promise<Deployment[]>
  /** Those whose plan says that nothing older fits, newest first; the last fifty. */
  contracts(repository: string, environment: string): Promise<Deployment[]>
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
   * environment that wait; or the one that is planned because a host is back. Throws LeaseLost as `advance` does.
   */
  found(found: Found, lease: Lease): Promise<void>
  /** Records that what was watched did not stay well, with the rollback that comes of it, in one transaction under the lease of the watch. */
  returned(returned: Returned, lease: Lease): Promise<void>
  /**
   * Notes under the lease what hosts fetched for one that waits, and the reports that are wanted then. False, and nothing is noted, where it
   * waits for this proposal no more. Throws LeaseLost as `advance` does.
   */
  fetched(id: string, lease: Lease, fetched: Fetched, wanted: ReportKey[]): Promise<boolean>
  /**
   * Moves it on and merges the patch, under the lease. Refuses an impossible step, and throws LeaseLost when
   * the lease is no longer the newest on its subject. The reports that are wanted of it as it is then are recorded in the same transaction.
   */
  advance(id: string, lease: Lease, to: State, patch?: DeploymentPatch, wanted?: (then: Deployment) => ReportKey[]): Promise<Deployment>
}

/** A release that did not stay well after it was verified. */
export interface Returned {
  /** Stands for the wish of nobody but Landfall. */
  intent: RecoveryIntent
  /** Takes it back. */
  rollback: Deployment
  /** Id of the deployment that brought it. */
  watched: string
  /** Why it counts as unwell from now on. */
  why: Reason
  reports: ReportKey[]
}

/** What was learnt from hosts. */
export interface Found {
  /** Stands for the wishes nobody told of. */
  intent: RecoveryIntent
  deployments: Deployment[]
  receipts: Receipt[]
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
    | 'awaits'
    | 'over'
  >
>
