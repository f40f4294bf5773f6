import type { Aimed, Command } from './command.ts'
import type { Problem } from './problem.ts'
import type { Reason } from './reason.ts'
import type { Instant, Repository, Sha } from './repository.ts'

/**
 * Somebody's wish, stored before GitHub gets its answer. It belongs to a repository; gathering fans it out
 * to the environments it concerns.
 */
export type Intent = PushIntent | CommandIntent | OperatorIntent

interface IntentBase {
  /** A random id, made at intake. */
  id: string
  /**
   * What makes two commands the same wish: the comment's id and the command's place in it, or the button and all that was in sight
   * when it was pressed. A push has (repository, ref, before, after) in it; the store judges by more than that which pushes are one
   * wish, and adds a number where a branch makes the same move again.
   */
  key: string
  repository: Repository
  /** Login of the person whose act this is; `unknownActor` where nobody tells. */
  actor: string
  /** GitHub's delivery GUID. A push told again under it is the same wish. */
  delivery: string
  receivedAt: Instant
}

/** Whose act something is of which nobody told whose it is. With its space it is no login: it holds no lock and approves nothing. */
export const unknownActor = 'somebody unknown'

/** A branch or a tag is at another commit: by a push or by the merge of a pull request. */
export interface PushIntent extends IntentBase {
  kind: 'push'
  /** `refs/heads/main`, `refs/tags/v1` */
  ref: string
  /**
   * Where it was, which of some tags is an object and no commit; zeros where the push made it. Absent where only the merge of a pull
   * request told of it. Of a find, where it was seen last.
   */
  before?: Sha
  after: Sha
  /** It was moved somewhere that does not contain where it was. */
  forced?: true
  /** Nobody told of the push (yet): Landfall found it there, and how it got there is not known. */
  found?: true
}

/** A command in a comment, or a line that was nearly one. */
export interface CommandIntent extends IntentBase {
  kind: 'command'
  command: Command | Mistake
  /** Where to react and answer; absent where it was given otherwise: by a button, on a page, on the command line. */
  comment?: CommentRef
  /** When it was said, by GitHub's clock; absent where nobody tells. */
  saidAt?: Instant
  /** The deployment it was given at the side of: this one is meant and no other. */
  deployment?: string
  /** Fingerprint of the proposal that was in sight there, or its beginning. */
  shown?: string
}

/**
 * What somebody wants who runs `landfall` where it keeps its data: the operator, whoever that is on GitHub. Nobody there is asked for
 * anything, so that it works while GitHub is down. The actor is the operating system's user: `operator root`.
 */
export interface OperatorIntent extends IntentBase {
  kind: 'operator'
  command: Aimed<'rollback'>
}

/** A line that was meant as a command and cannot be one. */
export interface Mistake {
  kind: 'mistake'
  /** `command-mistaken`, worded for people. */
  reason: Reason
}

/**
 * Stands for the intents of deployments that hosts know of and the database does not: lost ones that `landfall recover` finds, and those of
 * administrators who went back on hosts. It wishes for nothing: it is settled when it is stored, and nobody gathers it.
 */
export interface RecoveryIntent extends IntentBase {
  kind: 'recovery'
}

/** A comment on an issue or a pull request. */
export interface CommentRef {
  id: number
  issue: number
}

/** How gathering ended for an intent. Terminal: an intent settles once. */
export type IntentOutcome =
  /** `problems` of other projects of the repository, which are deployed nowhere. */
  | { kind: 'deployments'; ids: string[]; problems?: Problem[] }
  /** A task is run, with this id. */
  | { kind: 'task'; id: string }
  | { kind: 'nothing-to-do'; why: string }
  | { kind: 'refused'; problems: Problem[] }
  | { kind: 'command-refused'; reason: Reason }
  /** A command that leads to no deployment of its own; Markdown. `about`: id of the deployment of which its answer goes on to tell. */
  | { kind: 'answered'; body: string; about?: string }
