import type { Deployment } from '../domain/deployment.ts'
import { surfacesFor } from '../report/surfaces.ts'
import type { Ports, Report, ReportKey } from './ports.ts'
import { publishDeployment } from './publish-deployment.ts'
import { publishIntent } from './publish-intent.ts'
import { askedPause } from './trouble.ts'
import type { Work } from './under-lease.ts'

/** The longest pause between two tries to publish: an outage of an hour ends at most this late. */
const longestPause = 300
const batch = 20

/**
 * The surfaces a deployment in this state should refresh. A command's reaction says at once that it was heard.
 *
 * @param notify chat channels while there is no plan to name them
 */
export function deploymentReports(deployment: Deployment, notify: readonly string[] = []): ReportKey[] {
  const surfaces = [
    ...surfacesFor(deployment, deployment.plan?.notify ?? notify),
    ...(deployment.comment ? ['reaction'] : []),
    ...(tellsProblems(deployment) ? ['comment'] : []),
  ]
  return surfaces.map((surface) => ({ subject: `deployment:${deployment.id}`, surface }))
}

const tellsProblems = ({ state, reason }: Deployment): boolean => state === 'rejected' && reason?.evidence.problems !== undefined

/**
 * Brings every surface that is behind up to what is true now: rendered when it is published, so that states in
 * between coalesce by themselves. A failure puts off that surface alone; no deployment ever waits for one.
 */
export function publishWork(ports: Ports): Work {
  return {
    lease: 'reports',
    async run(_lease, signal) {
      while (!signal.aborted) {
        const due = await ports.store.reports.due(batch)
        if (due.length === 0) return undefined
        // Surfaces of one subject go one after another, so that a status never overtakes an older one of its own.
        const subjects = Object.values(Object.groupBy(due, ({ subject }) => subject))
        await Promise.all(subjects.map(async (reports = []) => publishInTurn(reports, ports)))
      }
      return undefined
    },
  }
}

async function publishInTurn(reports: Report[], ports: Ports): Promise<void> {
  for (const report of reports) {
    try {
      await ports.store.reports.published(report, await publish(report, ports))
    } catch (error) {
      const pause = pauseAfter(error, report.attempts)
      ports.log.warn('report put off', { subject: report.subject, surface: report.surface, attempts: report.attempts + 1, pause, error })
      await ports.store.reports.failed(report, error instanceof Error ? error.message : 'unknown', pause)
    }
  }
}

async function publish(report: Report, ports: Ports): Promise<string | undefined> {
  const [kind, id = ''] = report.subject.split(':', 2)
  return kind === 'deployment' ? publishDeployment(report, id, ports) : publishIntent(report, id, ports)
}

/** What the other side asked for, or ever longer. */
const pauseAfter = (error: unknown, attempts: number): number => askedPause(error) ?? Math.min(longestPause, 2 ** Math.min(attempts, 10))
