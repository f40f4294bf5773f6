import type { Deployment } from '../domain/deployment.ts'
import type { CommandIntent, Intent, IntentOutcome, PushIntent } from '../domain/intent.ts'
import type { Problem } from '../domain/problem.ts'
import { type Reason, remedyOf, sentenceOf } from '../domain/reason.ts'
import { commentReports } from './comment-answer.ts'
import type { Effects, Ports, ReportKey } from './ports.ts'
import { deploymentReports } from './publish.ts'

/** What every deployment begins as. */
export function newDeployment(
  intent: Intent,
  project: string,
  environment: string,
  ports: Pick<Ports, 'ids' | 'clock'>,
): Omit<Deployment, 'kind'> {
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

/** What people are told of the commit that a deployment brought, for another one that brings it again. */
export const describedBy = ({
  subject,
  author,
  pullRequest,
}: Pick<Deployment, 'subject' | 'author' | 'pullRequest'>): Partial<Deployment> => ({
  ...(subject !== undefined && { subject }),
  ...(author !== undefined && { author }),
  ...(pullRequest !== undefined && { pullRequest }),
})

/** The same, with the commit and where it came from. */
export const broughtBy = ({ revision, branch, tag, ...more }: Deployment): Partial<Deployment> => ({
  ...describedBy(more),
  ...(revision !== undefined && { revision }),
  ...(branch !== undefined && { branch }),
  ...(tag !== undefined && { tag }),
})

/**
 * Settles an intent with the deployments that come of it, and wakes them.
 *
 * @param problems what keeps a push from being deployed by other projects of the repository
 */
export async function settle(
  intent: Intent,
  deployments: Deployment[],
  ports: Pick<Ports, 'store' | 'log' | 'queue'>,
  problems: Problem[] = [],
): Promise<void> {
  const ids = deployments.map(({ id }) => id)
  const reports = [
    ...deployments.flatMap((deployment) => deploymentReports(deployment)),
    ...(problems.length > 0 ? problemReports(intent) : []),
  ]
  const outcome = { kind: 'deployments' as const, ids, ...(problems.length > 0 && { problems }) }
  await ports.store.intents.settle(intent.id, outcome, deployments, reports)
  ports.log.info('intent gathered', { intent: intent.id, deployments: ids, ...(problems.length > 0 && { problems: problems.length }) })
  await Promise.all(ids.map((id) => ports.queue.wake(`deployment:${id}`)))
  // What a push brought is told of with the next look: by then it is known what it waits for, and that is one write less.
  if (problems.length > 0 || deployments.some(({ comment }) => comment !== undefined)) await ports.queue.wake('reports')
}

/** Settles an intent of which nothing comes. */
export async function nothing(intent: Intent, why: string, ports: Ports): Promise<void> {
  await ports.store.intents.settle(intent.id, { kind: 'nothing-to-do', why }, [])
  ports.log.info('intent needs nothing', { intent: intent.id, why })
}

/** Settles a push that cannot be deployed, for everybody to see at its commit. */
export async function refuse(intent: PushIntent, problems: Problem[], ports: Ports): Promise<void> {
  await ports.store.intents.settle(intent.id, { kind: 'refused', problems }, [], problemReports(intent))
  ports.log.info('intent refused', { intent: intent.id, problems: problems.length })
  await ports.queue.wake('reports')
}

const problemReports = ({ id }: Intent): ReportKey[] =>
  ['configuration-check', 'configuration-comment'].map((surface) => ({ subject: `intent:${id}`, surface }))

/**
 * Settles a command with an answer that says why not. One that was given at the side of a deployment, where no comment waits for an
 * answer, is told in its record and in its check run.
 */
export async function refuseCommand(intent: CommandIntent, why: Reason, ports: Ports): Promise<void> {
  const { command, deployment, actor } = intent
  const text = `/${command.kind} of ${actor} was refused: ${sentenceOf(why)}. ${remedyOf(why)}`
  const entry = { at: ports.clock.now().toISOString(), step: 'command', text }
  const effects = deployment === undefined ? {} : { note: { deployment, entry } }
  const shown = deployment === undefined ? [] : [{ subject: `deployment:${deployment}`, surface: 'check' }]
  const reports = [...answerReports(intent), ...shown]
  await ports.store.intents.settle(intent.id, { kind: 'command-refused', reason: why }, [], reports, effects)
  ports.log.info('command refused', { intent: intent.id, reason: why.code })
  await ports.queue.wake('reports')
}

/** Settles a command that is answered and leads to no deployment of its own, with what it changes. */
export async function answer(
  intent: CommandIntent,
  body: string,
  effects: Omit<Effects, 'verdict' | 'tellIn'>,
  ports: Ports,
): Promise<void> {
  await answerWith(effects, intent, { body }, ports)
}

/** Settles a command by what is under way already: its answer goes on to tell of that. */
export async function answerAbout(deployment: Pick<Deployment, 'id'>, intent: CommandIntent, body: string, ports: Ports): Promise<void> {
  await answerWith({}, intent, { body, about: deployment.id }, ports)
}

/**
 * Settles a command with somebody's word on a deployment. `too late`: it has gone on meanwhile, and nothing was settled.
 *
 * @param said what is answered; the answer goes on to tell of the deployment `about` with this id
 */
export const answerVerdict = (
  verdict: NonNullable<Effects['verdict']>,
  intent: CommandIntent,
  said: Answer,
  ports: Ports,
): Promise<'settled' | 'too late'> => answerWith({ verdict }, intent, said, ports)

type Answer = Omit<IntentOutcome & { kind: 'answered' }, 'kind'>

async function answerWith(effects: Effects, intent: CommandIntent, said: Answer, ports: Ports): Promise<'settled' | 'too late'> {
  const { comment } = intent
  const told = said.about === undefined || comment === undefined ? {} : { tellIn: { deployment: said.about, comment } }
  const outcome = { kind: 'answered' as const, ...said }
  const ended = await ports.store.intents.settle(intent.id, outcome, [], answerReports(intent), { ...effects, ...told })
  if (ended === 'too late') return ended
  ports.log.info('command answered', { intent: intent.id, command: intent.command.kind })
  await ports.queue.wake('reports')
  return ended
}

/** Where what comes of a command is told: in answer to its comment. */
export const answering = ({ comment }: CommandIntent): Pick<Deployment, 'comment'> => (comment === undefined ? {} : { comment })

const answerReports = ({ repository, comment }: CommandIntent): ReportKey[] =>
  comment === undefined ? [] : commentReports(repository, comment)
