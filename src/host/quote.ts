import type { Command } from './command.ts'

const needsNoQuotes = /^[A-Za-z0-9._:@/+=-]+$/

/**
 * One word as a POSIX shell reads it back unchanged. The only quoter in Landfall: every string that any shell sees comes
 * from here. Words of letters, digits and a few marks stay bare, the only form that landfall-shell accepts.
 * Throws on NUL, which no argument can hold.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new Error('a shell word cannot hold NUL')
  return needsNoQuotes.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** Words as one shell line. */
export const quoteAll = (words: readonly string[]): string => words.map(quote).join(' ')

/** What is sent for a command: `within 300 switch shop production 7`. */
export const commandLine = (command: Command): string => quoteAll(['within', String(command.limit), command.verb, ...command.args])
