import { readFileSync, statSync } from 'node:fs'
import type { OperatorFile } from '../domain/configuration.ts'
import type { Parsed } from '../domain/problem.ts'
import { problemText } from '../domain/problem.ts'
import type { Log, Operator } from '../flow/ports.ts'

/** How old an answer may be before the file is looked at again. */
const lookEverySeconds = 1

/** Thrown at start for a file that is missing or wrong; the message says all that is. */
export class OperatorFileUnusable extends Error {
  override name = 'OperatorFileUnusable'
}

/**
 * The operator's file, read again when it changes. A change that cannot be used is told in the log, and what was
 * good before stays in force: a typing error must not stop a rollback.
 */
export function watchOperatorFile(path: string, parse: (text: string, file: string) => Parsed<OperatorFile>, log: Log): Operator {
  let stamp = stampOf(path)
  let looked = performance.now()
  let good = load(path, parse)

  return {
    current() {
      if (performance.now() - looked < lookEverySeconds * 1000) return good
      looked = performance.now()
      const now = stampOf(path)
      if (now === stamp) return good
      stamp = now
      try {
        good = load(path, parse)
        log.info('operator file reloaded', { file: path })
      } catch (error) {
        const problems = error instanceof Error ? error.message : 'unknown'
        log.error('operator file cannot be used, the one before stays in force', { file: path, problems })
      }
      return good
    },
  }
}

function load(path: string, parse: (text: string, file: string) => Parsed<OperatorFile>): OperatorFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new OperatorFileUnusable(
      `${path}: cannot be read. Write it (docs/configuration.md has an example) or name another in LANDFALL_OPERATOR.`,
      { cause },
    )
  }
  const parsed = parse(text, path)
  if (parsed.kind === 'invalid') throw new OperatorFileUnusable(parsed.problems.map(problemText).join('\n'))
  return parsed.value
}

/** Editors replace files, so the inode counts too. */
function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : 'missing'
}
