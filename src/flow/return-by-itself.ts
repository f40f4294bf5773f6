import type { Deployment } from '../domain/deployment.ts'
import type { RecoveryIntent } from '../domain/intent.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import { type AfterBake, afterBake } from '../policy/after-bake.ts'
import type { Lease, Ports } from './ports.ts'
import { deploymentReports } from './publish.ts'
import { describedBy } from './settle.ts'

/** As far back as a rollback looks for its release. */
const remembered = 500

/** In whose name Landfall goes back by itself. */
const itself = 'landfall'

/** What comes of a release that did not stay well while it baked, as things are now. */
export async function whatComesOf(baked: Deployment, held: string | undefined, { store }: Ports): Promise<AfterBake> {
  const name = fullName(baked.repository)
  const [history, locks] = await Promise.all([store.deployments.ofEnvironment(name, baked.environment, remembered), store.locks.of(name)])
  return afterBake({ baked, history, locks, ...(held !== undefined && { held }) })
}

/** What was seen, and what happens next. */
export function bakeFailed(
  seen: Reason,
  { environment, revision = '' }: Deployment,
  next: Exclude<AfterBake, { kind: 'overtaken' }>,
): Reason {
  const then =
    next.kind === 'stays' ? { stays: next.because, ...(next.contract && { contract: 'yes' }) } : { to: shortSha(next.to.revision ?? '') }
  return reason('bake-failed', { ...seen.evidence, environment, commit: shortSha(revision), ...then })
}

/**
 * Records that it did not stay well, and with it the rollback that takes it back: a deployment of its own, like one that somebody asked
 * for. Both or neither, so that a Landfall that dies here leaves nothing half done.
 */
export async function goBack(baked: Deployment, to: Deployment, why: Reason, lease: Lease, ports: Ports): Promise<void> {
  const { id: deployment, repository, project, environment, revision = '' } = baked
  const now = ports.clock.now().toISOString()
  const id = ports.ids()
  const key = `bake of ${deployment}`
  const intent: RecoveryIntent = { id, key, kind: 'recovery', repository, actor: itself, delivery: key, receivedAt: now }
  const { pullRequest: _, ...told } = describedBy(to)
  const rollback: Deployment = {
    ...{ id: ports.ids(), intent: id, kind: 'rollback', repository, project, environment, actor: itself, state: 'queued', createdAt: now },
    ...told,
    over: { deployment, revision, baked: true },
  }
  const unwell = { ...baked, soak: { state: 'unwell' as const, reason: why } }
  const reports = [
    ...deploymentReports(unwell),
    { subject: `deployment:${deployment}`, surface: 'comment' },
    ...deploymentReports(rollback),
  ]
  await ports.store.deployments.returned({ intent, rollback, watched: deployment, why, reports }, lease)
  ports.log.info('environment goes back by itself', { deployment, environment, rollback: rollback.id })
  await ports.queue.wake(`deployment:${rollback.id}`)
}
