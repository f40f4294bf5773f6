import type { Deployment } from '../domain/deployment.ts'
import { problemLines } from '../domain/reason.ts'
import { commandAnswer, refusalAnswer } from '../report/answer.ts'
import { chatMessage } from '../report/chat.ts'
import { commitStatuses } from '../report/commit-status.ts'
import type { Links } from '../report/links.ts'
import { revisionsBefore } from '../report/wording.ts'
import { neighbours, publishOnEnvironmentsPage } from './environments-page.ts'
import type { Ports, Report } from './ports.ts'
import { commentOnce, statusOnce } from './publish-once.ts'

/** Publishes one surface of a deployment as it is now. Resolves to what to remember for the next time. */
export async function publishDeployment(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const deployment = await ports.store.deployments.read(id)
  if (!deployment) return report.memory
  const links: Links = { github: ports.addresses.github, log: `${ports.addresses.landfall}/deployments/${id}` }
  switch (report.surface) {
    case 'status':
      return statuses(report, deployment, links, ports)
    case 'deployment':
      return publishOnEnvironmentsPage(report, deployment, links, ports)
    case 'reaction':
      if (report.memory === undefined && deployment.comment) await ports.github.react(deployment.repository, deployment.comment, 'eyes')
      return 'eyes'
    case 'answer':
      return keepComment(report, deployment, deployment.comment?.issue, commandAnswer(deployment, links), ports)
    case 'comment': {
      const said = refusalAnswer(deployment.id, problemLines(deployment.reason))
      return keepComment(report, deployment, deployment.pullRequest, said, ports)
    }
    default:
      return tellChat(report, deployment, links, ports)
  }
}

/** Sends what differs from what was sent last: GitHub keeps at most 1,000 statuses for a commit and context. */
async function statuses(report: Report, deployment: Deployment, links: Links, ports: Ports): Promise<string | undefined> {
  // The rollback that took a commit away says so there; a report that comes late must not say otherwise.
  if (deployment.state === 'succeeded' && (await wasTakenAway(deployment, ports))) return report.memory
  const wanted = commitStatuses(deployment, links)
  const memory = JSON.stringify(wanted)
  if (memory === report.memory && !report.begun) return memory
  for (const status of wanted) await statusOnce(report, deployment.repository, status, ports)
  return memory
}

async function wasTakenAway(deployment: Deployment, ports: Ports): Promise<boolean> {
  const { newer } = await neighbours(deployment, ports)
  return newer.some(
    (other) =>
      other.kind === 'rollback' && other.revision !== deployment.revision && revisionsBefore(other).includes(deployment.revision ?? ''),
  )
}

/** One comment, edited from then on. */
async function keepComment(
  report: Report,
  { repository }: Deployment,
  issue: number | undefined,
  body: string,
  ports: Ports,
): Promise<string | undefined> {
  if (issue === undefined) return undefined
  if (report.memory === undefined) return String(await commentOnce(report, repository, issue, body, ports))
  await ports.github.editComment(repository, Number(report.memory), body)
  return report.memory
}

async function tellChat(report: Report, deployment: Deployment, links: Links, ports: Ports): Promise<string | undefined> {
  const message = chatMessage(deployment, links)
  if (!message) return report.memory
  return (await ports.chat.send(report.surface, message, report.memory)) ?? 'sent'
}
