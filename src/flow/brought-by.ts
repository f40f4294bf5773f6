import type { Repository, Sha } from '../domain/repository.ts'
import type { CommitDetails, GitHub, PullRequestFacts, RefMove } from './ports.ts'

/** Pull requests that were merged into branches of pull requests that were: so deep people go at most. */
const deepest = 3

export interface Brought {
  /** Logins of those who pushed, or opened the pull requests that were merged. */
  people: string[]
  /** Commits that GitHub made when somebody pressed a merge button: who is named in them as the author wrote nothing. */
  merges: ReadonlySet<Sha>
}

/**
 * Who brought commits to a branch, as GitHub itself saw it. What a commit says of its author anybody can write; who pushed it, who opened
 * the pull request it was merged with and who pushed to that one's branch nobody can. Of branches of forks, and of moves before the last
 * hundred, GitHub tells nothing.
 *
 * @param brought the commits that are new there
 */
export async function broughtBy(
  repository: Repository,
  branch: string,
  brought: readonly CommitDetails[],
  github: GitHub,
): Promise<Brought> {
  const commits = new Map(brought.map((commit) => [commit.sha, commit]))
  const merges = new Set<Sha>()
  const people = await movers(branch, ({ after }) => commits.has(after), 1)
  return { people: [...new Set(people)], merges }

  async function movers(ref: string, concerned: (move: RefMove) => boolean, depth: number): Promise<string[]> {
    const moves = (await github.moves(repository, ref)).filter(concerned)
    return (await Promise.all(moves.map((move) => peopleOf(move, depth)))).flat()
  }

  async function peopleOf({ kind, after, by }: RefMove, depth: number): Promise<string[]> {
    const pull = kind === 'merge' && depth < deepest ? await mergedAs(after) : undefined
    if (!pull) return by === undefined ? [] : [by]
    if (isMerge(after)) merges.add(after)
    const pushers = pull.fork ? [] : await movers(pull.head.branch, (move) => isOf(pull, move, after), depth + 1)
    return [pull.author, ...pushers]
  }

  /** Squashed and rebased, its own commits are not among those that were brought: then all moves of its branch count. */
  function isOf({ head }: PullRequestFacts, { after }: RefMove, merged: Sha): boolean {
    return !isMerge(merged) || commits.has(after) || after === head.sha
  }

  function isMerge(commit: Sha): boolean {
    return (commits.get(commit)?.parents.length ?? 0) > 1
  }

  async function mergedAs(commit: Sha): Promise<PullRequestFacts | undefined> {
    const number = await github.pullRequestOf(repository, commit)
    return number === undefined ? undefined : github.pullRequest(repository, number)
  }
}
