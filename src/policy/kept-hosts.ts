import type { Plan } from '../domain/plan.ts'
import type { ReasonCode } from '../domain/reason.ts'

/** How a deployment stands when it fails. */
export interface FailedOn {
  /** Hosts that were proved, in whichever wave. */
  proved: readonly string[]
  /** Of those the hosts that are not well any more. */
  unwell: readonly string[]
  why: ReasonCode
}

/**
 * Failures that are no verdict of one host on the release: people want all of it back, hosts follow somebody else's orders, or the public
 * address does not show it although all hosts are well.
 */
const concernsAll: ReadonlySet<ReasonCode> = new Set([
  ...(['order-outdated', 'taken-back', 'stopped-by', 'rejected-by', 'approval-never-came', 'url-failed'] as const),
])

/** Hosts that keep the release of a deployment that failed on others, in the plan's order; none where every host goes back. */
export function keptHosts({ onFailure, hosts }: Plan, { proved, unwell, why }: FailedOn): string[] {
  if (onFailure !== 'keep' || concernsAll.has(why)) return []
  return hosts.map(({ name }) => name).filter((name) => proved.includes(name) && !unwell.includes(name))
}
