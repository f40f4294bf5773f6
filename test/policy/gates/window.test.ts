import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WeekMoment, WindowRule } from '../../../src/domain/gate.ts'
import { sentenceOf } from '../../../src/domain/reason.ts'
import { window } from '../../../src/policy/gates/window.ts'

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const moment = (text: string): WeekMoment => {
  const [day = '', hour = '', minute = ''] = text.split(/[ :]/)
  return { day: days.indexOf(day) + 1, minute: Number(hour) * 60 + Number(minute) }
}
/** `deny Fri 16:00 - Mon 06:00` */
const rule = (text: string, zone = 'Europe/Berlin'): WindowRule => {
  const [, kind = '', from = '', to = ''] = /^(\w+) (.+) - (.+)$/.exec(text) ?? []
  return { kind: kind === 'deny' ? 'deny' : 'allow', from: moment(from), to: moment(to), zone, text: `${from} - ${to}` }
}
/** When it opens, `now` where it is open. */
const opens = (lists: WindowRule[][], now: string): string => {
  const decision = window({ windows: lists, environment: 'production', now })
  if (decision.kind === 'open') return 'now'
  return decision.reason.evidence.opensAt ?? decision.reason.code
}

const weekend = rule('deny Fri 16:00 - Mon 06:00')
const office = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'].map((day) => rule(`allow ${day} 09:00 - ${day} 17:00`))

describe('when it opens', () => {
  test.each<[why: string, lists: WindowRule[][], now: string, expected: string]>([
    ['no windows', [], '2026-11-21T10:00:00Z', 'now'],
    ['an empty list', [[]], '2026-11-21T10:00:00Z', 'now'],
    ['a weekday', [[weekend]], '2026-11-18T10:00:00Z', 'now'],
    ['Friday, the last minute before it closes', [[weekend]], '2026-11-20T14:59:59Z', 'now'],
    ['Friday evening', [[weekend]], '2026-11-20T15:00:00Z', '2026-11-23T05:00:00.000Z'],
    ['Saturday', [[weekend]], '2026-11-21T10:00:00Z', '2026-11-23T05:00:00.000Z'],
    ['Monday, the last second', [[weekend]], '2026-11-23T04:59:59Z', '2026-11-23T05:00:00.000Z'],
    ['Monday, from then on', [[weekend]], '2026-11-23T05:00:00Z', 'now'],
    ['over midnight', [[rule('deny Tue 22:00 - Wed 06:00')]], '2026-11-17T22:30:00Z', '2026-11-18T05:00:00.000Z'],
    ['within office hours', [office], '2026-11-18T10:00:00Z', 'now'],
    ['after office hours', [office], '2026-11-18T16:00:00Z', '2026-11-19T08:00:00.000Z'],
    ['Friday after office hours', [office], '2026-11-20T16:00:00Z', '2026-11-23T08:00:00.000Z'],
    ['deny beats allow', [[...office, rule('deny Wed 00:00 - Thu 00:00')]], '2026-11-18T10:00:00Z', '2026-11-19T08:00:00.000Z'],
    ['each source counts', [office, [rule('allow Thu 12:00 - Thu 20:00')]], '2026-11-18T10:00:00Z', '2026-11-19T11:00:00.000Z'],
    ['two that follow each other', [[weekend, rule('deny Mon 06:00 - Mon 08:00')]], '2026-11-21T10:00:00Z', '2026-11-23T07:00:00.000Z'],
    ['two zones', [[rule('deny Mon 00:00 - Mon 12:00', 'Asia/Tokyo')]], '2026-11-22T20:00:00Z', '2026-11-23T03:00:00.000Z'],
    ['one minute a week', [[rule('allow Sat 10:59 - Sat 11:00')]], '2026-11-21T10:00:00Z', '2026-11-28T09:59:00.000Z'],
    [
      'no minute of the week',
      [[rule('allow Mon 09:00 - Mon 10:00')], [rule('allow Tue 09:00 - Tue 10:00')]],
      '2026-11-21T10:00:00Z',
      'window-never-opens',
    ],
  ])('%s', (_why, lists, now, expected) => expect(opens(lists, now)).toBe(expected))
})

describe('summer time', () => {
  const night = (text: string) => [[rule(text)]]
  test.each<[why: string, lists: WindowRule[][], now: string, expected: string]>([
    ['a weekend in which it begins is an hour shorter', [[weekend]], '2026-03-28T10:00:00Z', '2026-03-30T04:00:00.000Z'],
    ['a weekend in which it ends is an hour longer', [[weekend]], '2026-10-24T10:00:00Z', '2026-10-26T05:00:00.000Z'],
    ['an end that is skipped: at the jump', night('deny Sun 01:00 - Sun 02:30'), '2026-03-29T00:30:00Z', '2026-03-29T01:00:00.000Z'],
    ['an opening that is skipped: a week later', night('allow Sun 02:00 - Sun 03:00'), '2026-03-29T00:30:00Z', '2026-04-05T00:00:00.000Z'],
    [
      'an end that comes twice: open after the first',
      night('deny Sun 01:00 - Sun 02:30'),
      '2026-10-25T00:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    ['closed again when the hour is repeated', night('deny Sun 01:00 - Sun 02:30'), '2026-10-25T01:00:00Z', '2026-10-25T01:30:00.000Z'],
    ['an opening that comes twice', night('allow Sun 02:00 - Sun 02:30'), '2026-10-25T00:45:00Z', '2026-10-25T01:00:00.000Z'],
    [
      'clocks that go back over midnight',
      [[rule('deny Sat 23:30 - Sun 00:30', 'America/Havana')]],
      '2026-11-01T05:15:00Z',
      '2026-11-01T05:30:00.000Z',
    ],
    [
      'zones that meet only while one of them has summer time',
      [[rule('allow Mon 12:00 - Mon 13:00', 'Europe/Berlin')], [rule('allow Mon 07:00 - Mon 08:00', 'America/New_York')]],
      '2026-11-02T10:00:00Z',
      '2027-03-15T11:00:00.000Z',
    ],
  ])('%s', (_why, lists, now, expected) => expect(opens(lists, now)).toBe(expected))
})

test('says what holds it back, and when it goes on, by the clock there', () => {
  const decision = window({ windows: [[weekend]], environment: 'production', now: '2026-11-21T10:00:00Z' })
  expect(decision).toMatchObject({ kind: 'waiting', lookAgain: 43 * 3600 })
  expect(decision.kind === 'waiting' && sentenceOf(decision.reason)).toBe(
    'production is not deployed to now: not Fri 16:00 - Mon 06:00 (Europe/Berlin)',
  )
  expect(decision.kind === 'waiting' && decision.reason.evidence.opens).toBe('Mon 23 Nov 06:00 (Europe/Berlin)')
})

describe('for any windows and any time', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Havana']
  const aMoment = fc.record({ day: fc.integer({ min: 1, max: 7 }), minute: fc.integer({ min: 0, max: 1439 }) })
  const aRule = fc
    .record({ kind: fc.constantFrom('allow' as const, 'deny' as const), from: aMoment, to: aMoment, zone: fc.constantFrom(...zones) })
    .filter(({ from, to }) => from.day !== to.day || from.minute !== to.minute)
    .map((given) => ({ ...given, text: 'as written' }))
  const lists = fc.array(fc.array(aRule, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 })
  /** Often close to a change of clocks. */
  const time = fc
    .tuple(
      fc.constantFrom('2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-11-01T05:00Z', '2026-06-01T00:00Z'),
      fc.integer({ min: -5e5, max: 5e5 }),
    )
    .map(([around, seconds]) => new Date(Date.parse(around) + seconds * 1000).toISOString())
  /** By the runtime's own calendar, as another opinion. */
  const isOpen = (given: WindowRule[][], at: number): boolean =>
    given.every((list) => {
      const within = ({ from, to, zone }: WindowRule) => {
        const parts = formats[zone]?.formatToParts(at) ?? []
        const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
        const now = days.indexOf(part('weekday')) * 1440 + Number(part('hour')) * 60 + Number(part('minute'))
        const [first, end] = [(from.day - 1) * 1440 + from.minute, (to.day - 1) * 1440 + to.minute]
        return first < end ? now >= first && now < end : now >= first || now < end
      }
      const allows = list.filter(({ kind }) => kind === 'allow')
      return !list.some((each) => each.kind === 'deny' && within(each)) && (allows.length === 0 || allows.some(within))
    })
  const formats = Object.fromEntries(
    zones.map((timeZone) => [
      timeZone,
      new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    ]),
  )

  test('it opens in an open minute, and the minute before is closed', () => {
    fc.assert(
      fc.property(lists, time, (windows, now) => {
        const decision = window({ windows, environment: 'production', now })
        expect(decision.kind === 'open').toBe(isOpen(windows, Date.parse(now)))
        if (decision.kind !== 'waiting') return
        const opening = Date.parse(decision.reason.evidence.opensAt ?? '')
        expect(isOpen(windows, opening)).toBe(true)
        expect(isOpen(windows, opening - 60_000)).toBe(false)
        expect(opening).toBeGreaterThan(Date.parse(now))
        // No opening between was missed; looking at every minute of the way would take too long.
        for (let part = 1; part < 12; part++) {
          expect(isOpen(windows, Date.parse(now) + Math.floor(((opening - Date.parse(now)) * part) / 12))).toBe(false)
        }
      }),
      { numRuns: 60 },
    )
  })
})
