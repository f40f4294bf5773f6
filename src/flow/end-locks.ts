import type { Lock } from '../domain/gate.ts'
import { fullName, type Repository } from '../domain/repository.ts'
import { wakeWaiting } from './command-locks.ts'
import type { Ports } from './ports.ts'
import type { Work } from './under-lease.ts'

/** What is woken when a pull request of the repository may be over in which somebody set a lock. */
export const locksSubject = (repository: Repository): string => `locks:${fullName(repository)}`

/** Seconds until pull requests that still look open are looked at once more: GitHub answers from copies that lag behind. */
const staleAfter = 2

/** Ends the locks of a repository (`owner/name`) whose pull request is over; undefined where none was set in one. */
export async function locksWork(name: string, ports: Ports): Promise<Work | undefined> {
  const [bound] = (await ports.store.locks.of(name)).filter(isBound)
  // A lock goes by the name of the command that set it.
  const repository = bound && (await ports.store.intents.read(bound.id))?.repository
  if (!repository) return undefined
  return {
    lease: locksSubject(repository),
    async run(_lease, signal) {
      if ((await endLocks(repository, ports)) === 0) return undefined
      await ports.clock.sleep(staleAfter, signal)
      signal.throwIfAborted()
      await endLocks(repository, ports)
      return undefined
    },
  }
}

/**
 * A lock that was set in a pull request ends with it, however it was closed, and also when its branch is gone: it can bring nothing
 * any more. What waited goes on. Resolves to how many are left that were set in one.
 */
export async function endLocks(repository: Repository, ports: Ports): Promise<number> {
  const name = fullName(repository)
  const bound = (await ports.store.locks.of(name)).filter(isBound)
  const over: typeof bound = []
  for (const lock of bound) if (await isOver(repository, lock.pullRequest, ports)) over.push(lock)
  for (const { id, pullRequest } of over) {
    await ports.store.locks.end(id)
    ports.log.info('lock ended with its pull request', { repository: name, lock: id, pullRequest })
  }
  if (over.length > 0) await wakeWaiting(name, ports)
  return bound.length - over.length
}

/** Of a fork only GitHub's word is known: its branches are not ours to look at. */
async function isOver(repository: Repository, number: number, { github }: Ports): Promise<boolean> {
  const pull = await github.pullRequest(repository, number)
  if (pull?.state !== 'open') return true
  return !pull.fork && (await github.head(repository, pull.head.branch)) === undefined
}

const isBound = (lock: Lock): lock is Lock & { pullRequest: number } => lock.pullRequest !== undefined
