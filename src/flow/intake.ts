import type { CommentRef, Intent } from '../domain/intent.ts'
import { isNoCommit, readRef } from '../domain/ref.ts'
import { fullName, type Instant, type Repository, type Sha } from '../domain/repository.ts'
import { readComment } from '../policy/commands/read-comment.ts'
import { commandKey } from './comment-answer.ts'
import type { Ports } from './ports.ts'
import { isServed, raise } from './raise.ts'

/** What GitHub told, reduced to what counts. */
export type Incoming = RefMoved | CommentMade

/** A branch or a tag is at another commit. A merged pull request tells the same without `before`. */
export interface RefMoved {
  kind: 'push'
  repository: Repository
  ref: string
  before?: Sha
  /** Of a tag the commit, whatever object of its own it is. */
  after: Sha
  /** Whether what the branch had before is no longer part of it. */
  forced?: true
  /** Nobody told of it: Landfall found it there, and last saw it at `before`. */
  found?: true
  actor: string
  delivery: string
}

export interface CommentMade {
  kind: 'comment'
  repository: Repository
  comment: CommentRef
  body: string
  /** When, by GitHub's clock. */
  at: Instant
  actor: string
  bot: boolean
  /** A sweep found it; no webhook told. */
  found?: true
  delivery: string
}

/**
 * Stores what somebody wants before GitHub gets its answer. It asks nobody but the database: everything slow comes
 * later. Throws when the database does not take it, so that GitHub sees a failed delivery and nothing is lost.
 */
export async function intake(incoming: Incoming, ports: Ports): Promise<void> {
  if (!isServed(incoming, ports)) return
  for (const intent of intentsOf(incoming, ports)) await raise(intent, incoming.found === true, ports)
}

function intentsOf(incoming: Incoming, ports: Ports): Intent[] {
  const { repository, actor, delivery } = incoming
  const base = () => ({ id: ports.ids(), repository, actor, delivery, receivedAt: ports.clock.now().toISOString() })
  if (incoming.kind === 'push') {
    const { ref, before, after, forced, found } = incoming
    // What was deleted has no commit to deploy.
    if (!readRef(ref) || isNoCommit(after)) return []
    const key = ['push', fullName(repository), ref, before ?? '', after].join(' ')
    return [
      {
        ...base(),
        kind: 'push',
        key,
        ref,
        after,
        ...(before !== undefined && { before }),
        ...(forced && { forced }),
        ...(found && { found }),
      },
    ]
  }
  // Bots answer comments; a loop of two of them must not deploy.
  if (incoming.bot) return []
  return readComment(incoming.body).map((command, index) => {
    const key = commandKey(fullName(repository), incoming.comment.id, index)
    return { ...base(), kind: 'command', key, comment: incoming.comment, saidAt: incoming.at, command }
  })
}
