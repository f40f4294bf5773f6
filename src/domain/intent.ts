import type { Problem } from './problem.ts'
import type { Reason } from './reason.ts'
import type { Instant, Repository, Sha } from './repository.ts'

/**
 * Somebody's wish, stored before GitHub gets its answer. It belongs to a repository; gathering fans it out
 * to the environments it concerns.
 */
export type Intent = PushIntent | RollbackIntent

interface IntentBase {
  /** A random id, made at intake. */
  id: string
  /**
   * What makes two intents the same wish: for a push (repository, ref, before, after), for a command the comment's id.
   * The store refuses a second intent under the same key. Pushes of one repository and ref with the same `after` are one
   * wish as well where either lacks `before`; a known `before` then fills the absent one.
   */
  key: string
  repository: Repository
  /** Login of the person whose act this is. */
  actor: string
  /** GitHub's delivery GUID, for tracing only. */
  delivery: string
  receivedAt: Instant
}

/** A branch moved: by a push or by the merge of a pull request. */
export interface PushIntent extends IntentBase {
  kind: 'push'
  /** `refs/heads/main` */
  ref: string
  /** Where the branch was; absent where only the merge of a pull request told of it. */
  before?: Sha
  after: Sha
  /** The push moved the branch somewhere that does not contain where it was. */
  forced?: true
}

/** `/rollback [environment]` in a comment. */
export interface RollbackIntent extends IntentBase {
  kind: 'rollback'
  /** As typed; absent where the person named none. */
  environment?: string
  /** Where to react and answer. */
  comment: CommentRef
}

/** A comment on an issue or a pull request. */
export interface CommentRef {
  id: number
  issue: number
}

/** How gathering ended for an intent. Terminal: an intent settles once. */
export type IntentOutcome =
  | { kind: 'deployments'; ids: string[] }
  | { kind: 'nothing-to-do'; why: string }
  | { kind: 'refused'; problems: Problem[] }
  | { kind: 'command-refused'; reason: Reason }
