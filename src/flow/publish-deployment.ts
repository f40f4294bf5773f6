import type { Deployment } from '../domain/deployment.ts'
import { problemLines } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { commandAnswer, refusalAnswer } from '../report/answer.ts'
import { chatMessage } from '../report/chat.ts'
import { commitStatuses } from '../report/commit-status.ts'
import { deploymentStatus, githubDeployment, retiredStatus } from '../report/github-deployment.ts'
import type { Links } from '../report/links.ts'
import type { Ports, Report } from './ports.ts'

/** Publishes one surface of a deployment as it is now. Resolves to what to remember for the next time. */
export async function publishDeployment(report: Report, id: string, ports: Ports): Promise<string | undefined> {
  const deployment = await ports.store.deployments.read(id)
  if (!deployment) return report.memory
  const links: Links = { github: ports.addresses.github, log: `${ports.addresses.landfall}/deployments/${id}` }
  switch (report.surface) {
    case 'status':
      return statuses(report, deployment, links, ports)
    case 'deployment':
      return environmentsPage(report, deployment, links, ports)
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
async function statuses(report: Report, deployment: Deployment, links: Links, ports: Ports): Promise<string> {
  const wanted = commitStatuses(deployment, links)
  const memory = JSON.stringify(wanted)
  if (memory === report.memory) return memory
  for (const status of wanted) await ports.github.setStatus(deployment.repository, status)
  return memory
}

/**
 * GitHub's deployment with its statuses. Created once a host is touched; a deployment that went through while GitHub
 * did not answer is still seen in progress before it is seen done. What is remembered is its id and the state told last.
 */
async function environmentsPage(report: Report, deployment: Deployment, links: Links, ports: Ports): Promise<string | undefined> {
  const { repository } = deployment
  if (deployment.startedAt === undefined) return report.memory
  let [id, told] = report.memory?.split(' ') ?? []
  if (id === undefined) {
    const created = githubDeployment(deployment)
    if (!created) return undefined
    id = String(await ports.github.createDeployment(repository, created))
    const begun = deploymentStatus({ ...deployment, state: 'pulling' }, links)
    await ports.github.setDeploymentStatus(repository, Number(id), begun)
    told = begun.state
  }
  const status = deploymentStatus(deployment, links)
  if (status.state !== told) await ports.github.setDeploymentStatus(repository, Number(id), status)
  if (deployment.state === 'succeeded') await retireOlder(deployment, ports)
  return `${id} ${status.state}`
}

/** GitHub retires older deployments by itself, but not in production environments. */
async function retireOlder(newer: Deployment, ports: Ports): Promise<void> {
  const history = await ports.store.deployments.ofEnvironment(fullName(newer.repository), newer.environment, 10)
  const before = history.slice(history.findIndex(({ id }) => id === newer.id) + 1).find(({ state }) => state === 'succeeded')
  const memory = before && (await ports.store.reports.memory({ subject: `deployment:${before.id}`, surface: 'deployment' }))
  const [id] = memory?.split(' ') ?? []
  if (id !== undefined) await ports.github.setDeploymentStatus(newer.repository, Number(id), retiredStatus(newer))
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
  if (report.memory === undefined) return String(await ports.github.comment(repository, issue, body))
  await ports.github.editComment(repository, Number(report.memory), body)
  return report.memory
}

async function tellChat(report: Report, deployment: Deployment, links: Links, ports: Ports): Promise<string | undefined> {
  const message = chatMessage(deployment, links)
  if (!message) return report.memory
  return (await ports.chat.send(report.surface, message, report.memory)) ?? 'sent'
}
