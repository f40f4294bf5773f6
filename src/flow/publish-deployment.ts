import { type Deployment, isAtWork } from '../domain/deployment.ts'
import { problemLines } from '../domain/reason.ts'
import { refusalAnswer } from '../report/answer.ts'
import { chatMessage } from '../report/chat.ts'
import { checkReport } from '../report/check-run.ts'
import type { Links } from '../report/links.ts'
import { unwellComment } from '../report/unwell-comment.ts'
import { commentReports } from './comment-answer.ts'
import { publishOnEnvironmentsPage } from './environments-page.ts'
import { linksOf } from './links-of.ts'
import type { Ports, Report } from './ports.ts'
import { publishCheck } from './publish-check.ts'
import { keepComment } from './publish-once.ts'
import { publishStatuses } from './publish-status.ts'
import { openRevert } from './revert.ts'
import { takenBackBy } from './taken-back.ts'

/** Seconds between two looks at a log that grows: GitHub allows 500 writes an hour, and many deployments may be under way. */
const logPace = 10

/** Publishes one surface of a deployment as it is now. Resolves to what to remember for the next time. */
export async function publishDeployment(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const deployment = await ports.store.deployments.read(id)
  if (!deployment) return report.memory
  const links = linksOf(deployment, ports)
  switch (report.surface) {
    case 'status':
      return publishStatuses(report, deployment, ports)
    case 'deployment':
      return publishOnEnvironmentsPage(report, deployment, links, ports)
    case 'check':
      return deploymentCheck(report, deployment, links, ports)
    case 'revert':
      return revertInGit(report, deployment, ports)
    case 'comment': {
      if (deployment.pullRequest === undefined) return undefined
      const timeline = await ports.store.timeline.read(id)
      const text = unwellComment(deployment, timeline, links) ?? refusalAnswer(deployment.id, problemLines(deployment.reason))
      return keepComment(report, deployment.repository, deployment.pullRequest, { text }, ports)
    }
    default:
      return tellChat(report, deployment, links, ports)
  }
}

/** The check run with the log, which grows slowly enough for GitHub's limits while the deployment is at work. */
async function deploymentCheck(report: Report, deployment: Deployment, links: Links, ports: Ports): Promise<string | undefined> {
  const { store } = ports
  const [timeline, verdicts, takenBack] = await Promise.all([
    store.timeline.read(deployment.id),
    store.verdicts.of(deployment.id),
    takenBackBy(deployment, ports),
  ])
  const wanted = checkReport({ deployment, links, timeline, verdicts, ...(takenBack && { takenBack }) })
  return wanted && publishCheck(report, deployment.repository, wanted, ports, { pace: isAtWork(deployment.state) ? logPace : 0 })
}

/** The pull request that takes back in Git what was rolled back; the answer to the command links to it. */
async function revertInGit(report: Report, deployment: Deployment, ports: Ports): Promise<string | undefined> {
  if (report.memory !== undefined) return report.memory
  const reverted = await openRevert(deployment, ports)
  // GitHub is known to refuse for a moment what concerns a branch that was made just now.
  if (reverted.kind === 'refused' && report.attempts < mostRevertTries)
    throw new Error(`the pull request that reverts was refused: ${reverted.why}`)
  if (deployment.comment) await ports.store.reports.want(commentReports(deployment.repository, deployment.comment, ['answer']))
  return JSON.stringify(reverted)
}

const mostRevertTries = 2

async function tellChat(report: Report, deployment: Deployment, links: Links, ports: Ports): Promise<string | undefined> {
  const message = chatMessage(deployment, links)
  if (!message) return report.memory
  return (await ports.chat.send(report.surface, message, report.memory)) ?? 'sent'
}
