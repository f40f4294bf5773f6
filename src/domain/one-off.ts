import type { CommentRef } from './intent.ts'
import type { Reason } from './reason.ts'
import type { Instant, Repository } from './repository.ts'

/** A command in a container of its own, with the image, environment and networks of a service. */
export interface OneOff {
  service: string
  /** Words as they are, for no shell reads them. */
  run: string[]
  /** How long it may take, in seconds. */
  within: number
}

/** What is run once before hosts change. */
export interface StepRule extends OneOff {
  /** Patterns (see `glob`) of files that take something away from older releases when they change. */
  contract?: string[]
}

/** The label of a pull request that says so of what it brings. */
export const contractLabel = 'landfall:contract'

/** A named task that somebody wants run, with the release that runs. */
export interface TaskRun extends OneOff {
  id: string
  /** The intent that asked for it. */
  intent: string
  repository: Repository
  project: string
  environment: string
  /** The task's name in the project's file. */
  task: string
  /** Who asked. */
  actor: string
  /** The comment to answer. */
  comment?: CommentRef
  createdAt: Instant
  /** Where it is run; fixed before its order is given, so that whoever takes over asks the same host. */
  at?: TaskPlace
  /** How it ended. */
  end?: TaskEnd
}

export interface TaskPlace {
  host: string
  /** The generation of the release whose container it is. */
  of: number
}

/** `ended` by itself, or because its time was up: then without a code. What it said last holds no secret. */
export type TaskEnd = { at: Instant } & (
  | { kind: 'ended'; code?: number; seconds: number; text: string }
  | { kind: 'failed'; reason: Reason }
)
