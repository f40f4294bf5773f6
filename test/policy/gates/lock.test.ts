import { describe, expect, test } from 'vitest'
import type { Lock } from '../../../src/domain/gate.ts'
import { remedyOf, sentenceOf } from '../../../src/domain/reason.ts'
import { type LockFacts, lock } from '../../../src/policy/gates/lock.ts'
import { said } from './said.ts'

const held = (person: string, given: Partial<Lock> = {}): Lock => ({
  id: 'l1',
  repository: 'acme/shop',
  environment: 'production',
  person,
  reason: '',
  since: '2026-11-21T09:00:00Z',
  ...given,
})
/** A lock on every environment. */
const frozen = (person: string, given: Partial<Lock> = {}): Lock => {
  const { environment, ...rest } = held(person, given)
  return rest
}
const facts = (given: Partial<LockFacts>): LockFacts => ({
  locks: [],
  environment: 'production',
  kind: 'deploy',
  actor: 'mona',
  now: '2026-11-21T10:00:00Z',
  ...given,
})

test.each<[why: string, given: Partial<LockFacts>, expected: string]>([
  ['no locks', {}, 'open'],
  ['somebody holds it', { locks: [held('hubot')] }, 'waiting locked hubot'],
  ['the one who holds it deploys', { locks: [held('Mona')] }, 'open'],
  ['of another environment', { locks: [held('hubot', { environment: 'staging' })] }, 'open'],
  ['a freeze of all', { locks: [frozen('hubot')] }, 'waiting locked hubot'],
  ['who froze all deploys', { locks: [frozen('mona')] }, 'open'],
  ['one lock of several is enough', { locks: [held('mona'), frozen('hubot')] }, 'waiting locked hubot'],
  ['it ran out', { locks: [held('hubot', { until: '2026-11-21T10:00:00Z' })] }, 'open'],
  ['it has not run out', { locks: [held('hubot', { until: '2026-11-21T10:00:01Z' })] }, 'waiting locked hubot'],
  ['bound to the pull request that is deployed', { locks: [held('hubot', { pullRequest: 7 })], pullRequest: 7 }, 'open'],
  ['bound to another pull request', { locks: [held('hubot', { pullRequest: 8 })], pullRequest: 7 }, 'waiting locked hubot'],
  ['bound to a pull request, and pushed without one', { locks: [held('mona', { pullRequest: 8 })] }, 'waiting locked mona'],
  ['rollbacks pass', { locks: [held('hubot'), frozen('hubot')], kind: 'rollback' }, 'open'],
  ['healing waits', { locks: [held('hubot')], kind: 'heal' }, 'waiting locked hubot'],
  [
    'healing waits for whoever holds it',
    { locks: [held('mona', { pullRequest: 7 })], kind: 'heal', pullRequest: 7 },
    'waiting locked mona',
  ],
])('%s', (_why, given, expected) => expect(said(lock(facts(given)), 'person')).toBe(expected))

describe('what people read', () => {
  test.each<[why: string, locks: Lock[], sentence: string, remedy: string]>([
    [
      'a person',
      [held('hubot')],
      'production is locked by hubot since 21 Nov 2026, 09:00 UTC',
      'Goes on by itself after `/unlock production`. Rollbacks pass',
    ],
    [
      'all about it',
      [held('hubot', { reason: 'database moves', pullRequest: 7, until: '2026-11-21T11:00:00Z' }), frozen('wendy')],
      'production is locked by hubot for #7 since 21 Nov 2026, 09:00 UTC: database moves',
      'Goes on by itself at 21 Nov 2026, 11:00 UTC, or after `/unlock production`; locked by wendy too. Rollbacks pass',
    ],
    [
      'a freeze',
      [frozen('wendy')],
      'everything is locked by wendy since 21 Nov 2026, 09:00 UTC',
      'Goes on by itself after `/unlock --all`. Rollbacks pass',
    ],
  ])('%s', (_why, locks, sentence, remedy) => {
    const decision = lock(facts({ locks }))
    expect(decision.kind === 'waiting' && [sentenceOf(decision.reason), remedyOf(decision.reason)]).toEqual([sentence, remedy])
  })
})

test('is looked at again when the first of them runs out', () => {
  const until = (hour: number) => `2026-11-21T${hour}:00:00Z`
  expect(lock(facts({ locks: [held('a', { until: until(13) }), held('b', { until: until(12) }), held('c')] }))).toMatchObject({
    lookAgain: 7200,
  })
  expect(lock(facts({ locks: [held('c')] }))).toMatchObject({ lookAgain: undefined })
})
