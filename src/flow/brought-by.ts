import type { Repository, Sha } from '../domain/repository.ts'
import type { CommitDetails, GitHub, PullRequestFacts, RefMove } from './ports.ts'

/** Pull requests that were merged into branches of pull requests that were: so deep people go at most. */
const deepest = 3

/**
 * Logins of those who brought commits to a branch, as GitHub itself saw it. What a commit says of its author anybody can write; who pushed
 * it, who opened the pull request it was merged with and who pushed to that one's branch nobody can. Whoever merges somebody else's pull
 * request wrote nothing. Of branches of forks, and of moves before the last hundred, GitHub tells nothing.
 *
 * @param brought the commits that are new there
 */
export async function broughtBy(
  repository: Repository,
  branch: string,
  brought: readonly CommitDetails[],
  github: GitHub,
): Promise<string[]> {
  const commits = new Map(brought.map((commit) => [commit.sha, commit]))
  return [...new Set(await movers(branch, ({ after }) => commits.has(after), 1))]

  async function movers(ref: string, concerned: (move: RefMove) => boolean, depth: number): Promise<string[]> {
    const moves = (await github.moves(repository, ref)).filter(concerned)
    return (await Promise.all(moves.map((move) => peopleOf(move, depth)))).flat()
  }

  async function peopleOf({ kind, after, by }: RefMove, depth: number): Promise<string[]> {
    const pull = kind === 'merge' && depth < deepest ? await mergedAs(after) : undefined
    if (!pull) return by === undefined ? [] : [by]
    const pushers = pull.fork ? [] : await movers(pull.head.branch, (move) => isOf(pull, move, after), depth + 1)
    return [pull.author, ...pushers]
  }

  /** Squashed and rebased, its own commits are not among those that were brought: then all moves of its branch count. */
  function isOf({ head }: PullRequestFacts, { after }: RefMove, merged: Sha): boolean {
    const keptApart = (commits.get(merged)?.parents.length ?? 0) > 1
    return !keptApart || commits.has(after) || after === head.sha
  }

  async function mergedAs(commit: Sha): Promise<PullRequestFacts | undefined> {
    const number = await github.pullRequestOf(repository, commit)
    return number === undefined ? undefined : github.pullRequest(repository, number)
  }
}
