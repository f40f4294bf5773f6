import { askedAbout, type Deployment } from '../domain/deployment.ts'
import type { Reason } from '../domain/reason.ts'

/** Everything that a deployment waits for, first what people are told first; empty where it does not wait. */
export function heldBy({ state, closed, reason }: Pick<Deployment, 'state' | 'closed' | 'reason'>): readonly Reason[] {
  if (state !== 'waiting' && state !== 'paused') return []
  return closed ?? (reason ? [reason] : [])
}

/** Who has to agree, and who has; undefined where nobody need. */
export const approvalMissing = (deployment: Pick<Deployment, 'state' | 'closed' | 'reason'>): Reason | undefined =>
  heldBy(deployment).find(({ code }) => code === 'approval-missing')

/** Whether people have to agree before it goes on. That may take days, and nothing is wrong meanwhile. */
export const waitsForApproval = (deployment: Pick<Deployment, 'state' | 'closed' | 'reason'>): boolean =>
  approvalMissing(deployment) !== undefined

/** Whether they can be asked: what they agree to is known only when nothing else has to come first. */
export const asksForApproval = (deployment: Pick<Deployment, 'state' | 'closed' | 'reason' | 'proposal' | 'rollout'>): boolean =>
  waitsForApproval(deployment) && askedAbout(deployment) !== undefined
