import type { IntentOutcome, PushIntent } from '../domain/intent.ts'
import { configurationCheck, configurationComment, configurationStatus } from '../report/configuration.ts'
import type { Ports, Report } from './ports.ts'
import { notAllowed, publishCheck } from './publish-check.ts'
import { commentOnce, statusOnce } from './publish-once.ts'

/** Publishes what keeps a push from being deployed. Resolves to what to remember. */
export async function publishIntent(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const [intent, outcome] = await Promise.all([ports.store.intents.read(id), ports.store.intents.outcome(id)])
  if (!intent || !outcome || report.memory !== undefined) return report.memory
  return intent.kind === 'push' ? brokenFile(report, intent, outcome, ports) : undefined
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
