import { expect, test } from 'vitest'
import { commandsIn } from '../../src/policy/comment-commands.ts'

test.each<[why: string, comment: string, words: string[][]]>([
  ['alone', '/rollback', [[]]],
  ['with an environment', '/rollback production', [['production']]],
  ['twice', '/rollback a\n/rollback b', [['a'], ['b']]],
  ['to a certain release, which it cannot do yet', '/rollback production to #12', []],
  ['with more than it takes', '/rollback production please', []],
  ['another command', '/deploy', []],
])('a rollback %s', (_why, comment, words) => expect(commandsIn(comment).map((command) => command.words)).toEqual(words))
