import type { Draft, Plan } from '../domain/plan.ts'
import { type AgainRequest, freezeAgain } from './freeze-again.ts'

/**
 * Freezes the same release once more, for hosts that were away when the others got it: they get all that differs there, and the others keep
 * what they have. What let it through then lets it through now. What was run once before it is not run again.
 *
 * @param late names of those hosts
 */
export function freezeLate(request: AgainRequest & { late: string[] }): Draft & Pick<Plan, 'passed'> {
  const {
    release: { unreachable, passed, contract },
    late,
  } = request
  return { ...freezeAgain(request), ...(unreachable && { unreachable }), ...(passed && { passed }), ...(contract && { contract }), late }
}
