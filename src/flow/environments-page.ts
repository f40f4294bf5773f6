import type { Deployment } from '../domain/deployment.ts'
import { fullName } from '../domain/repository.ts'
import { deploymentStatus, githubDeployment, retiredStatus } from '../report/github-deployment.ts'
import type { Links } from '../report/links.ts'
import type { Ports, Report } from './ports.ts'
import { createOnce, deploymentStatusOnce } from './publish-once.ts'

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
  const [id, told] = report.memory?.split(' ') ?? []
  if (id === undefined) {
    const created = githubDeployment(deployment)
    if (!created) return undefined
    const made = await createOnce(report, repository, created, ports)
    // Its statuses come next: should they fail, the id is remembered, and no second deployment is created.
    await ports.store.reports.want([{ subject: report.subject, surface: report.surface }])
    return String(made)
  }
  const { older, newer } = await neighbours(deployment, ports)
  const [successor] = newer
  const own = deploymentStatus(deployment, links)
  const begun = deploymentStatus({ ...deployment, state: 'pulling' }, links)
  const statuses = [
    ...(told === undefined ? [begun] : []),
    own,
    ...(deployment.state === 'succeeded' && successor ? [retiredStatus(successor)] : []),
  ]
  let last = told
  for (const status of statuses) {
    if (status.state !== last) await deploymentStatusOnce(report, repository, Number(id), status, ports)
    last = status.state
  }
  if (deployment.state === 'succeeded' && !successor) await retire(older[0], deployment, ports)
  return `${id} ${last}`
}

/** GitHub retires older deployments by itself, but not in production environments. */
async function retire(older: Deployment | undefined, newer: Deployment, ports: Ports): Promise<void> {
  const memory = older && (await ports.store.reports.memory({ subject: `deployment:${older.id}`, surface: 'deployment' }))
  const [id] = memory?.split(' ') ?? []
  if (id !== undefined) await ports.github.setDeploymentStatus(newer.repository, Number(id), retiredStatus(newer))
}

/** How many deployments of an environment are looked through for the one before and those after. */
const remembered = 50

/** The deployments of its environment that succeeded before and after this one, newest first. */
export async function neighbours(deployment: Deployment, ports: Ports): Promise<{ older: Deployment[]; newer: Deployment[] }> {
  const history = await ports.store.deployments.ofEnvironment(fullName(deployment.repository), deployment.environment, remembered)
  const position = history.findIndex(({ id }) => id === deployment.id)
  const succeeded = (part: Deployment[]) => part.filter(({ state }) => state === 'succeeded')
  // One that is not among them is older than all of them.
  if (position === -1) return { older: [], newer: succeeded(history) }
  return { older: succeeded(history.slice(position + 1)), newer: succeeded(history.slice(0, position)) }
}
