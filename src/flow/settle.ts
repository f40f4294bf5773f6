import type { Deployment } from '../domain/deployment.ts'
import type { CommandIntent, Intent, PushIntent } from '../domain/intent.ts'
import type { Problem } from '../domain/problem.ts'
import type { Reason } from '../domain/reason.ts'
import type { Effects, Ports, ReportKey } from './ports.ts'
import { deploymentReports } from './publish.ts'

/** What every deployment begins as. */
export function newDeployment(intent: Intent, project: string, environment: string, ports: Ports): Omit<Deployment, 'kind'> {
  return {
    id: ports.ids(),
    intent: intent.id,
    repository: intent.repository,
    project,
    environment,
    actor: intent.actor,
    state: 'queued',
    createdAt: ports.clock.now().toISOString(),
  }
}

/** Settles an intent with the deployments that come of it, and wakes them. */
export async function settle(intent: Intent, deployments: Deployment[], ports: Ports): Promise<void> {
  const ids = deployments.map(({ id }) => id)
  const reports = deployments.flatMap((deployment) => deploymentReports(deployment))
  await ports.store.intents.settle(intent.id, { kind: 'deployments', ids }, deployments, reports)
  ports.log.info('intent gathered', { intent: intent.id, deployments: ids })
  await Promise.all([...ids.map((id) => ports.queue.wake(`deployment:${id}`)), ports.queue.wake('reports')])
}

/** Settles an intent of which nothing comes. */
export async function nothing(intent: Intent, why: string, ports: Ports): Promise<void> {
  await ports.store.intents.settle(intent.id, { kind: 'nothing-to-do', why }, [])
  ports.log.info('intent needs nothing', { intent: intent.id, why })
}

/** Settles a push that cannot be deployed, for everybody to see at its commit. */
export async function refuse(intent: PushIntent, problems: Problem[], ports: Ports): Promise<void> {
  const wanted: ReportKey[] = ['configuration-status', 'configuration-comment'].map((surface) => ({
    subject: `intent:${intent.id}`,
    surface,
  }))
  await ports.store.intents.settle(intent.id, { kind: 'refused', problems }, [], wanted)
  ports.log.info('intent refused', { intent: intent.id, problems: problems.length })
  await ports.queue.wake('reports')
}

/** Settles a command with an answer that says why not. */
export async function refuseCommand(intent: CommandIntent, why: Reason, ports: Ports): Promise<void> {
  await ports.store.intents.settle(intent.id, { kind: 'command-refused', reason: why }, [], answerReports(intent))
  ports.log.info('command refused', { intent: intent.id, reason: why.code })
  await ports.queue.wake('reports')
}

/** Settles a command that is answered and leads to no deployment of its own, with what it changes. */
export async function answer(intent: CommandIntent, body: string, effects: Effects, ports: Ports): Promise<void> {
  await ports.store.intents.settle(intent.id, { kind: 'answered', body }, [], answerReports(intent), effects)
  ports.log.info('command answered', { intent: intent.id, command: intent.command.kind })
  await ports.queue.wake('reports')
}

const answerReports = ({ id }: CommandIntent): ReportKey[] =>
  ['reaction', 'answer'].map((surface) => ({ subject: `intent:${id}`, surface }))
