import type { ApprovalRule } from '../domain/gate.ts'
import type { ApprovalFacts } from '../policy/gates/approval.ts'
import type { Passing } from './gates.ts'
import { whoseChange } from './whose-change.ts'

/** What people said of a deployment and whose change it is; the latter only where a rule asks. */
export async function approvalFacts(
  { deployment, ports }: Passing,
  rules: readonly ApprovalRule[],
): Promise<Pick<ApprovalFacts, 'votes' | 'authors' | 'lastPusher' | 'untold'>> {
  if (rules.length === 0) return { votes: [], authors: [] }
  const said = await ports.store.verdicts.of(deployment.id)
  const votes = said.filter(({ verdict }) => verdict !== 'cancel')
  if (!rules.some(({ notAuthor }) => notAuthor)) return { votes, authors: [] }
  return { votes, ...(await whoseChange({ deployment, ports })) }
}
