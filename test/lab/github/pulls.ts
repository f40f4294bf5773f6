import { signatureOf } from './branches.ts'
import { commitTree, mergeCommit } from './history.ts'
import { fetchHead, moved } from './moves.ts'
import { type Event, nothing, pullRequest } from './payloads.ts'
import type { Issue, Person, Pull, Repo, World } from './world.ts'

export interface OpenedPull {
  pull: Pull
  events: Event[]
}

export interface NewPull {
  title: string
  body: string | null
  author: Person
  base: Pull['base']
  head: Pull['head']
  draft?: boolean | undefined
}

export function newIssue(world: World, repo: Repo, title: string, author: Person): Issue {
  const now = world.now()
  const base = { id: world.id(), number: repo.issues.length + 1, title, body: null, author, labels: [] }
  return { ...base, state: 'open', createdAt: now, updatedAt: now, closedAt: undefined }
}

/** A pull request, and what GitHub tells of it; whoever calls announces that. */
export async function openPull(world: World, repo: Repo, { title, body, author, base, head, draft = false }: NewPull): Promise<OpenedPull> {
  const pull: Pull = { ...newIssue(world, repo, title, author), body, base, head, draft, merged: undefined, trial: undefined }
  repo.pulls.push(pull)
  repo.issues.push(pull)
  await fetchHead(repo, pull)
  return { pull, events: [await pullRequest(world, repo, pull, 'opened', author)] }
}

/**
 * The pull request that takes a merged one back, as GitHub's "Revert" button opens it; undefined where what it changed has been
 * changed again, or taken back before.
 */
export async function revertPull(
  world: World,
  repo: Repo,
  reverted: Pull,
  by: Person,
  { title, body }: { title?: string | null | undefined; body?: string | null | undefined },
): Promise<OpenedPull | undefined> {
  const base = await repo.git.resolve(`heads/${reverted.base.branch}`)
  if (!reverted.merged || !base) return undefined
  const branch = `revert-${reverted.number}-${reverted.head.branch}`
  const said = title ?? `Revert "${reverted.title}"`
  const author = signatureOf(by)
  const signed = { message: said, author, committer: author, at: world.now() }
  // What there was before the merge, as a child of the merge: brought together with what is there now, it takes back just that.
  const head = await commitTree(repo.git, { tree: `${reverted.base.sha}^{tree}`, parents: [reverted.merged.sha], ...signed })
  const sha = await mergeCommit(repo.git, { base, head, method: 'squash', ...signed }).catch(() => undefined)
  const [tree, treeNow] = await Promise.all([sha, base].map((one) => one && repo.git.run(['rev-parse', `${one}^{tree}`])))
  if (!sha || tree === treeNow) return undefined

  await repo.git.run(['update-ref', `refs/heads/${branch}`, sha])
  const pushed = await moved({ world, repo }, branch, nothing, sha, by)
  const opened = await openPull(world, repo, {
    title: said,
    body: body ?? `Reverts ${repo.fullName}#${reverted.number}`,
    author: by,
    base: { branch: reverted.base.branch, sha: base },
    head: { branch, sha, repo },
  })
  return { pull: opened.pull, events: [...pushed, ...opened.events] }
}
