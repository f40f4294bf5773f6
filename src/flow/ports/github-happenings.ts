import type { Repository, Sha } from '../../domain/repository.ts'

/**
 * What GitHub tells beside pushes and comments, reduced to what counts. Nobody lives on it: whatever it says is looked at again, so
 * that one that is lost makes things later, not wrong.
 */
export type Happening = ButtonPressed | ChecksChanged | ImagePublished | PullRequestChanged | BranchDeleted

interface Told {
  repository: Repository
  delivery: string
  /** Login of whoever did it. */
  actor: string
}

/** Somebody pressed a button of one of the App's own check runs. Whether they may is not said. */
export interface ButtonPressed extends Told {
  kind: 'button'
  bot: boolean
  /** As the button was made. */
  identifier: string
  check: {
    id: number
    name: string
    revision: Sha
    externalId: string
    /** Fingerprint of what it said when the button was pressed: its state and its texts. */
    shown: string
  }
}

/** Checks of a commit may stand otherwise now: a suite, a workflow or a status of somebody else's has come to its end. */
export interface ChecksChanged extends Told {
  kind: 'checks'
  revision: Sha
}

/** An image was pushed to GitHub's own registry, and belongs to this repository. */
export interface ImagePublished extends Told {
  kind: 'image'
  /** `acme/shop`, lower case: its name in the registry without the registry's host. */
  name: string
  /** Absent where it was pushed by digest alone. */
  tag?: string
}

export interface PullRequestChanged extends Told {
  kind: 'pull-request'
  /** `moved`: its head has another commit. `edited`: it is to be merged into another branch. `marked`: the label was put on or taken off by which
   * nothing older fits what it brings. */
  action: 'opened' | 'reopened' | 'moved' | 'edited' | 'marked' | 'merged' | 'closed'
  number: number
  head: Sha
  base: string
  fork: boolean
}

export interface BranchDeleted extends Told {
  kind: 'branch-deleted'
  branch: string
}
