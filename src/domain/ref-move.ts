import type { Sha } from './repository.ts'

/** A branch was made, moved or deleted, as GitHub itself saw it. */
export interface RefMove {
  /**
   * `merge`: with the button of a pull request, by a commit that GitHub made. `queue`: by a merge queue, which may bring several at once.
   * `forced`: what it held before is no part of what it held then.
   */
  kind: 'made' | 'push' | 'forced' | 'merge' | 'queue' | 'deleted'
  /** Absent where the branch was made. */
  before?: Sha
  /** Absent where it was deleted. */
  after?: Sha
  /** Login of whoever pushed or pressed it; absent for accounts that are gone. */
  by?: string
  /** Done by an App or another machine: at whose behest, nobody tells. */
  machine?: true
}

/** What became of a branch, newest first, also of one that is gone. */
export interface RefMoves {
  moves: RefMove[]
  /** Whether no move of a branch of this name is missing at the old end. */
  all: boolean
}
