import type { Deployment } from '../domain/deployment.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import { contractOver } from '../policy/contract.ts'
import type { Passing } from './gates.ts'
import { sinceLastSuccess } from './running.ts'

/**
 * Why a commit is not brought while a release counts that nothing older fits; undefined where it may be: it is that release's, came after
 * it before, is built on it or on what runs since, or holds the very files that it was marked for. Where none of that is known it is not
 * brought either.
 */
export async function olderThanContract(passing: Passing): Promise<Reason | undefined> {
  const { repository, environment, revision = '' } = passing.deployment
  const { github } = passing.ports
  const history = await contractHistory(passing)
  const over = contractOver(history)
  if (over?.plan === undefined || over.plan.revision === revision || (await cameSince(over, passing))) return undefined
  const running = runningSince(over, history)
  for (const base of new Set([...(running === undefined ? [] : [running]), over.plan.revision])) {
    const changes = await github.changes(repository, base, revision)
    if (changes?.status === 'ahead' || changes?.status === 'identical') return undefined
    if (base === over.plan.revision && changes?.status === 'behind') return contractBetween(environment, { revision }, over, 'deploy')
  }
  const unknown = await whyUnknown(over, passing)
  return unknown === undefined
    ? undefined
    : reason('contract-unknown', { ...evidenceOf(environment, { revision }, over, 'deploy'), unknown })
}

/** Whether somebody said that it may go over such a release. To `/retry` does not say it again. */
export async function saidOverContract({ deployment, ports }: Passing): Promise<boolean> {
  const asked = await ports.store.intents.read(deployment.intent)
  return asked?.kind === 'command' && asked.command.kind === 'deploy' && asked.command.overContract === true
}

/** What tells which release counts: all since the last that succeeded, and whatever was marked, however long ago. */
async function contractHistory({ deployment: { repository, environment }, ports }: Passing): Promise<Deployment[]> {
  const marked = await ports.store.deployments.contracts(fullName(repository), environment)
  if (marked.length === 0) return []
  const recent = await sinceLastSuccess(repository, environment, ports)
  return [...recent, ...marked.filter(({ id }) => !recent.some((one) => one.id === id))]
}

/** Whether this very commit was verified in the environment since then: what it was brought over is what it fits. */
async function cameSince({ plan: marked }: Deployment, { deployment, ports }: Passing): Promise<boolean> {
  const { repository, environment, revision = '' } = deployment
  const concerned = await ports.store.deployments.concerning(fullName(repository), environment, revision)
  return concerned.some(
    ({ kind, state, plan }) =>
      kind === 'deploy' && state === 'succeeded' && plan?.revision === revision && plan.generation > (marked?.generation ?? 0),
  )
}

/** The commit of what runs, where that came after the release that counts; older work says nothing of it. */
function runningSince({ plan: marked }: Deployment, history: readonly Deployment[]): string | undefined {
  const plan = history.find(({ state }) => state === 'succeeded')?.plan
  return plan && (plan.again ?? plan.generation) > (marked?.generation ?? 0) ? plan.revision : undefined
}

/**
 * Branches that were pushed by force have another past and may hold the same: then the files say it. Undefined where they do; else what
 * nobody knows, for people.
 */
async function whyUnknown({ plan }: Deployment, { deployment, ports }: Passing): Promise<string | undefined> {
  const { repository, revision = '' } = deployment
  const { revision: marked = '', contract } = plan ?? {}
  const apart = `GitHub knows no way from ${shortSha(marked)} to it`
  if (contract?.files === undefined) return apart
  const differing = await ports.github.differences(repository, marked, revision)
  if (differing === undefined) return `${apart}, and does not tell which files differ`
  const file = contract.files.find((path) => differing.includes(path))
  return file === undefined ? undefined : `${apart}, and ${file} is not as it was there`
}

/** What somebody asked for that goes back: a rollback, one to a release they named, or a deployment. */
type Way = 'rollback' | 'named' | 'deploy'

/** What people are told who want to go back over such a release. */
export const contractBetween = (environment: string, to: Pick<Deployment, 'revision'>, over: Deployment, way: Way): Reason =>
  reason('contract-between', evidenceOf(environment, to, over, way))

const evidenceOf = (environment: string, { revision = '' }: Pick<Deployment, 'revision'>, over: Deployment, way: Way) => ({
  environment,
  to: shortSha(revision),
  commit: shortSha(over.plan?.revision ?? ''),
  because: over.plan?.contract?.because.join('; ') ?? '',
  ...(way === 'named' && { named: shortSha(revision) }),
  ...(way === 'deploy' && { deploy: shortSha(revision) }),
})
