import type { RefMove, RefMoves } from '../domain/ref-move.ts'
import type { Sha } from '../domain/repository.ts'

/** The moves by which commits came to a branch. */
export interface Brought {
  moves: RefMove[]
  /** Whether these are all; otherwise somebody may have brought some of them of whom nothing is said here. */
  known: boolean
}

/**
 * The moves by which the commits of a pull request came to its branch, as far as GitHub tells of them. Of a branch that only ever went
 * forward they are those from the first of its commits on. Where it was moved back, or deleted and made again, something may have been
 * there, been taken away and come back with another's push: then every move counts that there ever was under its name.
 *
 * @param head the last of the commits
 */
export function movesThatBrought(head: Sha, commits: ReadonlySet<Sha>, { moves, all }: RefMoves): Brought {
  const bringing = moves.filter(({ after }) => after !== undefined)
  if (moves.some(({ kind }) => kind === 'forced' || kind === 'deleted')) {
    const whole = all && isUnbroken(moves) && moves.at(-1)?.kind === 'made'
    return { moves: bringing, known: whole && bringing.some(({ after }) => after === head) }
  }
  const last = moves.findIndex(({ after }) => after === head)
  const first = moves.findIndex(({ before }, index) => index >= last && (before === undefined || !commits.has(before)))
  const through = last === -1 || first === -1 ? [] : moves.slice(last, first + 1)
  const others = bringing.filter((move) => !through.includes(move) && move.after !== undefined && commits.has(move.after))
  return { moves: [...through, ...others], known: through.length > 0 && isUnbroken(through) }
}

/** Each begins where the one before it ended: none in between is missing. */
const isUnbroken = (moves: readonly RefMove[]): boolean =>
  moves.every(({ before }, index) => index === moves.length - 1 || before === moves[index + 1]?.after)
