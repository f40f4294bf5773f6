import type { CommentRef } from '../../domain/intent.ts'
import type { Repository, Sha } from '../../domain/repository.ts'
import type { CommitStatus, DeploymentStatus, NewDeployment } from '../../report/published.ts'

export type { CommitStatus, DeploymentStatus, NewDeployment }

export interface GitHub {
  /** The whole repository at a commit, from one tarball. Throws SnapshotRefused over the limits. */
  snapshot(repository: Repository, revision: Sha): Promise<Snapshot>
  /** One file at a ref, or on the default branch; undefined where there is none. */
  file(repository: Repository, path: string, ref?: string): Promise<string | undefined>
  /** The commit a branch points at now; undefined where the branch is gone. */
  head(repository: Repository, branch: string): Promise<CommitFacts | undefined>
  /** The merged pull request a commit came through; undefined for one that was pushed. */
  pullRequestOf(repository: Repository, revision: Sha): Promise<number | undefined>
  /** The exact role: none, read, triage, write, maintain, admin. */
  role(repository: Repository, person: string): Promise<Role>
  react(repository: Repository, comment: CommentRef, reaction: Reaction): Promise<void>
  comment(repository: Repository, issue: number, body: string): Promise<number>
  editComment(repository: Repository, comment: number, body: string): Promise<void>
  setStatus(repository: Repository, status: CommitStatus): Promise<void>
  createDeployment(repository: Repository, deployment: NewDeployment): Promise<number>
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

export interface CommitFacts {
  sha: Sha
  /** First line of the message. */
  subject: string
  author: string
}

export type Role = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin'
export type Reaction = '+1' | '-1' | 'eyes' | 'rocket' | 'confused'
