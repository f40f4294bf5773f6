import { commandWord } from './command-word.ts'
import { type Reading, writeUsage } from './line.ts'
import { mistake } from './mistake.ts'
import { readCommand } from './read-command.ts'
import { spokenLines } from './spoken-lines.ts'

/** Commands of one comment that are taken; whoever writes more has pasted something. */
export const mostCommands = 10

/** GitHub takes no longer comments. */
const longestComment = 65_536

/** A word behind a slash, alone or with others behind it: not the beginning of a path. */
const slashWord = /^\/([a-z-]{1,40}[.,:;!?]{0,3})(?=[\s\p{Cc}]|$)/iu

/**
 * The commands in a comment, in order, and the lines that were nearly some, each with what to write instead. A command is a line of
 * its own that begins with a slash; see `spokenLines` for the lines that count, and `commandWord` for where Landfall's business ends.
 * At most ten are taken; where there are more, an eleventh entry says so. It never throws, and takes time in proportion to the text.
 */
export function readComment(comment: string): Reading[] {
  const readings: Reading[] = []
  for (const line of spokenLines(comment.slice(0, longestComment).toWellFormed())) {
    const reading = readLine(line)
    if (!reading) continue
    if (readings.length === mostCommands) return [...readings, tooMany(line)]
    readings.push(reading)
  }
  return readings
}

function readLine(line: string): Reading | undefined {
  const [begun, word] = slashWord.exec(line) ?? []
  if (begun === undefined || word === undefined) return undefined
  const meant = commandWord(word)
  if (meant.kind === 'not-ours') return undefined
  const words = line
    .slice(begun.length)
    .split(/[\s\p{Cc}]+/u)
    .filter((each) => each !== '')
  const written = [begun, ...words].join(' ')
  if (meant.kind === 'known') return readCommand({ kind: meant.name, words, written })
  return mistake(written, `there is no command /${word} (did you mean /${meant.name}?)`, writeUsage(meant.name))
}

const tooMany = (line: string) =>
  mistake(line, `only the first ${mostCommands} commands of a comment are taken`, 'Write the others in another comment')
