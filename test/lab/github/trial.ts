import { mergeCommit } from './history.ts'
import type { Pull, Repo, World } from './world.ts'

/** GitHub's own merge of an open pull request, in no branch: it says whether there is a conflict, and what would come of it. */
export interface Trial {
  /** What was merged into what. */
  head: string
  base: string
  mergeable: boolean
  /** The newest one that went well: of one with a conflict it is of something older. */
  commit: string | null
}

const by = { name: 'GitHub', email: 'noreply@github.com' }

/** Merges what is there now, as GitHub does when somebody has looked at the pull request. */
export async function tryMerge(world: World, { git }: Repo, pull: Pull): Promise<void> {
  const sides = { base: pull.base.sha, head: pull.head.sha }
  if (pull.state === 'closed' || triedNow(pull)) return
  const message = `Merge ${sides.head} into ${sides.base}`
  const merge = { ...sides, method: 'merge' as const, message, author: by, committer: by, at: world.now() }
  const commit = await mergeCommit(git, merge).catch(() => undefined)
  if (commit) await git.run(['update-ref', `refs/pull/${pull.number}/merge`, commit])
  pull.trial = { ...sides, mergeable: commit !== undefined, commit: commit ?? pull.trial?.commit ?? null }
}

/** What a pull request shows of it. Until it is of what is there now, nobody knows, and the commit shown is an old one or none. */
export function mergeability(pull: Pull) {
  const known = pull.state === 'open' && triedNow(pull) ? pull.trial?.mergeable : undefined
  return {
    merge_commit_sha: pull.merged?.sha ?? pull.trial?.commit ?? null,
    mergeable: known ?? null,
    rebaseable: known ?? null,
    mergeable_state: known === undefined ? 'unknown' : known ? 'clean' : 'dirty',
  }
}

const triedNow = ({ trial, base, head }: Pull): boolean => trial?.base === base.sha && trial.head === head.sha
