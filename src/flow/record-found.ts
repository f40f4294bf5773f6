import type { Deployment } from '../domain/deployment.ts'
import type { RecoveryIntent } from '../domain/intent.ts'
import { reason } from '../domain/reason.ts'
import type { Receipt } from '../domain/receipt.ts'
import { fullName } from '../domain/repository.ts'
import type { Learning } from './learn.ts'
import type { Ports } from './ports.ts'
import { deploymentReports } from './publish.ts'
import { openRun } from './run.ts'

/**
 * Stores what administrators did on hosts, oldest first. The last of it is told everywhere; what came before it only on the commits it took
 * away. A rollback somebody asked for meanwhile without naming a release has come true by it: carried out as well, it would go one too far.
 */
export async function recordFound(made: Deployment[], receipts: Receipt[], learning: Learning): Promise<void> {
  const { repository, environment, lease, ports } = learning
  const id = ports.ids()
  const key = `found on hosts ${fullName(repository)} ${environment} ${id}`
  const receivedAt = ports.clock.now().toISOString()
  const intent: RecoveryIntent = { id, key, kind: 'recovery', repository, actor: 'landfall', delivery: key, receivedAt }
  const deployments = made.map((deployment) => ({ ...deployment, intent: id }))
  const end = deployments.at(-1)
  const reports = deployments.flatMap((one) => deploymentReports(one).filter(({ surface }) => one === end || surface === 'status'))
  await ports.store.deployments.found({ intent, deployments, receipts, reports }, lease)
  for (const { id: deployment, actor, state } of deployments)
    ports.log.info('deployment found on hosts', { deployment, environment, actor, state })
  if (end?.state === 'succeeded') await endRollbacks(end, learning)
  await ports.queue.wake('reports')
}

async function endRollbacks(done: Deployment, { repository, environment, lease, signal, ports, preparing }: Learning): Promise<void> {
  const open = await ports.store.deployments.open(fullName(repository), environment)
  for (const asked of open.filter((one) => namesNone(one) && one.id !== preparing)) {
    await openRun(asked, lease, signal, ports).end('superseded', satisfiedBy(done.actor))
  }
}

/** Whether a rollback names no release: the one before, whatever that is. */
export const namesNone = ({ kind, revision }: Deployment): boolean => kind === 'rollback' && revision === undefined

/** Why a rollback needs not be made any more. */
export const satisfiedBy = (actor: string) => reason('overtaken', { by: `the rollback by ${actor}` })

export async function noteFound({ id }: Deployment, lines: { text: string; host?: string }[], { store, clock }: Ports): Promise<void> {
  const at = clock.now().toISOString()
  await store.timeline.append(
    id,
    lines.map((line) => ({ at, step: 'host', ...line })),
  )
}
