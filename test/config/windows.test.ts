import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { someMinuteOpen } from '../../src/config/gates/some-minute-open.ts'
import { readWeekSpans } from '../../src/config/gates/week-span.ts'
import type { WeekMoment, WindowRule } from '../../src/domain/gate.ts'
import { good, parseProject, projectWith, told } from './given.ts'

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const timeOf = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
const shown = ({ day, minute }: WeekMoment) => `${days[day - 1]} ${timeOf(minute)}`
const spans = (text: string) => readWeekSpans(text)?.map(({ from, to }) => `${shown(from)} - ${shown(to)}`)
const production = (windows: string) => parseProject(projectWith({ environment: `windows: ${windows}` }))
const refusal = (windows: string) => told(production(windows)).map((text) => text.replace(/^\S+ environments\.production\./, ''))

describe('a part of the week', () => {
  test.each([
    ['Fri 16:00 - Mon 06:00', ['Fri 16:00 - Mon 06:00']],
    ['Mon 8:00-Mon 17:00', ['Mon 08:00 - Mon 17:00']],
    ['Mon 17:00 - Mon 08:00', ['Mon 17:00 - Mon 08:00']],
    ['Mon 08:00 - 17:00', ['Mon 08:00 - Mon 17:00']],
    ['Thu-Sat 08:00 - 17:00', ['Thu 08:00 - Thu 17:00', 'Fri 08:00 - Fri 17:00', 'Sat 08:00 - Sat 17:00']],
    ['Sat-Mon 08:00 - 17:00', ['Sat 08:00 - Sat 17:00', 'Sun 08:00 - Sun 17:00', 'Mon 08:00 - Mon 17:00']],
    ['Sat-Sun 22:00 - 06:00', ['Sat 22:00 - Sun 06:00', 'Sun 22:00 - Mon 06:00']],
    ['Sat-Sun 00:00 - 24:00', ['Sat 00:00 - Sun 00:00', 'Sun 00:00 - Mon 00:00']],
    ['Fri 16:00 - Sun 24:00', ['Fri 16:00 - Mon 00:00']],
  ])('%s', (text, expected) => expect(spans(text)).toEqual(expected))

  test.each([
    '',
    'Fri',
    '16:00 - 17:00',
    'Friday 16:00 - Mon 06:00',
    'fri 16:00 - mon 06:00',
    'Fri 4pm - 6pm',
    'Fri 24:00 - Sat 06:00',
    'Fri 16:60 - 17:00',
    'Fri 16:00 - 25:00',
    'Mon-Fri 08:00 - Sat 17:00',
    'Fri 16:00 - Mon 06:00 ',
    'Fri 16:00',
  ])('%j is none', (text) =>
    expect(refusal(`[{ deny: ${JSON.stringify(text)} }]`)).toEqual(['windows[0].deny: this is not a part of the week']),
  )

  test.each(['Fri 16:00 - Fri 16:00', 'Mon-Fri 08:00 - 8:00', 'Mon 00:00 - Sun 24:00'])('%s ends when it begins', (text) =>
    expect(refusal(`[{ allow: "${text}" }]`)).toEqual(['windows[0].allow: this ends when it begins']),
  )

  test('whatever two moments are written, they are read back', () => {
    const moment = fc.record({ day: fc.integer({ min: 1, max: 7 }), minute: fc.integer({ min: 0, max: 1439 }) })
    fc.assert(
      fc.property(moment, moment, (from, to) => {
        expect(readWeekSpans(`${shown(from)} - ${shown(to)}`)).toEqual([{ from, to }])
      }),
    )
  })
})

test('windows come out in the words of the domain, each day of the short form on its own', () => {
  const written = '[{ deny: "Fri 16:00 - Mon 06:00", zone: Europe/Berlin }, { allow: "Mon-Tue 22:00 - 06:00" }]'
  expect(good(production(written)).environments.production?.gates.windows).toEqual([
    { kind: 'deny', from: { day: 5, minute: 960 }, to: { day: 1, minute: 360 }, zone: 'Europe/Berlin', text: 'Fri 16:00 - Mon 06:00' },
    { kind: 'allow', from: { day: 1, minute: 1320 }, to: { day: 2, minute: 360 }, zone: 'UTC', text: 'Mon-Tue 22:00 - 06:00' },
    { kind: 'allow', from: { day: 2, minute: 1320 }, to: { day: 3, minute: 360 }, zone: 'UTC', text: 'Mon-Tue 22:00 - 06:00' },
  ])
})

test.each(['Europe/Berlin', 'America/Argentina/Buenos_Aires', 'UTC', 'Asia/Kolkata'])('zone %s is known', (zone) =>
  expect(refusal(`[{ deny: "Sat 00:00 - 24:00", zone: ${zone} }]`)).toEqual([]),
)
test.each(['Europe/Berln', '+01:00', '', 'Europe', 'constructor', '../UTC'])('zone %j is not', (zone) =>
  expect(refusal(`[{ deny: "Sat 00:00 - 24:00", zone: "${zone}" }]`)).toEqual(['windows[0].zone: this time zone is not known']),
)

test.each([
  ['neither', '[{ zone: UTC }]', 'windows[0]: a window either allows or denies'],
  ['both', '[{ allow: "Mon 08:00 - 17:00", deny: "Tue 08:00 - 17:00" }]', 'windows[0]: a window either allows or denies'],
  ['text', '["Mon 08:00 - 17:00"]', 'windows[0]: expected keys with their values, found text'],
  ['a number', '[{ deny: 8 }]', 'windows[0].deny: expected text, found a number'],
  ['too many', `[${'{ deny: "Mon 08:00 - 17:00" },'.repeat(51)}]`, 'windows: there are more than 50 windows'],
])('a window of %s is refused', (_what, windows, expected) => expect(refusal(windows)).toEqual([expected]))

describe('some minute of the week is open', () => {
  const closed = 'windows: these windows leave no minute of the week open'
  test.each([
    ['no windows', '[]', []],
    ['one night', '[{ deny: "Mon-Fri 22:00 - 06:00" }]', []],
    ['every day as a whole', '[{ deny: "Mon-Sun 00:00 - 24:00" }]', [closed]],
    ['two denials with a minute between them', '[{ deny: "Mon 00:00 - Thu 12:00" }, { deny: "Thu 12:01 - Mon 00:00" }]', []],
    ['two denials that meet', '[{ deny: "Mon 00:00 - Thu 12:00" }, { deny: "Thu 12:00 - Mon 00:00" }]', [closed]],
    ['only what is denied allowed', '[{ allow: "Sat 08:00 - 17:00" }, { deny: "Fri 16:00 - Mon 06:00" }]', [closed]],
    ['a bit more allowed', '[{ allow: "Sat 08:00 - 17:00" }, { allow: "Mon 05:00 - 06:01" }, { deny: "Fri 16:00 - Mon 06:00" }]', []],
    ['the other zone allowed', '[{ allow: "Sat 08:00 - 17:00", zone: Asia/Tokyo }, { deny: "Sat 08:00 - 17:00" }]', []],
    ['all denied in one zone', '[{ allow: "Sat 08:00 - 17:00", zone: Asia/Tokyo }, { deny: "Mon-Sun 00:00 - 24:00" }]', [closed]],
  ])('%s', (_why, windows, expected) => expect(refusal(windows)).toEqual(expected))

  test('of defaults it is told where they are written', () => {
    const file = projectWith({ top: 'defaults: { windows: [{ deny: "Mon-Sun 00:00 - 24:00" }] }' })
    expect(told(parseProject(file))).toEqual(['3:13 defaults.windows: these windows leave no minute of the week open'])
  })

  test('and that is judged as somebody would who looks at every minute', () => {
    // On the hour, so that whole weeks are covered now and then.
    const moment = fc.record({ day: fc.integer({ min: 1, max: 7 }), minute: fc.constantFrom(0, 720) })
    const window: fc.Arbitrary<WindowRule> = fc
      .record({ kind: fc.constantFrom('allow' as const, 'deny' as const), from: moment, to: moment })
      .filter(({ from, to }) => shown(from) !== shown(to))
      .map((rule) => ({ ...rule, zone: 'UTC', text: '' }))
    fc.assert(
      fc.property(fc.array(window, { maxLength: 5 }), (windows) => {
        expect(someMinuteOpen([], windows).length).toBe(openSomewhere(windows) ? 0 : 1)
      }),
      { numRuns: 1000 },
    )
  })
})

/** Looks at the middle of every half day: the windows above begin and end at its ends. */
function openSomewhere(windows: readonly WindowRule[]): boolean {
  const halves = Array.from({ length: 14 }, (_, half) => half)
  const half = ({ day, minute }: WeekMoment) => (day - 1) * 2 + minute / 720
  const covered = ({ from, to }: WindowRule) =>
    new Set(Array.from({ length: (half(to) - half(from) + 14) % 14 }, (_, step) => (half(from) + step) % 14))
  const of = (kind: WindowRule['kind']) => windows.filter((window) => window.kind === kind).map(covered)
  return halves.some(
    (at) => !of('deny').some((some) => some.has(at)) && (of('allow').length === 0 || of('allow').some((some) => some.has(at))),
  )
}
