import { type Deployment, isAtWork, isTerminal } from '../domain/deployment.ts'
import { asksForApproval } from '../report/held-by.ts'
import { surfacesFor } from '../report/surfaces.ts'
import { contractBecause } from '../report/wording.ts'
import { commentReports } from './comment-answer.ts'
import { type Lease, LeaseLost, type Ports, type Report, type ReportKey } from './ports.ts'
import { publishAsk } from './publish-ask.ts'
import { publishComment } from './publish-comment.ts'
import { publishDeployment } from './publish-deployment.ts'
import { publishIntent } from './publish-intent.ts'
import { publishPullPlan, pullComment } from './publish-pull-plan.ts'
import { publishSecretReminder } from './secret-ages.ts'
import { askedPause, passes } from './trouble.ts'
import type { Work } from './under-lease.ts'

/** The longest pause between two tries to publish: an outage of an hour ends at most this late. */
const longestPause = 300
const batch = 50
/** So often a report may be refused in a way that waiting does not mend; it takes a quarter of an hour. */
const mostRefusals = 12

/**
 * The surfaces a deployment in this state should refresh, and the comments that tell of it.
 *
 * @param notify chat channels while there is no plan to name them
 */
export function deploymentReports(deployment: Deployment, notify: readonly string[] = []): ReportKey[] {
  const surfaces = [
    ...surfacesFor(deployment, deployment.plan?.notify ?? notify),
    ...(tellsProblems(deployment) ? ['comment'] : []),
    ...(deployment.kind === 'rollback' && deployment.state === 'succeeded' && !deployment.plan?.late ? ['revert'] : []),
  ]
  return [
    ...surfaces.map((surface) => ({ subject: `deployment:${deployment.id}`, surface })),
    ...askReports(deployment),
    ...answerReports(deployment),
    ...pullReports(deployment),
  ]
}

/** People who have to agree are told so in chat; what they are shown names the channels before there is a plan. */
const askReports = (deployment: Deployment): ReportKey[] =>
  asksForApproval(deployment)
    ? [...new Set((deployment.plan ?? deployment.proposal?.draft)?.notify)].map((surface) => ({ subject: `ask:${deployment.id}`, surface }))
    : []

/** The comment of the pull request that brought it: who has to agree, and what became of it. */
const pullReports = ({ kind, repository, pullRequest, ...deployment }: Deployment): ReportKey[] =>
  kind === 'deploy' && pullRequest !== undefined && (isTerminal(deployment.state) || asksForApproval(deployment))
    ? [pullComment(repository, pullRequest)]
    : []

/** Answers to the command it comes of, and to those that were about it. */
const answerReports = ({ repository, comment, toldIn = [] }: Deployment): ReportKey[] => [
  ...(comment ? commentReports(repository, comment) : []),
  ...toldIn.flatMap((one) => commentReports(repository, one, ['answer'])),
]

/** The surfaces that show a deployment's record while it grows. One that waits says what for, and nothing that changes by itself. */
export const logReports = ({ id, state, revision }: Deployment): ReportKey[] =>
  isAtWork(state) && revision !== undefined ? [{ subject: `deployment:${id}`, surface: 'check' }] : []

const tellsProblems = (deployment: Deployment): boolean =>
  (deployment.state === 'rejected' && deployment.reason?.evidence.problems !== undefined) || contractBecause(deployment) !== undefined

/**
 * Brings every surface that is behind up to what is true now: rendered when it is published, so that states in
 * between coalesce by themselves. A failure puts off that surface alone; no deployment ever waits for one.
 */
export function publishWork(ports: Ports): Work {
  return {
    lease: 'reports',
    async run(lease, signal) {
      /** What is being published, by turn. */
      const going = new Map<string, Promise<void>>()
      while (!signal.aborted) {
        // As it was before asking: a turn that ends meanwhile has published what the answer still counts as due.
        const busy = new Set(going.keys())
        const due = (await ports.store.reports.due(batch)).filter((report) => !busy.has(turnOf(report)))
        for (const [turn, reports = []] of Object.entries(Object.groupBy(due, turnOf))) {
          going.set(
            turn,
            publishInTurn(reports, lease, signal, ports).finally(() => going.delete(turn)),
          )
        }
        if (going.size === 0) return undefined
        // One that hangs holds up its own turn; for what became due meanwhile nobody waits longer than a moment.
        const looking = new AbortController()
        await Promise.race([...going.values(), ports.clock.sleep(1, looking.signal)])
        looking.abort()
      }
      await Promise.all(going.values())
      return undefined
    },
  }
}

/**
 * Reports that go one after another: what GitHub is told of one subject, so that a status never overtakes an older one of its own,
 * and what one chat channel is told, which shows messages in the order they come.
 */
const turnOf = ({ subject, surface }: Report): string => (surface.includes(':') ? surface : subject)

async function publishInTurn(reports: Report[], lease: Lease, signal: AbortSignal, ports: Ports): Promise<void> {
  for (const report of reports) {
    if (signal.aborted) return
    try {
      // Noted under the lease: whoever lost it while the process hung must not tell what its successor tells as well.
      await ports.store.reports.begin(report, lease)
    } catch (error) {
      if (error instanceof LeaseLost) return
      throw error
    }
    try {
      await ports.store.reports.published(report, await publish(report, ports))
    } catch (error) {
      await putOff(report, error, ports)
    }
    // GitHub knows no leases: what was on its way when the process began to hang has arrived late.
    if (!(await ports.store.leases.holds(lease))) return ports.store.reports.doubt(report)
  }
}

/**
 * Tries it again later, unless it was refused again and again for what it is: a comment on a conversation that was locked or deleted
 * since. Where not even that can be noted the report stays due: the database is the trouble, and the next look finds it again.
 */
async function putOff(report: Report, error: unknown, ports: Ports): Promise<void> {
  const { subject, surface, attempts } = report
  if (attempts + 1 >= mostRefusals && !passes(error)) {
    ports.log.error('report given up', { subject, surface, attempts: attempts + 1, error })
    return ports.store.reports.published(report, undefined)
  }
  const pause = pauseAfter(error, attempts)
  ports.log.warn('report put off', { subject, surface, attempts: attempts + 1, pause, error })
  await ports.store.reports
    .failed(report, error instanceof Error ? error.message : 'unknown', pause)
    .catch((failure: unknown) => ports.log.error('report could not be put off', { subject, surface, error: failure }))
}

async function publish(report: Report, ports: Ports): Promise<string | undefined> {
  const [kind, id = ''] = report.subject.split(':', 2)
  switch (kind) {
    case 'deployment':
      return publishDeployment(report, id, ports)
    case 'ask':
      return publishAsk(report, id, ports)
    case 'comment':
      return publishComment(report, id, ports)
    case 'pull':
      return publishPullPlan(report, id, ports)
    case 'secrets':
      return publishSecretReminder(report, id, ports)
    default:
      return publishIntent(report, id, ports)
  }
}

/** What the other side asked for, or ever longer. */
const pauseAfter = (error: unknown, attempts: number): number => askedPause(error) ?? Math.min(longestPause, 2 ** Math.min(attempts, 10))
