import type { Deployment } from '../domain/deployment.ts'
import { fullName } from '../domain/repository.ts'
import { execute } from './deploy.ts'
import type { Work } from './dispatch.ts'
import type { Lease, Ports } from './ports.ts'
import { prepare } from './prepare.ts'
import { deploymentReports } from './publish.ts'
import { openRun, type Run } from './run.ts'

/** One environment of one repository: the unit in which deployments follow one another. */
export const environmentKey = (deployment: Pick<Deployment, 'repository' | 'environment'>): string =>
  `environment:${fullName(deployment.repository)}/${deployment.environment}`

/** The work a deployment's environment has to do; undefined when the deployment is unknown. */
export async function environmentWork(id: string, ports: Ports): Promise<Work | undefined> {
  const deployment = await ports.store.deployments.read(id)
  if (!deployment) return undefined
  return {
    lease: environmentKey(deployment),
    run: (lease, signal) => serve(deployment, lease, signal, ports),
  }
}

/**
 * Takes the environment's deployments one after another until none can go on. What was begun is finished first;
 * of what waits, the newest intent overtakes older deployments, never a rollback somebody asked for.
 */
async function serve(any: Deployment, lease: Lease, signal: AbortSignal, ports: Ports): Promise<number | undefined> {
  while (!signal.aborted) {
    const open = (await ports.store.deployments.unfinished()).filter((candidate) => environmentKey(candidate) === lease.subject)
    const begun = open.find(({ state }) => state !== 'queued' && state !== 'waiting')
    const newest = open.at(-1)
    if (!newest) return undefined
    if (!begun && open.length > 1) {
      const overtaken = await ports.store.deployments.supersedeOlder(newest, ports.clock.now().toISOString())
      ports.log.info('deployments overtaken', { environment: any.environment, overtaken, by: newest.id })
      if (overtaken.length > 0) {
        await publishOvertaken(overtaken, ports)
        continue
      }
    }
    const again = await step(openRun(begun ?? open[0] ?? newest, lease, signal, ports))
    if (again !== undefined) return again
  }
  return undefined
}

/** Brings one deployment as far as it goes now. Resolves to the seconds to wait when it waits for something. */
async function step(run: Run): Promise<number | undefined> {
  if (run.deployment.state === 'queued' || run.deployment.state === 'waiting') return prepare(run)
  await execute(run)
  return undefined
}

async function publishOvertaken(ids: string[], ports: Ports): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      const deployment = await ports.store.deployments.read(id)
      if (deployment) await ports.store.reports.want(deploymentReports(deployment))
    }),
  )
  await ports.queue.wake('reports')
}
