import type { Command } from '../domain/command.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { Intent } from '../domain/intent.ts'
import { fullName } from '../domain/repository.ts'
import { grantFor } from '../policy/hosts.ts'
import type { Ports } from './ports.ts'
import { repositorySubject } from './repository.ts'

/**
 * Stores a wish, and lets it be worked on soon. Durable when it resolves; throws when the database does not take it.
 *
 * @param found nobody told of it: a sweep found it, as it finds for minutes what was told long ago
 */
export async function raise(intent: Intent, found: boolean, ports: Ports): Promise<'accepted' | 'known'> {
  const answer = await ports.store.intents.accept(intent)
  const fields = { delivery: intent.delivery, repository: fullName(intent.repository) }
  if (answer === 'accepted' || !found) ports.log.info('intent stored', { ...fields, intent: intent.id, kind: intent.kind, answer })
  if (answer === 'accepted') await ports.queue.wake(repositorySubject(intent.repository))
  return answer
}

/** Whether the operator serves a repository somebody told of; where not, it is left at a line in the log. */
export function isServed({ repository, delivery }: Pick<Intent, 'repository' | 'delivery'>, ports: Ports): boolean {
  const name = fullName(repository)
  if (grantFor(ports.operator.current(), name)) return true
  ports.log.info('webhook of a repository the operator does not serve', { delivery, repository: name })
  return false
}

/** A command that was given at the side of a deployment, not in a comment: by a button, on a page. */
export interface GivenCommand {
  /** Chosen beforehand by whoever wants to see what comes of it: a random one. */
  id?: string
  deployment: Pick<Deployment, 'id' | 'repository'>
  command: Command
  /** Login of whoever gave it. Whether they may is asked when it is carried out. */
  actor: string
  /** What makes two of them the same wish, beginning with the place it was given at: `button …`. */
  key: string
  /** By what it is found in logs. */
  delivery: string
  /** Fingerprint of the proposal that was in sight there, where there was one. */
  shown?: string
}

/** Stores a command that concerns one deployment and no other. */
export async function raiseCommand(given: GivenCommand, ports: Ports): Promise<'accepted' | 'known'> {
  const { deployment, shown, ...said } = given
  const { id, repository } = deployment
  const receivedAt = ports.clock.now().toISOString()
  return raise(
    { kind: 'command', id: ports.ids(), repository, deployment: id, receivedAt, ...said, ...(shown !== undefined && { shown }) },
    false,
    ports,
  )
}
