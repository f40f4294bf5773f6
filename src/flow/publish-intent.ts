import type { CommandIntent, IntentOutcome, PushIntent } from '../domain/intent.ts'
import { type Reason, remedyOf, sentenceOf } from '../domain/reason.ts'
import { refusalAnswer } from '../report/answer.ts'
import { configurationCheck, configurationComment, configurationStatus } from '../report/configuration.ts'
import type { Ports, Report } from './ports.ts'
import { notAllowed, publishCheck } from './publish-check.ts'
import { commentOnce, statusOnce } from './publish-once.ts'

/** Publishes what became of an intent that led to no deployment. Resolves to what to remember. */
export async function publishIntent(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const [intent, outcome] = await Promise.all([ports.store.intents.read(id), ports.store.intents.outcome(id)])
  if (!intent || !outcome || report.memory !== undefined) return report.memory
  // Who is at the command line sees there what comes of it.
  if (intent.kind === 'operator') return undefined
  return intent.kind === 'push' ? brokenFile(report, intent, outcome, ports) : answered(report, intent, outcome, ports)
}

async function brokenFile(report: Report, intent: PushIntent, outcome: IntentOutcome, ports: Ports): Promise<string | undefined> {
  if ((outcome.kind !== 'refused' && outcome.kind !== 'deployments') || outcome.problems === undefined) return undefined
  const othersGo = outcome.kind === 'deployments'
  const source = { github: ports.addresses.github, repository: intent.repository, revision: intent.after, othersGo }
  if (report.surface !== 'configuration-comment') {
    const shown = await publishCheck(report, intent.repository, configurationCheck(source, outcome.problems, intent.id), ports)
    // Without a pull request it would be told nowhere.
    if (shown === notAllowed) await statusOnce(report, intent.repository, configurationStatus(source, outcome.problems), ports)
    return shown
  }
  const pullRequest = await ports.github.pullRequestOf(intent.repository, intent.after)
  if (pullRequest === undefined) return 'pushed without a pull request'
  const said = configurationComment(source, outcome.problems, `configuration:${intent.id}`)
  return String(await commentOnce(report, intent.repository, pullRequest, said, ports))
}

async function answered(report: Report, intent: CommandIntent, outcome: IntentOutcome, ports: Ports): Promise<string | undefined> {
  if (intent.comment === undefined || (outcome.kind !== 'command-refused' && outcome.kind !== 'answered')) return undefined
  if (report.surface === 'reaction') {
    const reaction = outcome.kind === 'answered' ? 'eyes' : '-1'
    await ports.github.react(intent.repository, intent.comment, reaction)
    return reaction
  }
  const refused = (why: Reason) => refusalAnswer(intent.id, [`${sentenceOf(why)}. ${remedyOf(why)}`])
  const said = outcome.kind === 'answered' ? outcome.body : refused(outcome.reason)
  return String(await commentOnce(report, intent.repository, intent.comment.issue, said, ports))
}
