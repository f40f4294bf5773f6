import { expect, test } from 'vitest'
import { type ReasonCode, reason, reasonCodes, remedyOf } from '../../src/domain/reason.ts'
import { readComment } from '../../src/policy/commands/read-comment.ts'
import { resolveEnvironment } from '../../src/policy/commands/resolve-environment.ts'

const evidence: Record<string, string> = {
  environment: 'production',
  after: 'staging and uat',
  revision: 'a'.repeat(40),
  commit: 'aaaaaaa',
  known: 'production, staging',
  command: '/reject production why',
  example: '/deploy production',
  from: 'lisa',
}
const full = new Proxy(evidence, { get: (known, key) => (typeof key === 'string' ? (known[key] ?? '') : undefined) })

/** What a remedy tells people to write in a comment. */
const named = (remedy: string): string[] => [...remedy.matchAll(/`(\/[^`]*)`/g)].flatMap(([, command]) => command ?? [])

/** Those that a bare slash stands for something else in are none; a path of a file is no command of ours. */
const commands = reasonCodes.flatMap((code) =>
  named(remedyOf({ code, evidence: full })).map((command): [ReasonCode, string] => [code, command]),
)

test.each(commands)('the remedy of %s can be written as it stands: %s', (_code, command) => {
  const [read, ...more] = readComment(command)
  expect(more).toEqual([])
  if (read === undefined || read.kind === 'mistake') throw new Error(`${command} is none: ${JSON.stringify(read)}`)
  // Where there are several environments it must say which.
  expect(resolveEnvironment(read, ['production', 'staging', 'uat'])).toMatchObject({ kind: 'resolved' })
})

test('what has to be taken back for all environments is named so', () =>
  expect(remedyOf(reason('locked', { environment: 'everything', person: 'lisa', until: '', others: '' }))).toContain('`/unlock --all`'))

test('a reason that was kept without its environment names the command alone', () =>
  expect(remedyOf(reason('checks-unfinished', {}))).toContain('`/retry`'))
