import type { Deployment } from '../domain/deployment.ts'
import { fullName } from '../domain/repository.ts'
import { deploymentStatus, githubDeployment, retiredStatus } from '../report/github-deployment.ts'
import type { Links } from '../report/links.ts'
import type { Ports, Report } from './ports.ts'
import { createOnce, removeDoubles } from './publish-once.ts'

/**
 * GitHub's deployment with its statuses. Created once a host is touched; a deployment that went through while GitHub
 * did not answer is still seen in progress before it is seen done. What is remembered is its id and the state told last.
 */
export async function publishOnEnvironmentsPage(
  report: Report,
  deployment: Deployment,
  links: Links,
  ports: Ports,
): Promise<string | undefined> {
  const { repository } = deployment
  if (deployment.startedAt === undefined) return report.memory
  const [id, last] = report.memory?.split(' ') ?? []
  const made = githubDeployment(deployment)
  if (id === undefined) {
    if (!made) return undefined
    const number = await createOnce(report, repository, made, ports)
    // Its statuses come next: should they fail, the id is remembered, and no second deployment is created.
    await ports.store.reports.want([{ subject: report.subject, surface: report.surface }])
    return String(number)
  }
  if (made) await removeDoubles(report, repository, Number(id), made, ports)
  // What is remembered may not be what GitHub shows, where nobody knows how an earlier try ended.
  const told = report.begun ? (await ports.github.lastDeploymentStatus(repository, Number(id)))?.state : last
  const { older, newer } = await neighbours(deployment, ports)
  const [successor] = newer
  const own = deploymentStatus(deployment, links)
  const begun = deploymentStatus({ ...deployment, state: 'pulling' }, links)
  const statuses = [
    ...(told === undefined ? [begun] : []),
    own,
    ...(deployment.state === 'succeeded' && successor ? [retiredStatus(successor)] : []),
  ]
  let shown = told
  for (const status of told === statuses.at(-1)?.state ? [] : statuses) {
    if (status.state !== shown) await ports.github.setDeploymentStatus(repository, Number(id), status)
    shown = status.state
  }
  if (deployment.state === 'succeeded') await retire(older[0], report.surface, ports)
  return `${id} ${shown}`
}

/**
 * GitHub retires older deployments by itself, but not in production environments. Each has its own report, which sees its successor;
 * each looks after the one before it, since the last of several that followed one another quickly knows only its own.
 */
async function retire(older: Deployment | undefined, surface: string, ports: Ports): Promise<void> {
  if (!older) return
  const key = { subject: `deployment:${older.id}`, surface }
  const memory = await ports.store.reports.memory(key)
  if (memory !== undefined && !memory.endsWith(' inactive')) await ports.store.reports.want([key])
}

/** How many deployments of an environment are looked through for the one before and those after. */
const remembered = 50

/** The deployments of its environment that succeeded before and after this one, newest first. */
async function neighbours(deployment: Deployment, ports: Ports): Promise<{ older: Deployment[]; newer: Deployment[] }> {
  const history = await ports.store.deployments.ofEnvironment(fullName(deployment.repository), deployment.environment, remembered)
  const position = history.findIndex(({ id }) => id === deployment.id)
  const succeeded = (part: Deployment[]) => part.filter(({ state }) => state === 'succeeded')
  // One that is not among them is older than all of them.
  if (position === -1) return { older: [], newer: succeeded(history) }
  return { older: succeeded(history.slice(position + 1)), newer: succeeded(history.slice(0, position)) }
}
