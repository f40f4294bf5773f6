import type { Problem } from '../../domain/problem.ts'
import type { ChildResult } from './run.ts'
import { positionOf, type SourceFile } from './yaml.ts'

/** In characters. */
const mostWords = 500

/**
 * What Compose says about files it does not accept, with file and line where its words name a place. The words are only
 * shown and searched for keys of the file; no decision hangs on them.
 */
export function complaint(result: Exclude<ChildResult, { kind: 'exited'; code: 0 }>, files: SourceFile[], folder: string): Problem {
  const file = files[0]?.path ?? ''
  if (result.kind === 'timeout') return { file, what: 'Compose did not finish reading it within 20 seconds', remedy: 'Make it simpler' }
  if (result.kind === 'too-much-output') return { file, what: 'it grows beyond 16 MiB when read', remedy: 'Make it smaller' }
  if (result.kind === 'not-started') {
    return {
      file,
      what: `the Compose binary could not be started: ${result.detail}`,
      remedy: "This is for Landfall's operator: install Docker Compose",
    }
  }
  const words = result.stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('time='))
    .join(' ')
    .replaceAll(`${folder}/`, '')
  // Never within a word: half of a value would not be known again as one that must not be told.
  const short = words.length <= mostWords ? words : words.slice(0, Math.max(0, words.lastIndexOf(' ', mostWords)))
  return { ...placeOf(words, files), what: short || `Compose ended with code ${result.code}`, remedy: 'Correct the Compose file' }
}

/** The file that has the longest dotted path among the words, and where it stands there. */
function placeOf(words: string, files: SourceFile[]): { file: string; line?: number; column?: number } {
  const named = files.find((file) => words.includes(file.path))
  const candidates = named ? [named] : files
  const quoted = /service "([^"]+)"/.exec(words)?.[1]
  const dotted = /\b((?:services|networks|volumes|configs|secrets)(?:\.[\w-]+)+)/.exec(words)?.[1]
  const keys = dotted?.split('.') ?? (quoted ? ['services', quoted] : undefined)
  if (keys) {
    const extra = /(?:Additional property |additional properties ')([\w.-]+)/.exec(words)?.[1]
    const full = extra ? [...keys, extra] : keys
    const holder = candidates.find((file) => file.document.hasIn(full)) ?? candidates.find((file) => file.document.hasIn(full.slice(0, 2)))
    if (holder) return { file: holder.path, ...positionOf(holder, full) }
  }
  return { file: (named ?? files[0])?.path ?? '' }
}
