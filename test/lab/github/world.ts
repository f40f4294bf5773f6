import type { App } from './app.ts'
import type { Git } from './git.ts'
import type { SignIns } from './sign-in.ts'
import type { Trial } from './trial.ts'

/** Everything that exists on this GitHub. Routes read and change it; the test-side API too. */
export interface World {
  app: App
  /** Where it answers: `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string
  now(): Date
  /** A new id. Ids of all kinds come from one counter above 2^32, so that a mix-up or a 32-bit column shows. */
  id(): number
  people: Map<string, Person>
  /** By `owner/name` in lower case: GitHub is not case sensitive here. */
  repositories: Map<string, Repo>
  installations: Installation[]
  /** Other Apps that were heard of. */
  apps: Reporter[]
  /** By `organization/team` in lower case; members by login in lower case. */
  teams: Map<string, Map<string, TeamMembership>>
  signIns: SignIns
  deliveries: Delivery[]
  /** A new id of a delivery: beyond the numbers that JavaScript holds exactly, as GitHub's are. */
  deliveryId(): string
  /** Tells those who wait that something may have changed. */
  changed(): void
}

export interface Person {
  id: number
  login: string
  type: 'User' | 'Bot' | 'Organization'
}

/** The App on one account. */
export interface Installation {
  id: number
  account: Person
  createdAt: Date
  suspendedAt: Date | undefined
}

/** Pending is whoever was invited and has not answered. */
export type TeamMembership = 'active' | 'pending'

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin'

export interface Repo {
  id: number
  owner: Person
  name: string
  fullName: string
  private: boolean
  defaultBranch: string
  createdAt: Date
  pushedAt: Date
  git: Git
  /** What it is a fork of. */
  parent: Repo | undefined
  /** Absent where the App is not installed. */
  installation: Installation | undefined
  /** By login in lower case. */
  collaborators: Map<string, Role>
  pulls: Pull[]
  comments: Comment[]
  statuses: Status[]
  deployments: Deployment[]
  suites: CheckSuite[]
  checkRuns: CheckRun[]
  /** Oldest first. */
  workflowRuns: WorkflowRun[]
  /** Moves of branches, oldest first. */
  activities: Activity[]
  requiredChecks: RequiredCheck[]
  /** Pull requests and issues share their numbers. */
  issues: Issue[]
}

export interface Issue {
  id: number
  number: number
  title: string
  body: string | null
  author: Person
  labels: string[]
  state: 'open' | 'closed'
  createdAt: Date
  updatedAt: Date
  closedAt: Date | undefined
}

export interface Pull extends Issue {
  /** Branch names, and the commits they stood at: of an open one the newest, of a closed one the last. */
  base: { branch: string; sha: string }
  head: { branch: string; sha: string; repo: Repo }
  merged: { sha: string; by: Person; at: Date } | undefined
  draft: boolean
  trial: Trial | undefined
}

export interface Comment {
  id: number
  issue: number
  author: Person
  body: string
  createdAt: Date
  updatedAt: Date
  reactions: Reaction[]
}

export interface Reaction {
  id: number
  author: Person
  content: string
  createdAt: Date
}

export interface Status {
  id: number
  sha: string
  context: string
  state: 'error' | 'failure' | 'pending' | 'success'
  description: string | null
  targetUrl: string | null
  creator: Person
  createdAt: Date
}

export interface Deployment {
  id: number
  sha: string
  ref: string
  task: string
  environment: string
  description: string | null
  payload: unknown
  production: boolean
  transient: boolean
  creator: Person
  createdAt: Date
  /** Oldest first. */
  statuses: DeploymentStatus[]
}

export interface DeploymentStatus {
  id: number
  state: 'error' | 'failure' | 'inactive' | 'in_progress' | 'queued' | 'pending' | 'success'
  description: string
  environment: string
  environmentUrl: string
  logUrl: string
  creator: Person
  createdAt: Date
}

/** An App that reports checks: this one, or another such as GitHub's own CI. */
export type Reporter = Pick<App, 'id' | 'slug' | 'name'> & Partial<Pick<App, 'permissions' | 'events'>>

/** What one App found out about a commit; its state follows from its runs. */
export interface CheckSuite {
  id: number
  sha: string
  app: Reporter
  branch: string | null
  createdAt: Date
}

export interface CheckRun {
  id: number
  suite: number
  app: Reporter
  name: string
  sha: string
  status: string
  conclusion: string | null
  detailsUrl: string | null
  externalId: string
  startedAt: string
  completedAt: string | null
  output: { title: string | null; summary: string | null; text: string | null; annotations: unknown[] }
  actions: { label: string; description: string; identifier: string }[]
}

/** A run of one of the repository's workflows, which has a suite of its own. */
export interface WorkflowRun {
  id: number
  /** Id of the workflow. */
  workflow: number
  /** Of the workflow. */
  name: string
  /** What triggered it: `push`, `schedule`… */
  event: string
  sha: string
  branch: string
  suite: number
  conclusion: 'success' | 'failure' | 'cancelled'
  by: Person
  at: Date
}

export interface Activity {
  id: number
  /** Forty zeros for a branch that is new or gone. */
  before: string
  after: string
  /** `refs/heads/main` */
  ref: string
  type: 'push' | 'force_push' | 'branch_creation' | 'branch_deletion' | 'pr_merge'
  actor: Person
  at: Date
}

/** Something that must be green before a merge into the branch, by a rule set or by branch protection. */
export interface RequiredCheck {
  branch: string
  context: string
  /** Id of the App that must report it. */
  app: number | undefined
  by: 'rules' | 'protection'
}

/** One attempt to deliver a webhook. Attempts at the same event share their guid. */
export interface Delivery {
  /** Digits. */
  id: string
  guid: string
  event: string
  action: string | null
  deliveredAt: Date
  /** Milliseconds of `performance.now()` when it was sent: the start of what the benchmark measures. */
  sentAt: number
  redelivery: boolean
  seconds: number
  /** HTTP status of the answer; 502 where nobody answered, 504 where nobody did in time. */
  statusCode: number
  status: string
  installation: number | null
  repository: number | null
  payload: Record<string, unknown>
  requestHeaders: Record<string, string>
  responseHeaders: Record<string, string>
  responseBody: string
}

/** The person or bot of this login, who comes to be when first named. */
export function person(world: Pick<World, 'people' | 'id'>, login: string, type?: Person['type']): Person {
  const key = login.toLowerCase()
  const known = world.people.get(key)
  if (known) return known
  const made: Person = { id: world.id(), login, type: type ?? (login.endsWith('[bot]') ? 'Bot' : 'User') }
  world.people.set(key, made)
  return made
}

/** The person the App acts as. */
export const bot = (world: World): Person => person(world, `${world.app.slug}[bot]`)

export const findRepository = (world: World, owner: string, name: string): Repo | undefined =>
  world.repositories.get(`${owner}/${name}`.toLowerCase())

/** As GitHub writes times: whole seconds. */
export const moment = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`
