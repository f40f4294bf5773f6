import type { IntentRow } from './tables.ts'

/** What tells whether two pushes are the same wish. */
export type Wish = Pick<
  IntentRow,
  'id' | 'sequence' | 'key' | 'repository' | 'ref' | 'before' | 'after' | 'forced' | 'found' | 'actor' | 'outcome'
>

/** What was told of one branch before, in the order of storing. */
export interface BranchHistory {
  /** Wishes that brought the branch to this commit. */
  to(commit: string): readonly Wish[]
  /** All wishes stored after that one. */
  since(wish: Wish): Promise<readonly Wish[]>
}

/**
 * The stored wish that a push only tells of once more, under another delivery id; undefined where it is a wish of its own.
 *
 * - *A merged pull request* does not say where the branch was, and happens once: whatever brought the branch to its commit is it.
 * - *A branch that was made* may have been deleted unheard: it is known until something is stored that took the branch elsewhere.
 * - *A head that was found* is known as long as what was stored last brought the branch there and is not gathered yet. Gathering
 *   looks at the head: once more costs a look, and whatever was misjudged before is mended by it.
 * - *A push from b to a* is known where b → a is, or where a merge or a find brought the branch to a. Unless the branch has come
 *   back to b since: then it may well make the same move again. Only a push that is forced brings a branch back, or its
 *   deletion, so that pushes told late and in any order are not mistaken for a return.
 *
 * Hence: told in the order in which they happened, moves are stored once each, however often they are told. In any other order
 * that holds for all moves of a branch that is never moved back. What cannot be told apart: a copy, under another delivery id, of
 * a move out of a commit the branch has come back to, from the branch making that move again. The first of them is taken for the
 * move, since gathering in vain costs a look and a lost push a deployment; the second for the copy. And a move made again is taken
 * for a copy while what brought the branch back was not told. Then the head is found.
 */
export async function toldBefore(push: Wish, history: BranchHistory): Promise<Wish | undefined> {
  const { before } = push
  const arrivals = push.after === null ? [] : history.to(push.after)
  if (before === null && !push.found) return arrivals.at(-1)
  if (fromNowhereTold(push)) {
    const latest = arrivals.at(-1)
    if (!latest || (push.found && latest.outcome !== null)) return undefined
    return (await history.since(latest)).length === 0 ? latest : undefined
  }
  const same = arrivals.findLast((wish) => isOpenEnded(wish) || wish.before === before)
  return same && !(await cameBack(before ?? '', same, history)) ? same : undefined
}

/** Whether where the branch was may still be learned from the push itself. */
export const isOpenEnded = ({ before, found }: Wish): boolean => before === null || found !== null

/** Whether the branch may have got there without any push that was told. */
const fromNowhereTold = ({ before, found }: Wish): boolean => found !== null || (before !== null && /^0+$/.test(before))

/** Whether the branch was brought back to a commit after a wish had taken it away from there. */
async function cameBack(commit: string, away: Wish, history: BranchHistory): Promise<boolean> {
  // Nearly always nobody came: no more is asked then.
  if (!history.to(commit).some(({ sequence }) => sequence > away.sequence)) return false
  const since = await history.since(away)
  return since.some((wish) => wish.forced !== null || fromNowhereTold(wish)) || leads(away.after, commit, since)
}

/** Whether these moves lead from one commit to another. */
function leads(from: string | null, to: string, moves: readonly Wish[]): boolean {
  const out = Map.groupBy(moves, ({ before }) => before)
  const reached = new Set([from])
  for (const commit of reached) for (const { after } of out.get(commit) ?? []) reached.add(after)
  return reached.has(to)
}
