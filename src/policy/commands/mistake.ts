import type { Mistake } from '../../domain/intent.ts'
import { reason } from '../../domain/reason.ts'

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
