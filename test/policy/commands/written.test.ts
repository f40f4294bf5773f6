import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Command, PlainKind } from '../../../src/domain/command.ts'
import { readComment } from '../../../src/policy/commands/read-comment.ts'
import { written } from './written.ts'

/** Names of environments, but for those that alone read as a commit, a release or a word of the language. */
const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/).filter((text) => text !== 'to' && !/^[0-9a-f]{7,40}$|^\d{1,6}$/.test(text))
const maybeNamed = fc.record({ environment: name }, { requiredKeys: [] })
const commit = fc.stringMatching(/^[0-9a-f]{7,40}$/)
const word = fc.stringMatching(/^[!-~äß日🐛]{1,20}$/u).filter((text) => !/^(--|[–—])[a-z]/i.test(text))
const words = (least: number) => fc.array(word, { minLength: least, maxLength: 8 }).map((all) => all.join(' '))

const to = fc.oneof(
  commit.map((revision) => ({ kind: 'commit' as const, revision })),
  fc.integer({ min: 1, max: 999_999_999 }).map((number) => ({ kind: 'pull-request' as const, number })),
  fc.integer({ min: 1, max: 999_999 }).map((generation) => ({ kind: 'generation' as const, generation })),
)

const everywhere = fc.constant(true as const)
const seconds = fc.integer({ min: 1, max: 43_200 }).map((minutes) => minutes * 60)

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom<Command[]>({ kind: 'help' }, { kind: 'plan' }),
  maybeNamed.chain((named) =>
    fc.constantFrom<PlainKind[]>('promote', 'approve', 'status', 'retry', 'cancel').map((kind) => ({ kind, ...named })),
  ),
  fc.record(
    { kind: fc.constant('deploy' as const), environment: name, revision: commit, again: fc.constant(true as const) },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: fc.constant('rollback' as const), environment: name, to }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('reject' as const), text: words(1) }),
  fc.record({ kind: fc.constant('lock' as const), text: words(0), everywhere, seconds }, { requiredKeys: ['kind', 'text'] }),
  fc.oneof(
    fc.constant({ kind: 'unlock' as const, everywhere: true as const }),
    maybeNamed.map((named) => ({ kind: 'unlock' as const, ...named })),
  ),
)

test('what is written of a command is read back as it was', () =>
  fc.assert(
    fc.property(anyCommand, (command) => {
      expect(readComment(written(command))).toEqual([command])
    }),
  ))

test('a command is written in one way, however it was typed', () =>
  expect(readComment('/LOCK  —for 120m production').flatMap((read) => (read.kind === 'mistake' ? [] : [written(read)]))).toEqual([
    '/lock production --for 2h',
  ]))
