import { type CommandLine, notAName, type Reading, surplus, writeUsage } from './line.ts'
import { mistake } from './mistake.ts'

/** `/run <task> [environment]`. Which tasks there are is known only when the repository's file is read. */
export function readRun(line: CommandLine): Reading {
  const [task, environment, ...rest] = line.words
  if (task === undefined) return mistake(line.written, 'it does not say what to run', writeUsage('run'))
  const wrong = notAName(line, task) ?? (environment === undefined ? undefined : notAName(line, environment))
  if (wrong) return wrong
  if (rest.length > 0) return surplus(line, rest)
  return { kind: 'run', task, ...(environment !== undefined && { environment }) }
}
