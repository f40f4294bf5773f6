import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Deployment } from '../domain/deployment.ts'
import type { CommandIntent, Intent, IntentOutcome } from '../domain/intent.ts'
import type { Ports } from '../flow/ports.ts'
import { type ButtonKind, buttonKinds } from '../report/buttons.ts'
import { redirect, sendNotFound, sendPage } from './answers.ts'
import { actedPage } from './pages/acted-page.ts'
import type { Sessions } from './sessions.ts'
import { signInAddress } from './sign-in.ts'

/** Shows what came of a press to the person who pressed, and to nobody else: what it led to they have a right to see. */
export async function showActed(
  request: IncomingMessage,
  response: ServerResponse,
  { deployment, wish }: { deployment: Deployment; wish: string },
  { sessions, store }: Pick<Ports, 'store'> & { sessions?: Sessions },
): Promise<void> {
  const session = sessions?.of(request)
  if (!session) return redirect(response, signInAddress(`/deployments/${deployment.id}/act/${wish}`))
  const [intent, outcome] = await Promise.all([store.intents.read(wish), store.intents.outcome(wish)])
  const kind = pressed(intent, deployment)
  if (kind === undefined || intent?.actor !== session.person) return sendNotFound(response)
  const subject = await subjectOf(outcome, deployment, store)
  const timeline = await store.timeline.read(subject.id)
  const view = { kind, deployment, person: session.person, subject, timeline, ...(outcome && { outcome }) }
  sendPage(response, 200, (nonce) => actedPage({ ...view, nonce }))
}

/** The button that the intent came from; undefined for one that came otherwise or of another deployment. */
function pressed(intent: Intent | undefined, { id }: Deployment): ButtonKind | undefined {
  const given: CommandIntent | undefined = intent?.kind === 'command' && intent.deployment === id ? intent : undefined
  return given && buttonKinds.find((kind) => kind === given.command.kind)
}

async function subjectOf(outcome: IntentOutcome | undefined, deployment: Deployment, store: Ports['store']): Promise<Deployment> {
  const [made] = outcome?.kind === 'deployments' ? outcome.ids : []
  return (made !== undefined && (await store.deployments.read(made))) || deployment
}
