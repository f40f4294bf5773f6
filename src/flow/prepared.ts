import type { Plan, Proposal } from '../domain/plan.ts'
import type { Reason } from '../domain/reason.ts'

/** What gathering and deciding came to. */
export type Prepared =
  | { kind: 'planned'; plan: Plan }
  /** Something has to come first; look again after so many seconds. `closed` is all that has to, where that may be several things. */
  | { kind: 'waiting'; reason: Reason; seconds: number; closed?: Reason[]; proposal?: Proposal }
  /** It must not, cannot or need not run; nothing was touched. */
  | { kind: 'refused'; state: 'rejected' | 'failed' | 'superseded'; reason: Reason }

/** A step of preparing: its value, or why preparing ends here. */
export type Step<T> = { kind: 'ok'; value: T } | Exclude<Prepared, { kind: 'planned' }>

export const rejected = (reason: Reason): Exclude<Step<never>, { kind: 'ok' }> => ({ kind: 'refused', state: 'rejected', reason })
export const failed = (reason: Reason): Exclude<Step<never>, { kind: 'ok' }> => ({ kind: 'refused', state: 'failed', reason })
