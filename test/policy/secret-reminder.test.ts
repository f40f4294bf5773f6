import { expect, test } from 'vitest'
import { lookAtAges, oldSecrets } from '../../src/policy/secret-reminder.ts'

const start = Date.parse('2026-01-01T12:00:00Z')
const day = (number: number): Date => new Date(start + number * 86_400_000)
const within = 90 * 86_400
/** Secrets with the days they have their values since. */
const ages = (since: Record<string, number>) => ({
  within,
  keys: Object.entries(since).map(([name, at]) => ({ name, fingerprint: 'f', since: day(at).toISOString() })),
})

test.each<
  [what: string, since: Record<string, number>, reminded: number | undefined, now: number, remind: boolean, next: number | undefined]
>([
  ['no secret', {}, undefined, 500, false, undefined],
  ['a new one', { A: 0 }, undefined, 0, false, 90],
  ['one a moment too young', { A: 0 }, undefined, 89.999, false, 90],
  ['one that has become too old', { A: 0 }, undefined, 90, true, 120],
  ['one that became so while nobody looked', { A: 0 }, undefined, 200, true, 230],
  ['one that was told', { A: 0 }, 90, 91, false, 120],
  ['one that was told thirty days ago', { A: 0 }, 90, 120, true, 150],
  ['one that was told and given another value', { A: 91 }, 90, 121, false, 181],
  ['one that was given another value, and became too old again', { A: 91 }, 90, 181, true, 211],
  ['another one beside one that was told', { A: 0, B: 10 }, 90, 95, false, 100],
  ['another one that becomes too old before it is time to tell again', { A: 0, B: 10 }, 90, 100, true, 130],
  ['another one that is too young for long', { A: 0, B: 80 }, 90, 119, false, 120],
])('people are reminded of %s or not, and it is known when to look again', (_what, since, reminded, now, remind, next) => {
  const told = reminded === undefined ? undefined : day(reminded).toISOString()
  expect(lookAtAges(ages(since), told, day(now))).toEqual({ remind, ...(next !== undefined && { next: day(next).getTime() }) })
})

test('where no age is too much nobody is reminded, and nothing is old', () => {
  const { within: _, ...forEver } = ages({ A: 0 })
  expect(lookAtAges(forEver, undefined, day(900))).toEqual({ remind: false })
  expect(oldSecrets(forEver, day(900))).toEqual([])
})

test('the oldest is named first, with its whole days', () =>
  expect(oldSecrets(ages({ C: 5, A: 1, B: 1, D: 6 }), day(95.5))).toEqual([
    { name: 'A', since: day(1).toISOString(), days: 94 },
    { name: 'B', since: day(1).toISOString(), days: 94 },
    { name: 'C', since: day(5).toISOString(), days: 90 },
  ]))
