import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ApprovalRule } from '../../../src/domain/gate.ts'
import { remedyOf, sentenceOf } from '../../../src/domain/reason.ts'
import { type ApprovalFacts, approval, type Vote } from '../../../src/policy/gates/approval.ts'
import { sha } from '../../support/builders.ts'

const rule = (given: Partial<ApprovalRule> = {}): ApprovalRule => ({ by: [], count: 1, notAuthor: false, ...given })
const vote = (person: string, given: Partial<Vote> = {}): Vote => ({
  person,
  verdict: 'approve',
  revision: sha('a'),
  content: 'c1',
  role: 'write',
  teams: [],
  ...given,
})
const facts = (given: Partial<ApprovalFacts>): ApprovalFacts => ({
  rule: rule(),
  environment: 'production',
  revision: sha('a'),
  content: 'c1',
  votes: [],
  authors: ['wendy'],
  ...(!given.authors && { lastPusher: 'peter' }),
  ...given,
})
/** `open`, `rejected by mona`, or what is missing. */
const outcome = (given: Partial<ApprovalFacts>): string => {
  const decision = approval(facts(given))
  if (decision.kind === 'open') return 'open'
  return sentenceOf(decision.reason)
}

describe('whose approval counts', () => {
  const two = rule({ count: 2 })
  const ops = rule({ by: ['team:ops', 'Octocat'] })
  const another = rule({ notAuthor: true })
  test.each<[why: string, given: Partial<ApprovalFacts>, opens: boolean]>([
    ['nobody said anything', {}, false],
    ['anybody who may write', { votes: [vote('mona')] }, true],
    ['somebody who may only read', { votes: [vote('mona', { role: 'read' })] }, false],
    ['somebody who was taken off the repository', { rule: ops, votes: [vote('octocat', { role: 'none' })] }, false],
    ['one of two', { rule: two, votes: [vote('mona')] }, false],
    ['two of two', { rule: two, votes: [vote('mona'), vote('hubot')] }, true],
    ['one person twice', { rule: two, votes: [vote('mona'), vote('Mona')] }, false],
    ['somebody named', { rule: ops, votes: [vote('octocat')] }, true],
    ['somebody of the team', { rule: ops, votes: [vote('mona', { teams: ['ops'] })] }, true],
    ['somebody of another team', { rule: ops, votes: [vote('mona', { teams: ['op', 'opsy'] })] }, false],
    ['somebody whose login reads like the team', { rule: ops, votes: [vote('team:ops'), vote('ops')] }, false],
    ['an administrator nobody named', { rule: ops, votes: [vote('root', { role: 'admin' })] }, false],
    ['an older commit', { votes: [vote('mona', { revision: sha('b') })] }, false],
    ['the same commit with other digests or hosts', { votes: [vote('mona', { content: 'c0' })] }, false],
    ['asked again and given again', { votes: [vote('mona', { content: 'c0' }), vote('mona')] }, true],
    ['the author, where that is allowed', { votes: [vote('wendy')] }, true],
    ['the author', { rule: another, votes: [vote('wendy')] }, false],
    ['the author in other letters', { rule: another, votes: [vote('Wendy')] }, false],
    ['a co-author', { rule: another, authors: ['wendy', 'carl'], votes: [vote('carl')] }, false],
    ['who pushed last', { rule: another, votes: [vote('peter')] }, false],
    ['somebody else', { rule: another, votes: [vote('mona')] }, true],
    ['somebody else, of a change that nobody is known to have made', { rule: another, authors: [], votes: [vote('mona')] }, false],
    [
      'somebody else, of a change of which not all is known',
      { rule: another, untold: 'nobody, as it is not told', votes: [vote('mona')] },
      false,
    ],
    ['somebody else, of a change by an unknown address', { rule: another, authors: ['w@example.com'], votes: [vote('mona')] }, false],
    ['a cancellation is no approval', { votes: [vote('mona', { verdict: 'cancel' })] }, false],
  ])('%s', (_why, given, opens) => expect(approval(facts(given)).kind).toBe(opens ? 'open' : 'waiting'))
})

describe('rejection', () => {
  test.each<[why: string, votes: Vote[], expected: string]>([
    ['one is enough', [vote('mona'), vote('hubot', { verdict: 'reject', reason: 'not today' })], 'Rejected by hubot: not today'],
    ['and needs no reason', [vote('hubot', { verdict: 'reject' })], 'Rejected by hubot'],
    ['of the author too', [vote('wendy', { verdict: 'reject' })], 'Rejected by wendy'],
    ['nobody takes it back by approving', [vote('hubot', { verdict: 'reject' }), vote('hubot')], 'Rejected by hubot'],
    ['of something older is over', [vote('hubot', { verdict: 'reject', revision: sha('b') }), vote('mona')], 'open'],
    ['of somebody who may not write', [vote('hubot', { verdict: 'reject', role: 'read' }), vote('mona')], 'open'],
  ])('%s', (_why, votes, expected) => expect(outcome({ votes })).toBe(expected))
})

describe('says what is missing and who can give it', () => {
  const ops = rule({ by: ['team:ops', 'octocat', 'mona'], count: 2, notAuthor: true })
  test.each<[why: string, given: Partial<ApprovalFacts>, sentence: string, remedy: string]>([
    [
      'nobody yet',
      {},
      'production waits for approval: 1 required, 0 found',
      'May approve with `/approve production`: anybody with write access',
    ],
    [
      'one of two',
      { rule: ops, votes: [vote('mona')] },
      'production waits for approval: 2 required, 1 found (mona)',
      'May approve with `/approve production`: somebody of team ops or octocat, but not wendy and peter',
    ],
    [
      'approvals that do not count',
      { rule: ops, votes: [vote('octocat', { content: 'c0' }), vote('wendy', { teams: ['ops'] })] },
      'production waits for approval: 2 required, 0 found; octocat approved something older; wendy may not approve this',
      'May approve with `/approve production`: somebody of team ops, octocat or mona, but not wendy and peter',
    ],
    [
      'a rule that cannot be met by this change',
      { rule: rule({ by: ['wendy'], notAuthor: true }) },
      'production waits for approval: 1 required, 0 found',
      'May approve with `/approve production`: nobody who is left; more people have to be named under `approve`',
    ],
  ])('%s', (_why, given, sentence, remedy) => {
    const decision = approval(facts(given))
    expect(decision.kind === 'waiting' && [sentenceOf(decision.reason), remedyOf(decision.reason)]).toEqual([sentence, remedy])
  })

  test('an open gate keeps whom it was opened by', () => {
    expect(approval(facts({ votes: [vote('mona')] }))).toMatchObject({ kind: 'open', evidence: { people: 'mona', required: '1' } })
  })
})

describe('for any votes', () => {
  const login = fc.constantFrom('mona', 'Mona', 'hubot', 'wendy', 'peter')
  const anyVote = fc.record({
    person: login,
    verdict: fc.constantFrom('approve' as const, 'approve' as const, 'reject' as const),
    revision: fc.constantFrom(sha('a'), sha('b')),
    content: fc.constantFrom('c1', 'c1', 'c0'),
    role: fc.constantFrom('write' as const, 'admin' as const, 'read' as const),
    teams: fc.subarray(['ops', 'web']),
  })
  const anyRule = fc.record({
    by: fc.subarray(['team:ops', 'mona', 'WENDY']),
    count: fc.integer({ min: 1, max: 3 }),
    notAuthor: fc.boolean(),
  })

  test('votes for something older, and of the author, never open it', () => {
    fc.assert(
      fc.property(anyRule, fc.array(anyVote, { maxLength: 6 }), (given, votes) => {
        const now = votes.filter(({ revision, content }) => revision === sha('a') && content === 'c1')
        expect(approval(facts({ rule: given, votes })).kind).toBe(approval(facts({ rule: given, votes: now })).kind)
        const strangers = votes.filter(({ person, verdict }) => verdict === 'approve' && person !== 'wendy' && person !== 'peter')
        const strict = { ...given, notAuthor: true }
        if (approval(facts({ rule: strict, votes })).kind === 'open')
          expect(approval(facts({ rule: strict, votes: strangers })).kind).toBe('open')
      }),
    )
  })

  test('another approval never closes it', () => {
    fc.assert(
      fc.property(anyRule, fc.array(anyVote, { maxLength: 5 }), anyVote, (given, votes, more) => {
        if (approval(facts({ rule: given, votes })).kind !== 'open') return
        expect(approval(facts({ rule: given, votes: [...votes, { ...more, verdict: 'approve' }] })).kind).toBe('open')
      }),
    )
  })
})
