import type { Decision } from '../../../src/policy/gates/decision.ts'

/** What a decision says, short: `waiting checks-pending lint`, with the evidence of this key behind it. */
export function said(decision: Decision, key = 'checks'): string {
  if (decision.kind === 'open') return 'open'
  const { code, evidence } = decision.reason
  return [decision.kind, code, evidence[key]].filter((part) => part).join(' ')
}
