import { type Command, type CommandKind, commandRules } from '../../domain/command.ts'
import type { Mistake } from '../../domain/intent.ts'
import { mistake, quoted } from './mistake.ts'

/** A line of a comment whose command is known and whose words are not looked at yet. */
export interface CommandLine {
  kind: CommandKind
  words: string[]
  /** As typed, to show it again. */
  written: string
}

/** What a line means, or what is wrong with it. */
export type Reading = Command | Mistake

/** What stands behind every mistake that has no better remedy. */
export const writeUsage = (kind: CommandKind): string => `Write ${commandRules[kind].usage}`

export function surplus({ kind, written }: CommandLine, words: readonly string[]): Mistake {
  const first = quoted(words[0] ?? '')
  const more = words.length === 1 ? 'is one word' : `and what follows are ${words.length} words`
  return mistake(written, `${first} ${more} too many`, writeUsage(kind))
}

/** As environments can be named at all: what is longer need not be stored to be found unknown. */
const longestName = 63

/** What keeps a word from being the name of an environment, whichever there are. */
export function notAName({ kind, written }: CommandLine, word: string): Mistake | undefined {
  if (word.startsWith('-')) return mistake(written, `there is no option ${quoted(word)}`, writeUsage(kind))
  if (word.length > longestName) return mistake(written, `${quoted(word)} is too long for the name of an environment`, writeUsage(kind))
  return undefined
}
