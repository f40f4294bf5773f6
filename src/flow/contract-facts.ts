import type { Deployment } from '../domain/deployment.ts'
import { contractLabel, type StepRule } from '../domain/one-off.ts'
import type { Contract } from '../domain/plan.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import { contractIn, contractOver } from '../policy/contract.ts'
import { changedFiles } from './changed-files.ts'
import type { Passing } from './gates.ts'
import { lastSuccess } from './running.ts'

/** How many deployments back a release is looked for that nothing older fits. */
const remembered = 50

/**
 * Why nothing older than this will fit once it was deployed; undefined where it does. GitHub is asked only where something is run before hosts
 * change: for the files, and for the labels of all pull requests that come with it.
 */
export async function contractOf(before: readonly StepRule[], { deployment, ports }: Passing): Promise<Contract | undefined> {
  const { repository, environment, revision = '' } = deployment
  const last = before.length === 0 ? undefined : await lastSuccess(repository, environment, ports)
  // Of a first release there is nothing to go back to.
  if (last?.revision === undefined || last.revision === revision) return undefined
  const asksForFiles = before.some(({ contract }) => contract !== undefined)
  const [changes, labelled] = await Promise.all([
    asksForFiles ? ports.github.changes(repository, last.revision, revision) : undefined,
    labelledSince(last, { deployment, ports }),
  ])
  return contractIn(before, { changed: changedFiles(changes), labelled })
}

/** Of those that were to come since then, what this one overtook included: it brings their changes, too. */
async function labelledSince(last: Deployment, { deployment, ports }: Pick<Passing, 'deployment' | 'ports'>): Promise<number[]> {
  const { repository, environment, pullRequest } = deployment
  const history = await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const since = history.slice(
    0,
    Math.max(
      0,
      history.findIndex(({ id }) => id === last.id),
    ),
  )
  const numbers = new Set([pullRequest, ...since.map((one) => one.pullRequest)].flatMap((number) => number ?? []))
  const pulls = await Promise.all([...numbers].map((number) => ports.github.pullRequest(repository, number)))
  return pulls.flatMap((pull) => (pull?.labels.includes(contractLabel) ? [pull.number] : []))
}

/** Why a commit is not brought that is older than a release that nothing older fits; undefined where it may be. */
export async function olderThanContract({ deployment, ports }: Passing): Promise<Reason | undefined> {
  const { repository, environment, revision = '' } = deployment
  const over = contractOver(await ports.store.deployments.ofEnvironment(fullName(repository), environment, remembered))
  if (over?.revision === undefined || over.revision === revision) return undefined
  const changes = await ports.github.changes(repository, over.revision, revision)
  return changes?.status === 'behind' ? contractBetween(environment, { revision }, over) : undefined
}

/** What people are told who want to go back over such a release. @param named whether they named where to */
export const contractBetween = (
  environment: string,
  { revision = '' }: Pick<Deployment, 'revision'>,
  over: Deployment,
  named = true,
): Reason =>
  reason('contract-between', {
    environment,
    to: shortSha(revision),
    commit: shortSha(over.revision ?? ''),
    because: over.plan?.contract?.because.join('; ') ?? '',
    ...(named && { named: shortSha(revision) }),
  })
