import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Check } from '../../../src/domain/check.ts'
import { sentenceOf } from '../../../src/domain/reason.ts'
import { type ChecksFacts, checks } from '../../../src/policy/gates/checks.ts'
import { said } from './said.ts'

let runs = 0
const run = (name: string, conclusion: string, more: Partial<Check> = {}): Check => ({
  kind: 'check',
  name,
  app: 'github-actions',
  state: 'completed',
  conclusion,
  id: ++runs,
  suite: 1,
  ...more,
})
const green = (name: string, more: Partial<Check> = {}) => run(name, 'success', more)
const running = (name: string, more: Partial<Check> = {}): Check => {
  const { conclusion, ...rest } = run(name, '', { state: 'in_progress', ...more })
  return rest
}
const status = (name: string, conclusion: string): Check => ({ kind: 'status', name, state: 'completed', conclusion, id: ++runs })

const ci = { id: 1, name: 'CI', event: 'push' }
const nightly = { id: 2, name: 'Nightly', event: 'schedule' }
const all = { all: true, names: [] }
const named = (...names: string[]) => ({ all: false, names })
const minutes = (count: number) => new Date(Date.parse('2026-11-21T10:00:00Z') + count * 60_000).toISOString()
const facts = (given: Partial<ChecksFacts>): ChecksFacts => ({
  demand: all,
  checks: [],
  emptySuites: [],
  own: 'landfall-app',
  since: minutes(0),
  within: 1800,
  now: minutes(5),
  ...given,
})

describe('what counts', () => {
  test.each<[why: string, given: Partial<ChecksFacts>, expected: string]>([
    ['nothing is asked', { demand: named(), checks: [run('test', 'failure')] }, 'open'],
    ['all green', { checks: [green('test'), green('lint'), status('ci/old', 'success')] }, 'open'],
    ['neutral and skipped are green', { checks: [run('a', 'neutral'), run('b', 'skipped')] }, 'open'],
    ['there are none', {}, 'open'],
    ['one still runs', { checks: [green('test'), running('lint')] }, 'waiting checks-pending lint'],
    ['one is queued', { checks: [running('lint', { state: 'queued' })] }, 'waiting checks-pending lint'],
    ['one asks for an action', { checks: [run('deploy docs', 'action_required')] }, 'waiting checks-pending deploy docs'],
    ['one is red', { checks: [green('test'), run('lint', 'failure')] }, 'refused checks-failed lint'],
    ['a red one ends the waiting for others', { checks: [running('test'), run('lint', 'timed_out')] }, 'refused checks-failed lint'],
    ['cancelled is red', { checks: [run('test', 'cancelled')] }, 'refused checks-failed test'],
    ['words GitHub may invent are not green', { checks: [run('test', 'exploded')] }, 'refused checks-failed test'],
    ['a red status', { checks: [status('ci/circle', 'error')] }, 'refused checks-failed ci/circle'],
    ['red ones are all named', { checks: [run('a', 'failure'), run('b', 'failure')] }, 'refused checks-failed a and b'],
    ['the newest run counts: green again', { checks: [green('test', { id: 9 }), run('test', 'failure', { id: 8 })] }, 'open'],
    [
      'the newest run counts: runs again',
      { checks: [green('test', { id: 8 }), running('test', { id: 9 })] },
      'waiting checks-pending test',
    ],
    [
      'two Apps with one name are two',
      { checks: [run('test', 'failure', { app: 'other', id: 1 }), green('test', { id: 2 })] },
      'refused checks-failed test',
    ],
    [
      'two workflows with one name are two',
      { checks: [run('test', 'failure', { id: 1, workflow: ci }), green('test', { id: 2, workflow: nightly })] },
      'refused checks-failed test (CI, push)',
    ],
    [
      'one that still runs is named with its workflow',
      { checks: [green('test', { workflow: ci }), running('test', { workflow: nightly })] },
      'waiting checks-pending test (Nightly, schedule)',
    ],
    [
      'a workflow that ran again for the same reason: the newest run',
      { checks: [run('test', 'failure', { id: 1, workflow: ci, suite: 1 }), green('test', { id: 2, workflow: ci, suite: 2 })] },
      'open',
    ],
    [
      'a workflow that somebody started by hand takes the place of none',
      {
        checks: [
          run('test', 'failure', { id: 1, workflow: ci }),
          green('test', { id: 2, workflow: { ...ci, event: 'workflow_dispatch' } }),
        ],
      },
      'refused checks-failed test (CI, push)',
    ],
    [
      'of a name that is asked for every workflow counts',
      { demand: named('test'), checks: [green('test', { workflow: ci }), run('test', 'failure', { workflow: nightly })] },
      'refused checks-failed test (Nightly, schedule)',
    ],
    [
      'what Landfall reports is never waited for',
      { checks: [running('landfall/production', { app: 'landfall-app' }), status('landfall/staging', 'failure'), green('test')] },
      'open',
    ],
  ])('%s', (_why, given, expected) => expect(said(checks(facts(given)))).toBe(expected))
})

describe('what has to be there', () => {
  test.each<[why: string, given: Partial<ChecksFacts>, expected: string]>([
    ['others are not asked for', { demand: named('test'), checks: [green('test'), run('lint', 'failure')] }, 'open'],
    ['a status counts as well', { demand: named('ci/circle'), checks: [status('ci/circle', 'success')] }, 'open'],
    ['a named one has not come', { demand: named('test'), checks: [green('lint')] }, 'waiting checks-pending test'],
    ['a named one never came', { demand: named('test'), now: minutes(30) }, 'refused checks-missing test'],
    ['a required one has not come', { required: [{ name: 'e2e' }], checks: [green('test')] }, 'waiting checks-pending e2e'],
    [
      'a required one of another App is not the one',
      { required: [{ name: 'e2e', app: 'ours' }], checks: [green('e2e')] },
      'waiting checks-pending e2e',
    ],
    ['a required status', { required: [{ name: 'e2e', app: 'ours' }], checks: [status('e2e', 'success')] }, 'open'],
    [
      'a required one is nothing to those that are named',
      { demand: named('test'), required: [{ name: 'e2e' }], checks: [green('test')] },
      'open',
    ],
    [
      "Landfall's own, required by GitHub, is not waited for",
      { required: [{ name: 'landfall/staging' }, { name: 'x', app: 'landfall-app' }], checks: [green('test')] },
      'open',
    ],
    ['all, and one by name', { demand: { all: true, names: ['e2e'] }, checks: [green('test')] }, 'waiting checks-pending e2e'],
    ['too late', { checks: [running('lint')], now: minutes(30) }, 'refused checks-unfinished lint'],
    ['green at the last moment', { checks: [green('lint')], now: minutes(31) }, 'open'],
  ])('%s', (_why, given, expected) => expect(said(checks(facts(given)))).toBe(expected))
})

describe('checks that have not begun', () => {
  const soon = '2026-11-21T10:00:10Z'
  const other = { app: 'stale-bot', state: 'queued' as const }
  test.each<[why: string, given: Partial<ChecksFacts>, expected: string]>([
    ['a commit of a moment ago has none yet', { now: soon }, 'waiting checks-pending the first to begin'],
    [
      'a suite may still be filled',
      { now: soon, checks: [green('cla')], emptySuites: [other] },
      'waiting checks-pending the first to begin',
    ],
    ['a suite that stays empty is ignored', { checks: [green('test')], emptySuites: [other] }, 'open'],
    ['an empty suite that is over', { now: soon, checks: [green('test')], emptySuites: [{ app: 'bot', state: 'completed' }] }, 'open'],
    ["Landfall's own empty suite", { now: soon, checks: [green('test')], emptySuites: [{ app: 'landfall-app', state: 'queued' }] }, 'open'],
    [
      'nothing is awaited of those that are named',
      { now: soon, demand: named('test'), checks: [green('test')], emptySuites: [other] },
      'open',
    ],
  ])('%s', (_why, given, expected) => expect(said(checks(facts(given)))).toBe(expected))

  test('is looked at again when they should have', () => {
    expect(checks(facts({ now: soon }))).toMatchObject({ lookAgain: 20 })
    expect(checks(facts({ checks: [running('test')] }))).toMatchObject({ lookAgain: 1500 })
  })
})

test('many names are counted, not listed', () => {
  const decision = checks(facts({ checks: Array.from({ length: 20 }, (_, index) => run(`job ${index}`, 'failure')) }))
  expect(decision.kind === 'refused' && sentenceOf(decision.reason)).toBe(
    'Checks are red: job 0, job 1, job 2, job 3, job 4, job 5, job 6, job 7 and 12 more',
  )
})

test('the order in which GitHub lists them means nothing', () => {
  const any = fc.record({
    kind: fc.constant('check' as const),
    name: fc.constantFrom('a', 'b', 'c'),
    app: fc.constantFrom('x', 'y'),
    state: fc.constantFrom('queued', 'in_progress', 'completed'),
    conclusion: fc.constantFrom('success', 'failure', 'neutral'),
    id: fc.nat(1000),
  })
  const list = fc.uniqueArray(any, { selector: ({ id }) => id, maxLength: 8 })
  fc.assert(
    fc.property(list, fc.integer(), (given, seed) => {
      const shuffled = [...given].sort((one, other) => ((one.id * 7919 + seed) % 101) - ((other.id * 7919 + seed) % 101))
      expect(checks(facts({ checks: shuffled })).kind).toBe(checks(facts({ checks: given })).kind)
    }),
  )
})
