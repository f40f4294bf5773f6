import type { Repository, Sha } from '../domain/repository.ts'
import { movesThatBrought } from '../policy/moves-that-brought.ts'
import type { CommitDetails, GitHub, MergedPull, RefMove } from './ports.ts'

/** Requests for the pull requests of a merge, the commits of the one that was merged, and the moves of its branch. */
const look = 3

/** What came to a branch. */
export interface Arrival {
  repository: Repository
  branch: string
  revision: Sha
  /** Pull request that it is said to have come by. */
  pullRequest?: number
  /** The commits that are new in the environment, `revision` among them. */
  commits: readonly CommitDetails[]
  /** The commit that runs, where it and the new one have no common past: then all counts that the branch got since it was there. */
  apartFrom?: Sha
}

export interface Brought {
  /** Logins of those who pushed, or opened the pull requests that were merged. */
  people: string[]
  /** Commits that GitHub made when somebody pressed a merge button: who is named in them as the author wrote nothing. */
  merges: ReadonlySet<Sha>
  /** Whether GitHub tells who brought the newest of the commits. */
  told: boolean
}

/** People, and whether anybody else may have had a hand in it. */
interface Hands {
  people: string[]
  known: boolean
}

/**
 * Who brought commits to a branch, as GitHub itself saw it. What a commit says of its author anybody can write; who pushed it, who opened
 * the pull request it was merged with and who pushed to that one's branch nobody can. Whoever pressed the merge button brought nothing
 * where all of that is known for certain, and stands for it where it is not: of branches of forks GitHub tells nothing, of others the last
 * hundred moves, a machine pushes at anybody's behest, and of older merges there may be too many to look at each.
 *
 * @param requests how many of GitHub it may cost
 */
export async function broughtBy(arrival: Arrival, github: GitHub, requests: number): Promise<Brought> {
  const { repository, branch, revision, pullRequest, apartFrom } = arrival
  const commits = new Map(arrival.commits.map((commit) => [commit.sha, commit]))
  const merges = new Set<Sha>()
  const pulls = new Set<number>()
  const pullUnseen = () => pullRequest !== undefined && !pulls.has(pullRequest)
  let left = requests - 1
  const { moves } = await github.moves(repository, branch)
  const arrived = await arriving()
  const people: string[] = []
  // Newest first: where there are too many, those are looked at that people have in mind.
  for (const move of arrived) people.push(...(await handsOf(move, branch)).people)
  const through = pullUnseen() && pullRequest !== undefined ? await github.pullRequest(repository, pullRequest) : undefined
  return { people: [...new Set([...people, ...(through ? [through.author] : [])])], merges, told: arrived.length > 0 }

  async function arriving(): Promise<RefMove[]> {
    if (apartFrom !== undefined) {
      const then = moves.findIndex(({ after }) => after === apartFrom)
      return then === -1 ? moves : moves.slice(0, then)
    }
    const among = moves.filter(({ after }) => after !== undefined && commits.has(after))
    if (among.some(({ after }) => after === revision)) return among
    const carrying = await carriers()
    return carrying.length > 0 ? [...carrying, ...among] : []
  }

  /** The moves that brought it below something newer. */
  async function carriers(): Promise<RefMove[]> {
    const [newest] = moves
    if (newest?.after === undefined) return []
    left -= 1
    const later = await github.changes(repository, revision, newest.after)
    if (!later || later.ahead > later.commits.length) return []
    const holding = descendants(revision, later.commits)
    const holds = (commit: Sha | undefined) => commit !== undefined && holding.has(commit)
    return moves.filter(({ before, after }) => holds(after) && !holds(before))
  }

  async function handsOf(move: RefMove, ref: string): Promise<Hands> {
    const pusher = move.by === undefined ? [] : [move.by]
    if (move.kind !== 'merge' && move.kind !== 'queue') return { people: pusher, known: pusher.length > 0 && !move.machine }
    const behind = await handsBehind(move, ref)
    // What a queue brings at once may be of several pull requests.
    if (behind.known && move.kind === 'merge') return behind
    return { people: [...behind.people, ...pusher], known: false }
  }

  async function handsBehind(move: RefMove, ref: string): Promise<Hands> {
    if (move.after === undefined || left < look + (pullUnseen() ? 1 : 0)) return { people: [], known: false }
    left -= look
    const found = await github.mergedWith(repository, move.after)
    for (const { number } of found) pulls.add(number)
    const authors = found.map(({ author }) => author)
    const [pull, ...others] = found.filter(({ commit, base }) => commit === move.after && base.branch === ref)
    if (!pull || others.length > 0 || !isExactly(move, pull)) return { people: authors, known: false }
    if (pull.fork) {
      if (isMerge(move.after)) merges.add(move.after)
      return { people: authors, known: false }
    }
    const [own, onBranch] = await Promise.all([github.commitsOfPull(repository, pull.number), github.moves(repository, pull.head.branch)])
    for (const commit of own ?? []) commits.set(commit.sha, commit)
    if (isMerge(move.after)) merges.add(move.after)
    const pushed = movesThatBrought(pull.head.sha, new Set(own?.map(({ sha }) => sha)), onBranch)
    const hands: Hands[] = []
    for (const each of pushed.moves) hands.push(await handsOf(each, pull.head.branch))
    return {
      people: [...authors, ...namedIn(own ?? [], merges), ...hands.flatMap((each) => each.people)],
      known: own !== undefined && pushed.known && hands.every(({ known }) => known),
    }
  }

  /** Whether the merge that GitHub recorded is of this pull request as it was merged, and of nothing else. */
  function isExactly({ before, after = '' }: RefMove, { head }: MergedPull): boolean {
    const { parents = [] } = commits.get(after) ?? {}
    return parents.length <= 1 || (parents.length === 2 && parents[0] === before && parents[1] === head.sha)
  }

  function isMerge(commit: Sha): boolean {
    return (commits.get(commit)?.parents.length ?? 0) > 1
  }
}

/** Logins and addresses that commits name; of a merge that GitHub made nobody wrote anything. */
export const namedIn = (commits: readonly CommitDetails[], merges: ReadonlySet<Sha>): string[] =>
  commits
    .filter(({ sha }) => !merges.has(sha))
    .flatMap(({ author, coAuthors }) => [...(author === undefined ? [] : [author]), ...coAuthors])

/** A commit, and those of others that are built on it. */
function descendants(commit: Sha, others: readonly CommitDetails[]): ReadonlySet<Sha> {
  const found = new Set([commit])
  for (let known = 0; known < found.size; ) {
    known = found.size
    for (const { sha, parents } of others) if (parents.some((parent) => found.has(parent))) found.add(sha)
  }
  return found
}
