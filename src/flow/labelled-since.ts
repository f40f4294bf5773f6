import { contractLabel } from '../domain/one-off.ts'
import type { Sha } from '../domain/repository.ts'
import type { Labels } from '../policy/contract.ts'
import type { Passing } from './gates.ts'
import type { Changes, LabelledPull } from './ports.ts'

/** How many squashes a pull request may lie below: from `dev` to `staging`, and from there to `main`. */
const mostSquashes = 2

/**
 * The pull requests with the label that come with a commit, by whatever way: merged and overtaken before they were deployed, promoted from
 * branch to branch, or by a tag. GitHub is asked for those that have the label, which are few, and not for those of each commit.
 *
 * @param changesSince since the release that runs; asked for only where there is such a label at all
 */
export async function labelledSince({ deployment, ports }: Passing, changesSince: () => Promise<Changes | undefined>): Promise<Labels> {
  const { repository, revision = '', pullRequest, branch } = deployment
  const { pulls, all } = await ports.github.labelledPulls(repository, contractLabel, revision)
  if (pulls.length === 0) return { labelled: [] }
  const changes = await changesSince()
  const brought = new Set(changes?.commits.map(({ sha }) => sha))
  const found = new Set(pulls.filter((pull) => pull.number === pullRequest || comesWith(pull, brought)).map(({ number }) => number))
  // What was merged to the very branch came as what it was merged as, or not at all.
  const hidden = () => pulls.filter(({ number, base, merged }) => !found.has(number) && (!merged || base.branch !== branch))
  let fresh: Sha[] = [...brought]
  let seen = true
  for (let squashes = 0; squashes < mostSquashes && fresh.length > 0 && hidden().length > 0; squashes += 1) {
    const { pulls: behind, all: told } = await ports.github.pullsBehind(repository, fresh)
    seen &&= told
    const numbers = new Set(behind.map(({ number }) => number))
    fresh = [...new Set(behind.flatMap(({ commits }) => commits))].filter((commit) => !brought.has(commit))
    for (const commit of fresh) brought.add(commit)
    for (const pull of hidden()) if (numbers.has(pull.number) || comesWith(pull, brought)) found.add(pull.number)
  }
  const missing = found.size < pulls.length && (!seen || changes === undefined || changes.ahead > changes.commits.length)
  return {
    labelled: [...found].toSorted((one, other) => one - other),
    ...(!all && { untold: `there are more pull requests with the label ${contractLabel} than GitHub is asked for` }),
    ...(missing && { untold: `GitHub does not tell all commits that this brings, and some may have come with the label ${contractLabel}` }),
  }
}

const comesWith = ({ commits }: LabelledPull, brought: ReadonlySet<Sha>): boolean => commits.some((commit) => brought.has(commit))
