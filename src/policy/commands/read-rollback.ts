import type { RollbackTo } from '../../domain/command.ts'
import { isCommit, isTag, whyNoCommit } from './commit-word.ts'
import { type CommandLine, notAName, type Reading, surplus, writeUsage } from './line.ts'
import { mistake } from './mistake.ts'
import { readOptions } from './options.ts'

/** `/rollback [environment] [to <commit, tag, #pull request or generation>] [--over-contract]` */
export function readRollback(line: CommandLine): Reading {
  const options = readOptions(line, ['--over-contract'])
  if (options.kind === 'mistake') return options
  const read = readTarget({ ...line, words: options.words })
  return read.kind === 'rollback' && options.overContract ? { ...read, overContract: true } : read
}

function readTarget(line: CommandLine): Reading {
  const [first, second] = line.words
  if (first === undefined) return { kind: 'rollback' }
  if (isTo(first)) return withTarget(line, {}, line.words.slice(1))
  if (second === undefined && targetOf(first)) return toMissing(line, first)
  const wrong = notAName(line, first)
  if (wrong) return wrong
  if (second === undefined) return { kind: 'rollback', environment: first }
  if (isTo(second)) return withTarget(line, { environment: first }, line.words.slice(2))
  if (line.words.length === 2 && targetOf(second)) return toMissing(line, second, first)
  return surplus(line, line.words.slice(1))
}

const isTo = (word: string): boolean => word.toLowerCase() === 'to'

function withTarget(line: CommandLine, named: { environment?: string }, words: readonly string[]): Reading {
  const [word, ...rest] = words
  if (word === undefined) return mistake(line.written, 'it does not say what to go back to', writeUsage('rollback'))
  if (rest.length > 0) return surplus(line, rest)
  const to = namedRelease(word)
  if (to) return { kind: 'rollback', ...named, to }
  const remedy = 'Write a commit of at least 7 digits, a tag, a pull request such as #12, or the number of a generation'
  return mistake(line.written, whyNoCommit(word), remedy)
}

/** Without the word, what was meant as a target would be taken for an environment, and the other way round. */
const toMissing = (line: CommandLine, target: string, environment = '') =>
  mistake(line.written, '"to" is missing', `Write /rollback ${environment}${environment && ' '}to ${target}`)

/** The same where only a release can stand: then a word may be a tag as well. */
export const namedRelease = (word: string): RollbackTo | undefined =>
  targetOf(word) ?? (isTag(word) ? { kind: 'tag', name: word } : undefined)

/** Which release a word names that could be an environment; undefined where it names none. Six digits and fewer are a number; more are the beginning of a commit, and no project has a million releases. */
function targetOf(word: string): RollbackTo | undefined {
  if (/^#[1-9]\d{0,8}$/.test(word)) return { kind: 'pull-request', number: Number(word.slice(1)) }
  if (/^[1-9]\d{0,5}$/.test(word)) return { kind: 'generation', generation: Number(word) }
  return isCommit(word) ? { kind: 'commit', revision: word.toLowerCase() } : undefined
}
