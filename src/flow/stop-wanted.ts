import { type Reason, reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import type { Run } from './run.ts'

/** Why a deployment that pauses after a wave has to end now: somebody cancelled it, or wants to go back. Undefined where nobody does. */
export async function stopWanted({ deployment, ports }: Run, position: number): Promise<Reason | undefined> {
  const { id, environment, repository, plan } = deployment
  const cancelled = (await ports.store.verdicts.of(id)).find(({ verdict }) => verdict === 'cancel')
  const waves = String(plan?.waves.length ?? 0)
  if (cancelled) return reason('stopped-by', { person: cancelled.person, environment, wave: String(position + 1), waves })
  const open = await ports.store.deployments.open(fullName(repository), environment)
  const back = open.find(({ kind }) => kind === 'rollback')
  return back && back.id !== id ? reason('overtaken', { by: `the rollback ${back.actor} asked for` }) : undefined
}
