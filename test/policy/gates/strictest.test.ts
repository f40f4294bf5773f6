import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ApprovalRule, GateRules, WindowRule } from '../../../src/domain/gate.ts'
import { evaluate, type GateFacts } from '../../../src/policy/gates/evaluate.ts'
import { type GateDemands, strictest, together } from '../../../src/policy/gates/strictest.ts'
import { sha } from '../../support/builders.ts'
import { gateFacts, verifiedOnStaging } from './given.ts'

const approve = (by: string[], count = 1, notAuthor = false): ApprovalRule => ({ by, count, notAuthor })
const span = (kind: 'allow' | 'deny', from: number, to: number): WindowRule => ({
  kind,
  from: { day: from, minute: 0 },
  to: { day: to, minute: 0 },
  zone: 'UTC',
  text: `${from} - ${to}`,
})

describe('of two sources', () => {
  test.each<[why: string, sources: Partial<GateRules>[], expected: Partial<GateDemands>]>([
    [
      'nothing is asked',
      [{}, { checks: { kind: 'none' }, windows: [] }],
      { checks: { all: false, names: [] }, after: [], approve: [], windows: [] },
    ],
    [
      'all checks, and one by name',
      [{ checks: { kind: 'all' } }, { checks: { kind: 'named', names: ['e2e'] } }],
      { checks: { all: true, names: ['e2e'] } },
    ],
    [
      'the names of both',
      [{ checks: { kind: 'named', names: ['b', 'a'] } }, { checks: { kind: 'named', names: ['a', 'c'] } }],
      { checks: { all: false, names: ['a', 'b', 'c'] } },
    ],
    ['an environment before that one takes away', [{ after: 'staging' }, {}], { after: ['staging'] }],
    ['another environment before', [{ after: 'uat' }, { after: 'staging' }], { after: ['staging', 'uat'] }],
    ['an approval rule that one takes away', [{}, { approve: approve(['team:ops']) }], { approve: [approve(['team:ops'])] }],
    ['fewer people', [{ approve: approve(['mona']) }, { approve: approve(['mona', 'hubot']) }], { approve: [approve(['mona'])] }],
    [
      'the same people in other words',
      [{ approve: approve(['Hubot', 'mona']) }, { approve: approve(['mona', 'hubot']) }],
      { approve: [approve(['hubot', 'mona'])] },
    ],
    ['more of them', [{ approve: approve([], 2) }, { approve: approve([], 1) }], { approve: [approve([], 2)] }],
    [
      'two that are strict each in its way',
      [{ approve: approve(['mona'], 1) }, { approve: approve([], 2) }],
      { approve: [approve(['mona'], 1), approve([], 2)] },
    ],
    [
      'windows of both',
      [{ windows: [span('deny', 1, 2)] }, { windows: [span('deny', 3, 4)] }],
      { windows: [[span('deny', 1, 2)], [span('deny', 3, 4)]] },
    ],
  ])('%s', (_why, sources, expected) => expect(strictest(sources)).toMatchObject(expected))

  test('the allowed times of one source are alternatives', () => {
    const demands = strictest([{ windows: [span('allow', 1, 2), span('allow', 3, 4)] }])
    const on = (now: string) => evaluate(gateFacts({ demands, now })).kind
    expect([on('2026-11-16T10:00:00Z'), on('2026-11-17T10:00:00Z'), on('2026-11-18T10:00:00Z')]).toEqual(['open', 'waiting', 'open'])
  })

  test('the allowed times of one are not added to those of the other', () => {
    const demands = strictest([{ windows: [span('allow', 1, 4)] }, { windows: [span('allow', 3, 6)] }])
    const on = (now: string) => evaluate(gateFacts({ demands, now })).kind
    expect([on('2026-11-17T10:00:00Z'), on('2026-11-18T10:00:00Z'), on('2026-11-19T10:00:00Z')]).toEqual(['waiting', 'open', 'waiting'])
  })
})

test('a change that takes a gate away has to pass it once more', () => {
  const running: GateRules = { checks: { kind: 'none' }, approve: approve([], 1, true), windows: [] }
  const head: GateRules = { checks: { kind: 'none' }, windows: [] }
  expect(evaluate(gateFacts({ demands: strictest([head, running]) })).kind).toBe('waiting')
  expect(evaluate(gateFacts({ demands: strictest([head, head]) })).kind).toBe('open')
})

describe('of any sources', () => {
  const names = fc.subarray(['test', 'lint'])
  const day = fc.integer({ min: 1, max: 3 })
  const aWindow = fc
    .record({ kind: fc.constantFrom('allow' as const, 'deny' as const), from: day, days: day })
    .map(({ kind, from, days }) => span(kind, from, from + days))
  const rules: fc.Arbitrary<Partial<GateRules>> = fc.record(
    {
      checks: fc.oneof(
        fc.constant({ kind: 'none' as const }),
        fc.constant({ kind: 'all' as const }),
        names.map((given) => ({ kind: 'named' as const, names: given })),
      ),
      after: fc.constantFrom('staging', 'uat'),
      approve: fc.record({
        by: fc.subarray(['mona', 'Hubot', 'team:ops']),
        count: fc.integer({ min: 1, max: 2 }),
        notAuthor: fc.boolean(),
      }),
      windows: fc.array(aWindow, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
  const person = fc.record({
    person: fc.constantFrom('mona', 'hubot', 'wendy'),
    verdict: fc.constant('approve' as const),
    revision: fc.constant(sha('d')),
    content: fc.constant('c1'),
    role: fc.constant('write' as const),
    teams: fc.subarray(['ops']),
  })
  const check = fc.record({
    kind: fc.constant('check' as const),
    name: fc.constantFrom('test', 'lint'),
    state: fc.constantFrom('completed' as const, 'queued' as const),
    conclusion: fc.constantFrom('success', 'success', 'failure'),
    id: fc.nat(99),
  })
  const world = fc
    .record({
      now: fc.constantFrom('2026-11-16', '2026-11-17', '2026-11-18', '2026-11-20').map((date) => `${date}T10:00:00Z`),
      votes: fc.array(person, { maxLength: 3 }),
      checks: fc.array(check, { maxLength: 3 }),
      staging: fc.boolean(),
    })
    .map(
      (given): Partial<GateFacts> => ({
        now: given.now,
        checks: { ...gateFacts().checks, since: new Date(Date.parse(given.now) - 300_000).toISOString(), checks: given.checks },
        approval: { ...gateFacts().approval, votes: given.votes },
        ...(given.staging && { promotion: verifiedOnStaging }),
      }),
    )
  const opens = (demands: GateDemands, facts: Partial<GateFacts>) => evaluate(gateFacts({ ...facts, demands })).kind === 'open'

  test('open exactly when each of them alone is open', () => {
    fc.assert(
      fc.property(fc.array(rules, { maxLength: 3 }), world, (sources, facts) => {
        expect(opens(strictest(sources), facts)).toBe(sources.every((source) => opens(strictest([source]), facts)))
      }),
      { numRuns: 100 },
    )
  })

  test('neither order nor repetition means anything', () => {
    fc.assert(
      fc.property(rules, rules, rules, (a, b, c) => {
        const [one, two, three] = [strictest([a]), strictest([b]), strictest([c])]
        expect(together(one, one)).toEqual(one)
        expect(together(one, two)).toEqual(together(two, one))
        expect(together(together(one, two), three)).toEqual(together(one, together(two, three)))
        expect(strictest([c, a, b, a])).toEqual(strictest([a, b, c]))
      }),
    )
  })
})
