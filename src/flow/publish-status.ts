import type { Deployment } from '../domain/deployment.ts'
import { fullName, type Sha } from '../domain/repository.ts'
import { commitStatuses, lastWord } from '../report/commit-status.ts'
import { linksOf } from './links-of.ts'
import type { CommitStatus, Ports, Report, ReportKey } from './ports.ts'
import { statusOnce } from './publish-once.ts'
import { pullComment } from './publish-pull-plan.ts'
import { broughtBefore } from './taken-back.ts'

/**
 * Sends what differs from what was sent last: GitHub keeps at most 1,000 statuses for a commit and context. A report that comes
 * late must not say what is no longer true of a commit: each gets the word of whoever has the last one.
 */
export async function publishStatuses(report: Report, deployment: Deployment, ports: Ports): Promise<string | undefined> {
  const spoke = hasSpoken(report.memory)
  const commits = commitStatuses(deployment, linksOf(deployment, ports), true).map(({ revision }) => revision)
  const words = await Promise.all(commits.map((commit) => wordOn(commit, deployment, spoke, ports)))
  const wanted = words.filter((word) => word !== undefined)
  const memory = JSON.stringify(wanted)
  if (memory === report.memory && !report.begun) return memory
  for (const status of wanted) await statusOnce(report, deployment.repository, status, ports)
  await ports.store.reports.want(await showingWhatIsGone(deployment, commits, ports))
  return memory
}

/** What is remembered where no status was sent. */
const silence = '[]'

const hasSpoken = (memory: string | undefined): boolean => memory !== undefined && memory !== silence

/**
 * While people have to agree there is no dot, unless one is there that has to tell the truth: of this deployment, or of an earlier one that
 * did not go well. That the commit runs already stays true.
 */
async function wordOn(commit: Sha, deployment: Deployment, spoke: boolean, ports: Ports): Promise<CommitStatus | undefined> {
  const { repository, environment } = deployment
  const concerned = await ports.store.deployments.concerning(fullName(repository), environment, commit)
  const word = (spoken: boolean) => lastWord(commit, concerned, (one) => linksOf(one, ports), spoken)
  if (spoke) return word(true)
  const quiet = word(false)
  return quiet === undefined || quiet.state === 'success' ? quiet : word(true)
}

/** After a rollback: the check runs of the commits it took away, and the pull requests they came by. */
async function showingWhatIsGone(rollback: Deployment, commits: readonly Sha[], ports: Ports): Promise<ReportKey[]> {
  if (rollback.kind !== 'rollback' || rollback.state !== 'succeeded') return []
  const gone = commits.filter((commit) => commit !== rollback.revision)
  const brought = (await Promise.all(gone.map((commit) => broughtBefore(rollback, commit, ports)))).flatMap((one) => one ?? [])
  return brought.flatMap(({ id, repository, pullRequest }) => [
    { subject: `deployment:${id}`, surface: 'check' },
    ...(pullRequest === undefined ? [] : [pullComment(repository, pullRequest)]),
  ])
}
