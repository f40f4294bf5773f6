import { isAncestor } from './history.ts'
import { type Event, nothing, pullRequest, push, refCreated, refDeleted } from './payloads.ts'
import type { Activity, Person, Pull, Repo, World } from './world.ts'

/** What GitHub has to say of a branch that was moved, and of the open pull requests it is the head of. */
export async function moved(
  { world, repo }: { world: World; repo: Repo },
  branch: string,
  before: string,
  after: string,
  by: Person,
  merged = false,
): Promise<Event[]> {
  const ref = `refs/heads/${branch}`
  for (const pull of repo.pulls) if (after !== nothing && pull.state === 'open' && pull.base.branch === branch) pull.base.sha = after
  const forced = before !== nothing && after !== nothing && !(await isAncestor(repo.git, before, after))
  const type = merged ? 'pr_merge' : activityType(before, after, forced)
  repo.activities.push({ id: world.id(), before, after, ref, type, actor: by, at: world.now() })
  repo.pushedAt = world.now()
  return [
    await push(world, repo, { ref, before, after, forced, by }),
    ...(before === nothing ? [refCreated(world, repo, { kind: 'branch', name: branch, by })] : []),
    ...(after === nothing ? [refDeleted(world, repo, { kind: 'branch', name: branch, by })] : []),
    ...(await (after === nothing ? closedWith(world, repo, branch, by) : followed(world, repo, branch, { before, after }, by))),
  ]
}

/** Open pull requests follow their head, also from a fork into what it is a fork of. */
async function followed(world: World, repo: Repo, branch: string, move: { before: string; after: string }, by: Person): Promise<Event[]> {
  const events: Event[] = []
  for (const { target, pull } of openFrom(repo, branch)) {
    Object.assign(pull, { head: { ...pull.head, sha: move.after }, updatedAt: world.now() })
    await fetchHead(target, pull)
    events.push(await pullRequest(world, target, pull, 'synchronize', by, move))
  }
  return events
}

/** Pull requests end with their branch. */
async function closedWith(world: World, repo: Repo, branch: string, by: Person): Promise<Event[]> {
  const events: Event[] = []
  for (const { target, pull } of openFrom(repo, branch)) {
    close(pull, world.now())
    events.push(await pullRequest(world, target, pull, 'closed', by))
  }
  return events
}

export const close = (pull: Pull, at: Date): void => void Object.assign(pull, { state: 'closed', closedAt: at, updatedAt: at })

function openFrom(repo: Repo, branch: string): { target: Repo; pull: Pull }[] {
  const targets = [repo, ...(repo.parent ? [repo.parent] : [])]
  return targets.flatMap((target) =>
    target.pulls
      .filter(({ state, head }) => state === 'open' && head.repo === repo && head.branch === branch)
      .map((pull) => ({ target, pull })),
  )
}

/** GitHub keeps the heads of pull requests in the repository they are for, so that a fork may go. */
export async function fetchHead(repo: Repo, pull: Pull): Promise<void> {
  const ref = `refs/pull/${pull.number}/head`
  if (pull.head.repo === repo) await repo.git.run(['update-ref', ref, pull.head.sha])
  else await repo.git.run(['fetch', '--quiet', pull.head.repo.git.folder, `+refs/heads/${pull.head.branch}:${ref}`])
}

function activityType(before: string, after: string, forced: boolean): Activity['type'] {
  if (before === nothing) return 'branch_creation'
  return after === nothing ? 'branch_deletion' : forced ? 'force_push' : 'push'
}
