import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandsIn } from '../../src/policy/comment-commands.ts'

test.each<[why: string, comment: string, words: string[][]]>([
  ['alone', '/rollback', [[]]],
  ['with an environment', '/rollback production', [['production']]],
  ['with spaces behind', '/rollback  production  ', [['production']]],
  ['after a sentence on its own line', 'It is broken.\r\n/rollback\r\n', [[]]],
  ['twice', '/rollback a\n/rollback b', [['a'], ['b']]],
  ['inside a sentence', 'please /rollback', []],
  ['as part of a longer word', '/rollbacks', []],
  ['quoted', '> /rollback', []],
  ['indented as code', '    /rollback', []],
  ['in a fence', '```\n/rollback\n```', []],
  ['in a fence of tildes with another inside', '~~~\n```\n/rollback\n~~~', []],
  ['after a fence', '```\ncode\n```\n/rollback', [[]]],
  ['another command', '/deploy', []],
])('%s', (_why, comment, words) => {
  expect(commandsIn(comment).map((command) => command.words)).toEqual(words)
})

test('any text is read without failing, in bounded time', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => commandsIn(text).length >= 0))
  expect(commandsIn(`/rollback${' x'.repeat(200_000)}`)).toHaveLength(1)
})
