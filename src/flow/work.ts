import { awaySubject, awayWork } from './away.ts'
import { locksWork } from './end-locks.ts'
import { environmentWork } from './environment.ts'
import { fetchWork } from './fetch-ahead.ts'
import { lookWork } from './look.ts'
import type { Ports } from './ports.ts'
import { publishWork } from './publish.ts'
import { pullsWork } from './pull-requests.ts'
import { repositoryWork } from './repository.ts'
import { taskSubject, taskWork } from './run-task.ts'
import { soakSubject, soakWork } from './soak.ts'
import { dueSweeps, sweepWork } from './sweeps.ts'
import type { Work } from './under-lease.ts'

/** What has to be done for a subject that was woken; undefined when there is nothing (any more). */
export async function workFor(subject: string, ports: Ports): Promise<Work | undefined> {
  const [kind, id = ''] = subject.split(':', 2)
  switch (kind) {
    case 'repository':
      return repositoryWork(id, ports)
    case 'deployment':
      return environmentWork(id, ports)
    case 'look':
      return lookWork(id, ports)
    case 'fetch':
      return fetchWork(id, ports)
    case 'away':
      return awayWork(id, ports)
    case 'task':
      return taskWork(id, ports)
    case 'soak':
      return soakWork(id, ports)
    case 'locks':
      return locksWork(id, ports)
    case 'pulls':
      return pullsWork(id, ports)
    case 'reports':
      return publishWork(ports)
    case 'sweep':
      return sweepWork(id, ports)
    default:
      // Nobody in Landfall wakes such a thing: somebody else writes to the queue, or an older Landfall did.
      ports.log.warn('unknown subject dropped', { subject })
      return undefined
  }
}

/** Every subject with open work, as the database knows it: one for each repository and environment is enough to wake it. */
export async function dueSubjects(ports: Ports): Promise<string[]> {
  const [repositories, deployments, soaks, awaiting, tasks, pulls, reports, sweeps] = await Promise.all([
    ports.store.intents.due(),
    ports.store.deployments.due(),
    ports.store.deployments.soaking(),
    ports.store.deployments.awaiting(),
    ports.store.tasks.due(),
    ports.store.wantedPlans.due(),
    ports.store.reports.due(1),
    dueSweeps(ports),
  ])
  return [
    ...repositories.map((name) => `repository:${name}`),
    ...deployments.map((id) => `deployment:${id}`),
    ...soaks.map(soakSubject),
    ...awaiting.map(awaySubject),
    ...tasks.map(taskSubject),
    ...pulls.map((name) => `pulls:${name}`),
    ...(reports.length > 0 ? ['reports'] : []),
    ...sweeps,
  ]
}
