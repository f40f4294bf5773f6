import type { Plan } from '../domain/plan.ts'
import { contentOf } from '../plan/content.ts'
import { rejected } from '../policy/gates/approval.ts'
import { obeyCancel } from './cancel.ts'
import { movedAway } from './part-of.ts'
import type { Run } from './run.ts'

/**
 * Looks once more before the first host is touched. Gates were asked when it was planned, which takes a moment and may be long ago where a
 * Landfall died in between: who took it back or rejected it meanwhile is heard, and what people approved has to be part of its branch
 * still. True where that ended it.
 */
export async function endedByLastLook(run: Run, plan: Plan): Promise<boolean> {
  if (await obeyCancel(run)) return true
  const { id, environment, branch, revision = '' } = run.deployment
  const votes = await run.ports.store.verdicts.of(id)
  const rejection = rejected({ environment, votes, revision, content: contentOf(plan, run.ports.signer.fingerprint) })
  const approved = branch !== undefined && votes.some(({ verdict }) => verdict === 'approve')
  const why = rejection ?? (approved ? await movedAway(run.deployment, { kind: 'branch', branch }, run.ports) : undefined)
  if (why) await run.end('rejected', why)
  return why !== undefined
}
