import { Temporal } from 'temporal-polyfill'
import type { WeekMoment, WindowRule } from '../../domain/gate.ts'

const dayMinutes = 24 * 60
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Whether the clock on the wall of its zone stands within a weekly span: from its first minute up to the one it ends at, over
 * midnight and over Sunday night where it goes there.
 *
 * A time of day that the end of summer time repeats is within it both times, one that its beginning skips never comes.
 *
 * @param at milliseconds since 1970
 */
export function isWithin({ from, to, zone }: WindowRule, at: number): boolean {
  const wall = wallAt(at, zone)
  const now = (wall.dayOfWeek - 1) * dayMinutes + wall.hour * 60 + wall.minute
  const [first, end] = [minuteOfWeek(from), minuteOfWeek(to)]
  return first < end ? first <= now && now < end : first <= now || now < end
}

/**
 * The next moment at which `isWithin` may say something else: never later than when it does.
 *
 * @param at milliseconds since 1970, as what it returns
 */
export function nextChange({ from, to, zone }: WindowRule, at: number): number {
  const wall = wallAt(at, zone)
  const changeOfClocks = wall.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY
  const ends = [from, to].flatMap((moment) => occurrences(moment, wall))
  return Math.min(changeOfClocks, ...ends.filter((candidate) => candidate > at))
}

/** `Mon 23 Nov 06:00 (Europe/Berlin)` */
export function wallText(at: number, zone: string): string {
  const { dayOfWeek, day, month, hour, minute } = wallAt(at, zone)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${weekdays[dayOfWeek - 1]} ${day} ${months[month - 1]} ${two(hour)}:${two(minute)} (${zone})`
}

const wallAt = (at: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)

const minuteOfWeek = ({ day, minute }: WeekMoment): number => (day - 1) * dayMinutes + minute

/** Where the clock shows that minute in the week that begins with this day and in the one after, both times where it does so twice. */
function occurrences(moment: WeekMoment, wall: Temporal.ZonedDateTime): number[] {
  const days = (moment.day + 7 - wall.dayOfWeek) % 7
  const time = { hour: Math.floor(moment.minute / 60), minute: moment.minute % 60 }
  return [days, days + 7].flatMap((later) => {
    const there = wall.toPlainDate().add({ days: later }).toPlainDateTime(time)
    return (['earlier', 'later'] as const).map(
      (disambiguation) => there.toZonedDateTime(wall.timeZoneId, { disambiguation }).epochMilliseconds,
    )
  })
}
