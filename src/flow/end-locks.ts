import type { Lock } from '../domain/gate.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { wakeWaiting } from './command-locks.ts'
import { intake } from './intake.ts'
import type { Ports, PullRequestFacts } from './ports.ts'
import type { Work } from './under-lease.ts'

/** What is woken when a pull request of the repository may be over in which somebody set a lock. */
export const locksSubject = (repository: Repository): string => `locks:${fullName(repository)}`

/** Seconds until pull requests that still look open are looked at once more: GitHub answers from copies that lag behind. */
const staleAfter = 2

/** Seconds that a lock outlives its pull request at most, for what was wished meanwhile to be read. */
const mostPatience = 60

/** Ends the locks of a repository (`owner/name`) whose pull request is over; undefined where none was set in one. */
export async function locksWork(name: string, ports: Ports): Promise<Work | undefined> {
  const [bound] = (await ports.store.locks.of(name)).filter(isBound)
  // A lock goes by the name of the command that set it.
  const repository = bound && (await ports.store.intents.read(bound.id))?.repository
  if (!repository) return undefined
  return {
    lease: locksSubject(repository),
    async run(_lease, signal) {
      if ((await endLocks(repository, signal, ports)) === 0) return undefined
      await ports.clock.sleep(staleAfter, signal)
      signal.throwIfAborted()
      await endLocks(repository, signal, ports)
      return undefined
    },
  }
}

/**
 * A lock that was set in a pull request ends with it, however it was closed, and also when its branch is gone: it can bring nothing
 * any more. What waited goes on: the newest, for which what the pull request itself brought has to be known by then. Resolves to
 * how many are left that were set in one.
 */
async function endLocks(repository: Repository, signal: AbortSignal, ports: Ports): Promise<number> {
  const name = fullName(repository)
  const bound = (await ports.store.locks.of(name)).filter(isBound)
  const over: { lock: (typeof bound)[number]; pull: PullRequestFacts | undefined }[] = []
  for (const lock of bound) {
    const pull = await ports.github.pullRequest(repository, lock.pullRequest)
    if (await isOver(repository, pull, ports)) over.push({ lock, pull })
  }
  if (over.length > 0) {
    for (const { pull } of over) if (pull) await raiseMerge(repository, pull, ports)
    await untilRead(name, signal, ports)
  }
  for (const { lock } of over) {
    await ports.store.locks.end(lock.id)
    ports.log.info('lock ended with its pull request', { repository: name, lock: lock.id, pullRequest: lock.pullRequest })
  }
  if (over.length > 0) await wakeWaiting(name, ports)
  return bound.length - over.length
}

/** Of a fork only GitHub's word is known: its branches are not ours to look at. */
async function isOver(repository: Repository, pull: PullRequestFacts | undefined, { github }: Ports): Promise<boolean> {
  if (pull?.state !== 'open') return true
  return !pull.fork && (await github.head(repository, pull.head.branch)) === undefined
}

/** Its webhook may be late: where it was told already this is the same wish. */
async function raiseMerge(repository: Repository, { merged, base }: PullRequestFacts, ports: Ports): Promise<void> {
  if (!merged) return
  const moved = { repository, ref: `refs/heads/${base.branch}`, after: merged.commit, actor: merged.by }
  await intake({ kind: 'push', ...moved, delivery: `lock ${ports.ids()}` }, ports)
}

/** Until what was wished so far is known as deployments, or somebody has waited long enough. What is wished meanwhile holds nothing up. */
async function untilRead(name: string, signal: AbortSignal, ports: Ports): Promise<void> {
  const wished = await ports.store.intents.open(name)
  for (let waited = 0; waited < mostPatience && wished.length > 0; waited += 1) {
    const open = await ports.store.intents.open(name)
    if (!wished.some((id) => open.includes(id))) return
    await ports.clock.sleep(1, signal)
    signal.throwIfAborted()
  }
}

const isBound = (lock: Lock): lock is Lock & { pullRequest: number } => lock.pullRequest !== undefined
