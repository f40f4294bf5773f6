import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LockOutcome, lockAnswer, lockText } from '../../../src/report/answers/lock.ts'
import { anyText } from '../hostile.ts'
import { isHarmless, lock } from './given.ts'

test.each<[why: string, LockOutcome, said: string]>([
  [
    'a lock that was set',
    { kind: 'locked', lock: lock({ until: '2026-11-21T12:00:00Z' }) },
    '🔒 **production is locked**\n\ndatabase moves.\n\nDeployments by others and healing wait until 21 Nov 2026, 12:00:00 UTC; rollbacks pass.\n\nTo end it before, write /unlock production.\n\n<sub>locked by mona</sub>\n',
  ],
  [
    'one on everything, without a reason, of a pull request',
    {
      kind: 'locked',
      lock: { id: 'l1', repository: 'acme/shop', person: 'mona', reason: '', pullRequest: 12, since: '2026-11-21T10:00:00Z' },
    },
    '🔒 **Every environment is locked**\n\nDeployments by others and healing wait until \\#&#8203;12 is closed; rollbacks pass.\n\nTo end it before, write /unlock --all.\n\n<sub>locked by mona</sub>\n',
  ],
  [
    'one in the way',
    { kind: 'held', lock: lock() },
    '🔒 **production is already locked by mona**\n\nLocked by mona since 21 Nov 2026, 10:00:00 UTC, until somebody unlocks it: database moves.\n\nNothing was changed. Ask mona, or end that lock with /unlock production.\n',
  ],
  [
    'one that was ended',
    { kind: 'unlocked', person: 'bob', locks: [lock()] },
    '🔓 **production is unlocked**\n\nIt was locked by mona since 21 Nov 2026, 10:00:00 UTC, until somebody unlocks it: database moves.\n\nWhat waited for it goes on by itself.\n\n<sub>unlocked by bob</sub>\n',
  ],
  [
    'none to end',
    { kind: 'not-locked', environment: 'production' },
    '🔓 **production was not locked by itself**\n\nNothing was changed. A lock on all environments is ended with /unlock --all.\n',
  ],
  [
    'none on everything',
    { kind: 'not-locked' },
    '🔓 **There is no lock on all environments**\n\nNothing was changed. To end the lock of a single one, name it.\n',
  ],
])('%s', (_why, outcome, said) => expect(lockAnswer('i1', outcome)).toBe(`<!-- landfall:answer:i1 -->\n${said}`))

describe('a lock in words', () => {
  test('on all environments says so', () => {
    const { environment: _, ...everywhere } = lock()
    expect(lockText(everywhere)).toContain('locked with all environments by mona')
  })
  test('says what ends it first', () =>
    expect(lockText(lock({ until: '2026-11-21T12:00:00Z', pullRequest: 12 }))).toContain(
      'until 21 Nov 2026, 12:00:00 UTC, or until #12 is closed: database moves',
    ))
})

test('whatever people write, an answer rings for nobody and fits into a comment', () =>
  fc.assert(
    fc.property(anyText, (text) => {
      const hostile = lock({ environment: text, person: text, reason: text })
      const outcomes: LockOutcome[] = [
        { kind: 'locked', lock: hostile },
        { kind: 'held', lock: hostile },
        { kind: 'unlocked', person: text, locks: Array(20).fill(hostile) },
        { kind: 'not-locked', environment: text },
      ]
      return outcomes.every((outcome) => isHarmless(lockAnswer('i1', outcome)))
    }),
  ))
