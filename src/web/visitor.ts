import type { IncomingMessage } from 'node:http'
import type { Deployment } from '../domain/deployment.ts'
import { type Role, reaches } from '../domain/role.ts'
import type { Ports } from '../flow/ports.ts'
import type { Session, Sessions } from './sessions.ts'

/** Who wants to act on a deployment. */
export type Visitor =
  /** Nobody can sign in to this Landfall. */
  | { kind: 'no-sign-in' }
  | { kind: 'not-signed-in' }
  /** May not know what runs there now; whoever has the link may know of this one deployment. */
  | { kind: 'stranger'; person: string; role: Role }
  /** GitHub does not say what they may. */
  | { kind: 'unanswered'; person: string }
  | { kind: 'member'; session: Session; role: Role }

/**
 * The one place where the pages to act from let somebody in: who signed in, and what they are in the repository at this moment. Whether
 * they may do what they press is asked once more when it is done.
 */
export async function visitorOf(
  request: IncomingMessage,
  { repository }: Deployment,
  sessions: Sessions | undefined,
  { github, log }: Pick<Ports, 'github' | 'log'>,
): Promise<Visitor> {
  if (!sessions) return { kind: 'no-sign-in' }
  const session = sessions.of(request)
  if (!session) return { kind: 'not-signed-in' }
  const { person } = session
  try {
    const role = await github.role(repository, person)
    // As much as `/status` asks for.
    return reaches(role, 'triage') ? { kind: 'member', session, role } : { kind: 'stranger', person, role }
  } catch (error) {
    log.warn('role of a visitor is not known', { person, error })
    return { kind: 'unanswered', person }
  }
}
