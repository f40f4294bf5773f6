import { type CommandKind, commandKinds, type PlainKind } from '../../domain/command.ts'
import { type CommandLine, notAName, type Reading, surplus, writeUsage } from './line.ts'
import { mistake } from './mistake.ts'
import { readOptions } from './options.ts'
import { readDeploy } from './read-deploy.ts'
import { readRollback } from './read-rollback.ts'
import { readRun } from './read-run.ts'

/** Words of a reason that are taken: it is shown again in every place that waits. */
const longestReason = 1000

const readers: Record<CommandKind, (line: CommandLine) => Reading> = {
  deploy: readDeploy,
  rollback: readRollback,
  promote: plain('promote'),
  approve: plain('approve'),
  plan: readPlan,
  status: plain('status'),
  retry: plain('retry'),
  cancel: plain('cancel'),
  reject: readReject,
  lock: readLock,
  unlock: readUnlock,
  run: readRun,
  help: readHelp,
}

/** What a line with a known command says: the command with its words understood, or what is wrong with them. */
export const readCommand = (line: CommandLine): Reading => readers[line.kind](line)

function plain(kind: PlainKind): (line: CommandLine) => Reading {
  return (line) => {
    const [environment, ...rest] = line.words
    if (environment === undefined) return { kind }
    return notAName(line, environment) ?? (rest.length > 0 ? surplus(line, rest) : { kind, environment })
  }
}

function readReject(line: CommandLine): Reading {
  if (line.words.length === 0) return mistake(line.written, 'it does not say why', writeUsage('reject'))
  const text = line.words.join(' ')
  return tooLong(line, text) ?? { kind: 'reject', text }
}

function readLock(line: CommandLine): Reading {
  const options = readOptions(line, ['--all', '--for'])
  if (options.kind === 'mistake') return options
  const { words, everywhere, seconds } = options
  const text = words.join(' ')
  return tooLong(line, text) ?? { kind: 'lock', text, ...(everywhere && { everywhere }), ...(seconds !== undefined && { seconds }) }
}

function readUnlock(line: CommandLine): Reading {
  const options = readOptions(line, ['--all'])
  if (options.kind === 'mistake') return options
  const [environment, ...rest] = options.words
  if (environment === undefined) return { kind: 'unlock', ...(options.everywhere && { everywhere: true }) }
  const wrong = notAName(line, environment)
  if (wrong) return wrong
  if (rest.length > 0) return surplus(line, rest)
  if (!options.everywhere) return { kind: 'unlock', environment }
  return mistake(line.written, 'it names both an environment and --all', writeUsage('unlock'))
}

function readPlan(line: CommandLine): Reading {
  return line.words.length === 0 ? { kind: 'plan' } : surplus(line, line.words)
}

/** `/help` and `/help rollback`; "/help me" in a sentence is a mistake like others. */
function readHelp(line: CommandLine): Reading {
  const [topic, ...rest] = line.words
  const known = topic === undefined || commandKinds.some((name) => name === topic.toLowerCase().replace(/^\//, ''))
  return known && rest.length === 0 ? { kind: 'help' } : surplus(line, line.words)
}

function tooLong(line: CommandLine, text: string) {
  if (text.length <= longestReason) return undefined
  return mistake(line.written, `the reason is longer than ${longestReason} characters`, 'Shorten it, and link to the rest')
}
