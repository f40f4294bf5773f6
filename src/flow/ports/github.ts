import type { CommentRef } from '../../domain/intent.ts'
import type { Instant, Repository, Sha } from '../../domain/repository.ts'
import type { Role } from '../../domain/role.ts'
import type { CommitStatus, DeploymentStatus, NewDeployment } from '../../report/published.ts'
import type { GitHubChecks } from './github-checks.ts'
import type { GitHubHistory } from './github-history.ts'
import type { GitHubBranches, GitHubPullRequests } from './github-pulls.ts'

export type { CommitStatus, DeploymentStatus, NewDeployment, Role }

export interface GitHub extends GitHubBranches, GitHubChecks, GitHubHistory, GitHubPullRequests {
  /** The whole repository at a commit, from one tarball. Throws SnapshotRefused over the limits. */
  snapshot(repository: Repository, revision: Sha): Promise<Snapshot>
  /** One file at a ref, or on the default branch; undefined where there is none. */
  file(repository: Repository, path: string, ref?: string): Promise<string | undefined>
  /** What is in a folder at a ref, or on the default branch, links left out; empty where there is none. */
  folder(repository: Repository, path: string, ref?: string): Promise<FolderEntry[]>
  /** The commit a branch points at now; undefined where the branch is gone. */
  head(repository: Repository, branch: string): Promise<CommitFacts | undefined>
  /** The merged pull request a commit came through; undefined for one that was pushed. */
  pullRequestOf(repository: Repository, revision: Sha): Promise<number | undefined>
  /** The exact role: none, read, triage, write, maintain, admin. */
  role(repository: Repository, person: string): Promise<Role>
  /**
   * Whether somebody is in a team of the repository's organization, the teams below it included. Whoever is only invited is not, and
   * nobody is where the App may not look.
   */
  isMember(repository: Repository, team: string, person: string): Promise<boolean>
  /** Every repository the App is installed on, with its default branch. Suspended installations are left out. */
  repositories(): Promise<InstalledRepository[]>
  /** When the newest comment was made, by GitHub's clock; undefined where there is none. */
  newestComment(repository: Repository): Promise<Instant | undefined>
  /** Comments made at or after that time by GitHub's clock, oldest first. */
  commentsSince(repository: Repository, since: Instant): Promise<CommentFacts[]>
  /** The App's own comments on an issue that hold this text, oldest first. */
  findComments(repository: Repository, issue: number, text: string): Promise<number[]>
  /** The App's own deployments of a commit to an environment that were made for this one of Landfall's, oldest first. */
  findDeployments(repository: Repository, wanted: Pick<NewDeployment, 'revision' | 'environment' | 'made'>): Promise<number[]>
  /** Takes back what was made twice. What is gone already is no failure. */
  removeComment(repository: Repository, comment: number): Promise<void>
  removeDeployment(repository: Repository, deployment: number): Promise<void>
  /** Webhooks of the last three days of which no attempt went through, oldest first. */
  missedDeliveries(): Promise<MissedDelivery[]>
  /** Asks GitHub to make a delivery again; it keeps its GUID. */
  redeliver(delivery: string): Promise<void>
  react(repository: Repository, comment: CommentRef, reaction: Reaction): Promise<void>
  comment(repository: Repository, issue: number, body: string): Promise<number>
  /** False where it is gone: somebody deleted it. */
  editComment(repository: Repository, comment: number, body: string): Promise<boolean>
  setStatus(repository: Repository, status: CommitStatus): Promise<void>
  createDeployment(repository: Repository, deployment: NewDeployment): Promise<number>
  /** The status a commit shows under a context. */
  lastStatus(repository: Repository, revision: Sha, context: string): Promise<Pick<CommitStatus, 'state' | 'description'> | undefined>
  /** The newest status of a deployment. */
  lastDeploymentStatus(repository: Repository, deployment: number): Promise<Pick<DeploymentStatus, 'state' | 'description'> | undefined>
  setDeploymentStatus(repository: Repository, deployment: number, status: DeploymentStatus): Promise<void>
}

/**
 * Repository files at one commit. Paths are relative to the root, without `./`; links are left out. Large files are listed
 * but cannot be read: configuration is small.
 */
export interface Snapshot {
  revision: Sha
  paths(): string[]
  read(path: string): Uint8Array | undefined
}

/** Thrown for a repository that is over the limits; the message says which, for people: `has more than …`. */
export class SnapshotRefused extends Error {
  override name = 'SnapshotRefused'
}

export interface FolderEntry {
  kind: 'file' | 'folder'
  /** Without its folder. */
  name: string
}

export interface InstalledRepository {
  repository: Repository
  defaultBranch: string
}

export interface CommentFacts {
  id: number
  issue: number
  body: string
  author: string
  bot: boolean
  createdAt: Instant
  /** Whether somebody changed it since: its words may be another person's. */
  edited: boolean
}

/** A webhook GitHub could not deliver, by its newest attempt. */
export interface MissedDelivery {
  /** Digits; a number of JavaScript's does not hold them all. */
  id: string
  guid: string
  event: string
  deliveredAt: Instant
  /** What GitHub says became of it: `failed to connect to host`. */
  status: string
}

export interface CommitFacts {
  sha: Sha
  /** First line of the message. */
  subject: string
  author: string
}

export type Reaction = '+1' | '-1' | 'eyes' | 'rocket' | 'confused'
