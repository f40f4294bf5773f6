import type { HostRule, OperatorFile, SecretReader } from '../domain/configuration.ts'
import type { Deployment, State, TimelineEntry } from '../domain/deployment.ts'
import type { ImageLine, ResolvedImage } from '../domain/image.ts'
import type { CommentRef, Intent, IntentOutcome } from '../domain/intent.ts'
import type { Parsed, Problem } from '../domain/problem.ts'
import type { Receipt } from '../domain/receipt.ts'
import type { Repository, Sha } from '../domain/repository.ts'
import type { Secret } from '../domain/secret.ts'
import type { Command } from '../host/command.ts'
import type { ChatMessage, CommitStatus, DeploymentStatus, NewDeployment } from '../report/published.ts'

export type { ChatMessage, CommitStatus, DeploymentStatus, NewDeployment }

/** Everything outside that the use cases need. Adapters implement it; unit tests fake it. */
export interface Ports {
  store: Store
  queue: Queue
  github: GitHub
  hosts: Hosts
  registry: Registry
  compose: Compose
  chat: Chat
  signer: Signer
  secrets: SecretReader
  operator: Operator
  addresses: Addresses
  clock: Clock
  ids: () => string
  log: Log
}

// --- time and traces -------------------------------------------------------------------------------------------

export interface Clock {
  now(): Date
  /** Resolves after so many seconds, or at once when the signal aborts. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>
}

/** A constant lower-case message; data in fields. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** Where links lead; without a slash at the end. */
export interface Addresses {
  /** `https://github.com` */
  github: string
  /** This Landfall's own public address. */
  landfall: string
}

/** The operator's file as it is now; reloaded when it changes. */
export interface Operator {
  current(): OperatorFile
}

/** Landfall's own key: signs bundles (SSHSIG) and fingerprints values that must not be stored. */
export interface Signer {
  /** An armoured SSH signature over the bytes, in the given namespace. */
  sign(bytes: Uint8Array, namespace: string): string
  /** HMAC-SHA-256 under a key derived from Landfall's key, in hex. */
  fingerprint(text: string): string
}

// --- the truth -------------------------------------------------------------------------------------------------

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

export interface Store {
  intents: {
    /** Stores it unless the same wish is there already. Durable when it resolves. */
    accept(intent: Intent): Promise<'accepted' | 'known'>
    read(id: string): Promise<Intent | undefined>
    /** Ids of intents not settled yet, oldest first. */
    open(): Promise<string[]>
    /** Ends an intent, creates its deployments and wants the reports in one transaction; a second settling changes nothing. */
    settle(id: string, outcome: IntentOutcome, deployments: Deployment[], wanted?: ReportKey[]): Promise<void>
    outcome(id: string): Promise<IntentOutcome | undefined>
  }
  deployments: {
    read(id: string): Promise<Deployment | undefined>
    /** Not in a terminal state, oldest first. */
    unfinished(): Promise<Deployment[]>
    /** Newest first. */
    ofEnvironment(repository: string, environment: string, limit: number): Promise<Deployment[]>
    /** Newest first, of all repositories. */
    recent(limit: number): Promise<Deployment[]>
    /**
     * Moves it on and merges the patch, under the lease. Refuses an impossible step, and throws LeaseLost when
     * the lease is no longer the newest on its subject. The wanted reports are recorded in the same transaction.
     */
    advance(id: string, lease: Lease, to: State, patch?: DeploymentPatch, wanted?: ReportKey[]): Promise<Deployment>
  }
  timeline: {
    append(deployment: string, entries: TimelineEntry[]): Promise<void>
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
  }
  leases: {
    /** Takes the subject for `seconds` unless somebody else holds it. */
    claim(subject: string, holder: string, seconds: number): Promise<Lease | undefined>
    /** Extends it; false when it was lost. */
    renew(lease: Lease, seconds: number): Promise<boolean>
    release(lease: Lease): Promise<void>
  }
  reports: {
    /** Says that these surfaces of a subject should show its present state. */
    want(wanted: ReportKey[]): Promise<void>
    /** Surfaces whose published version is behind, and which are due. */
    due(limit: number): Promise<Report[]>
    /** Records what was published up to `version`, and GitHub's id of it. */
    published(report: Report, memory: string | undefined): Promise<void>
    /** What publishing a surface left to remember. */
    memory(key: ReportKey): Promise<string | undefined>
    /** Puts it off after a failure. */
    failed(report: Report, error: string, retryInSeconds: number): Promise<void>
  }
  /** Whether the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

export type DeploymentPatch = Partial<
  Pick<Deployment, 'reason' | 'plan' | 'revision' | 'subject' | 'author' | 'startedAt' | 'finishedAt' | 'pullRequest'>
>

/** What should be shown where. Surfaces: `status`, `deployment`, `answer`, `comment`, `slack:deploys`… */
export interface ReportKey {
  /** `deployment:<id>` or `intent:<id>` */
  subject: string
  surface: string
}

/** A surface that lags behind its subject: it is rendered from what is true when it is published. */
export interface Report extends ReportKey {
  /** How many times it was wanted; `published` stores the number it was rendered at. */
  version: number
  attempts: number
  /** What the last publishing left to remember, such as GitHub's id of the comment. */
  memory?: string
}

/** Wakes sleepers, nothing else: losing it loses nothing, waking twice does no harm. */
export interface Queue {
  wake(subject: string): Promise<void>
  /** Calls the listener for each waking, here or in another process. */
  listen(listener: (subject: string) => void): Promise<void>
  ping(): Promise<void>
  close(): Promise<void>
}

// --- GitHub ----------------------------------------------------------------------------------------------------

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

// --- hosts -----------------------------------------------------------------------------------------------------

export interface Hosts {
  /** Sends one landfall-shell command over the host's warm connection. `onLine` gets each line of output as it comes. */
  run(host: HostRule, command: Command, onLine?: (line: string) => void, signal?: AbortSignal): Promise<CommandResult>
  close(): Promise<void>
}

/** How a command ended. Nothing is assumed about a command whose connection was lost. */
export type CommandResult =
  | { kind: 'exited'; code: number; stdout: string; stderr: string }
  | { kind: 'unreachable'; detail: string }
  | { kind: 'host-key-changed'; shown: string }
  | { kind: 'connection-lost'; detail: string }
  | { kind: 'stalled'; seconds: number }

// --- registry, Compose, chat -----------------------------------------------------------------------------------

export interface Registry {
  /** Resolves a tag (or a `sha256:…` digest in its place) once, with the platforms behind it. */
  resolve(repository: string, tag: string, login?: RegistryLogin): Promise<RegistryAnswer>
}

export interface RegistryLogin {
  registry: string
  username: string
  password: Secret
}

export type RegistryAnswer =
  | { kind: 'found'; image: ResolvedImage }
  | { kind: 'missing' }
  | { kind: 'busy'; retryAfterSeconds: number; detail: string }
  /** `retryable`: the registry was down or silent, rather than unwilling. */
  | { kind: 'failed'; detail: string; retryable?: true }

export interface Compose {
  /** Every `image:` line of the project's files, before interpolation: what tag variables are read from. */
  imageLines(snapshot: Snapshot, files: string[]): Parsed<ImageLine[]>
  /** Renders the project as the Compose binary sees it. No daemon is asked. */
  render(request: RenderRequest): Promise<RenderResult>
}

export interface RenderRequest {
  snapshot: Snapshot
  /** Compose files, relative to the repository's root. */
  files: string[]
  project: string
  /** The environment's values: for interpolation, and the contents of `.env` where a service names it as env_file. */
  variables: Record<string, string>
  /** Landfall's own, such as the tag: for interpolation only. */
  interpolation?: Record<string, string>
}

export type RenderResult =
  | {
      kind: 'rendered'
      /** Not interpolated; YAML for the host. */
      portable: string
      /** Interpolated; in memory only: it holds secrets. */
      model: unknown
      /** `env_file` paths found in the repository, relative to the project folder. */
      envFiles: string[]
      /** By service: its `image:` line before interpolation. */
      imageLines: Record<string, string>
    }
  | { kind: 'invalid'; problems: Problem[] }

export interface Chat {
  /** Sends, or edits what `memory` names where the channel can. Returns what to remember. */
  send(channel: string, message: ChatMessage, memory?: string): Promise<string | undefined>
}
