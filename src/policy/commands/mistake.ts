import { type Reason, reason } from '../../domain/reason.ts'

/** A line that was meant as a command and cannot be one. */
export interface Mistake {
  kind: 'mistake'
  /** `command-mistaken`, worded for people. */
  reason: Reason
}

/**
 * @param written the line, as typed
 * @param what what is wrong with it, without a full stop
 * @param remedy what to write instead, without a full stop
 */
export const mistake = (written: string, what: string, remedy: string): Mistake => ({
  kind: 'mistake',
  reason: reason('command-mistaken', { written: shortened(written, 80), what, remedy }),
})

/** A word of somebody's inside a sentence; not all of it where it is long, for sentences are stored. */
export const quoted = (word: string): string => `"${shortened(word, 40)}"`

const shortened = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`)
