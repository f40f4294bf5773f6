import { isCommit, isTag, whyNoCommit } from './commit-word.ts'
import { type CommandLine, notAName, type Reading, surplus, writeUsage } from './line.ts'
import { mistake } from './mistake.ts'
import { readOptions } from './options.ts'

/**
 * `/deploy [environment] [commit or tag] [--again] [--over-contract]`. A single word that reads as a commit is one: an environment called `deadbeef` has to
 * be named together with a commit. A tag is named together with an environment: a single word may be either.
 */
export function readDeploy(line: CommandLine): Reading {
  const options = readOptions(line, ['--again', '--over-contract'])
  if (options.kind === 'mistake') return options
  const [first, second, ...rest] = options.words
  const said = { ...(options.again && { again: options.again }), ...(options.overContract && { overContract: options.overContract }) }
  if (first === undefined) return { kind: 'deploy', ...said }
  if (second === undefined && isCommit(first)) return { kind: 'deploy', revision: first.toLowerCase(), ...said }
  const wrong = notAName(line, first)
  if (wrong) return wrong
  if (second === undefined) return { kind: 'deploy', environment: first, ...said }
  if (rest.length > 0) return surplus(line, rest)
  if (isCommit(second)) return { kind: 'deploy', environment: first, revision: second.toLowerCase(), ...said }
  if (isCommit(first)) return mistake(line.written, 'the environment comes before the commit', `Write /deploy ${second} ${first}`)
  if (isTag(second)) return { kind: 'deploy', environment: first, tag: second, ...said }
  return mistake(line.written, whyNoCommit(second), writeUsage('deploy'))
}
