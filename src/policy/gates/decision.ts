import type { Reason } from '../../domain/reason.ts'

/** What a gate says to a deployment. */
export type Decision = Open | Closed

export interface Open {
  kind: 'open'
  /** What it was seen by, for the record. */
  evidence?: Record<string, string>
}

/** `waiting` may open by itself or through somebody; `refused` does not. */
export type Closed =
  | {
      kind: 'waiting'
      reason: Reason
      /** Seconds after which time alone may change what it says; undefined where only an event can. */
      lookAgain: number | undefined
    }
  | { kind: 'refused'; reason: Reason }

export const open = (evidence?: Record<string, string>): Open => ({ kind: 'open', ...(evidence && { evidence }) })

export const waiting = (reason: Reason, lookAgain?: number): Closed => ({ kind: 'waiting', reason, lookAgain })

export const refused = (reason: Reason): Closed => ({ kind: 'refused', reason })
