import type { CommandIntent, CommentRef, IntentOutcome } from '../domain/intent.ts'
import { remedyOf, sentenceOf } from '../domain/reason.ts'
import { type AnswerPart, commandAnswer, commentAnswer, refusalAnswer, sinceThen } from '../report/answer.ts'
import { commandText } from '../report/answers/command-text.ts'
import { taskAnswer } from '../report/answers/task.ts'
import { commandKeys } from './comment-answer.ts'
import { linksOf } from './links-of.ts'
import type { Ports, Reaction, Report } from './ports.ts'
import { keepComment } from './publish-once.ts'
import { revertedIn } from './revert.ts'

/** A comment's command, and how it ended where it has. */
interface Given {
  intent: CommandIntent
  comment: CommentRef
  outcome: IntentOutcome | undefined
}

/** Publishes what became of the commands of one comment (`owner/name#12`). Resolves to what to remember for the next time. */
export async function publishComment(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const [repository = '', comment] = id.split('#', 2)
  const stored = await ports.store.intents.withKeys(commandKeys(repository, Number(comment)))
  const given = stored.flatMap(({ intent, outcome }): Given[] =>
    intent.kind === 'command' && intent.comment ? [{ intent, comment: intent.comment, outcome }] : [],
  )
  const [first] = given
  if (!first) return report.memory
  return report.surface === 'reaction' ? react(report, first, given, ports) : answer(report, first, given, ports)
}

/** What the person sees first: that they were heard, and whether something they wrote is not done. Each once. */
async function react({ memory = '' }: Report, { intent, comment }: Given, given: readonly Given[], ports: Ports): Promise<string> {
  const shown = new Set(memory.split(' ').filter((one) => one !== ''))
  for (const reaction of new Set(given.flatMap(({ outcome }) => reactionTo(outcome) ?? []))) {
    if (shown.has(reaction)) continue
    await ports.github.react(intent.repository, comment, reaction)
    shown.add(reaction)
  }
  return [...shown].join(' ')
}

function reactionTo(outcome: IntentOutcome | undefined): Reaction | undefined {
  if (outcome?.kind === 'command-refused') return '-1'
  return outcome?.kind === 'answered' || outcome?.kind === 'deployments' || outcome?.kind === 'task' ? 'eyes' : undefined
}

/** One comment with a part for each command that has come to something, edited where it says something else than before. */
async function answer(report: Report, { comment, intent }: Given, given: readonly Given[], ports: Ports): Promise<string | undefined> {
  const parts = (await Promise.all(given.map((one) => partsOf(one, ports)))).flat()
  if (parts.length === 0) return report.memory
  return keepComment(report, intent.repository, comment.issue, { text: commentAnswer(comment.id, parts) }, ports)
}

async function partsOf({ intent, outcome }: Given, ports: Ports): Promise<AnswerPart[]> {
  const command = commandText(intent.command)
  switch (outcome?.kind) {
    case 'command-refused': {
      const { reason } = outcome
      return [{ command, said: refusalAnswer(intent.id, [`${sentenceOf(reason)}. ${remedyOf(reason)}`]) }]
    }
    case 'answered':
      return [{ command, said: `${outcome.body}${await goneOn(outcome.about, ports)}` }]
    case 'task': {
      const task = await ports.store.tasks.read(outcome.id)
      return task ? [{ command, said: taskAnswer(task) }] : []
    }
    case 'deployments':
      return Promise.all(outcome.ids.map(async (id) => ({ command, said: await deploymentPart(id, ports) })))
    default:
      return []
  }
}

/** How the deployment stands by now that an answer is about. */
async function goneOn(about: string | undefined, ports: Ports): Promise<string> {
  const deployment = about === undefined ? undefined : await ports.store.deployments.read(about)
  return deployment ? sinceThen(deployment, linksOf(deployment, ports)) : ''
}

async function deploymentPart(id: string, ports: Ports): Promise<string> {
  const deployment = await ports.store.deployments.read(id)
  if (!deployment) return ''
  const reverted = await ports.store.reports.memory({ subject: `deployment:${id}`, surface: 'revert' })
  return commandAnswer(deployment, linksOf(deployment, ports), revertedIn(reverted))
}
