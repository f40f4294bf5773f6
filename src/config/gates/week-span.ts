import type { WeekMoment } from '../../domain/gate.ts'

/** Part of any week; `to` is the first minute after it. */
export interface WeekSpan {
  from: WeekMoment
  to: WeekMoment
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const day = `(${days.join('|')})`
const begin = '([01]?[0-9]|2[0-3]):([0-5][0-9])'
const end = '(?:([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00)'
const oneSpan = new RegExp(`^${day} ${begin} ?- ?${day} ${end}$`)
const eachDay = new RegExp(`^${day}(?:-${day})? ${begin} ?- ?${end}$`)

/**
 * Reads `Fri 16:00 - Mon 06:00`, or `Mon-Fri 08:00 - 17:00` for each of these days; there an end that is earlier than the beginning
 * is on the next day. Undefined where it is neither.
 */
export function readWeekSpans(text: string): WeekSpan[] | undefined {
  const one = oneSpan.exec(text)
  if (one) {
    const [, first, hour, minute, last, endHour, endMinute] = one
    return [{ from: moment(dayNumber(first), minuteOf(hour, minute)), to: moment(dayNumber(last), minuteOf(endHour, endMinute)) }]
  }
  const each = eachDay.exec(text)
  if (!each) return undefined
  const [, first, last = first, hour, minute, endHour, endMinute] = each
  const [from, to] = [minuteOf(hour, minute), minuteOf(endHour, endMinute)]
  return daysBetween(dayNumber(first), dayNumber(last)).map((number) => ({
    from: moment(number, from),
    to: moment(to < from ? number + 1 : number, to),
  }))
}

const dayNumber = (name = ''): number => days.indexOf(name) + 1

/** What is not there is the end of the day, `24:00`. */
const minuteOf = (hour = '24', minute = '0'): number => Number(hour) * 60 + Number(minute)

/** The end of Sunday is the beginning of Monday. */
function moment(number: number, minute: number): WeekMoment {
  const after = number + Math.floor(minute / 1440)
  return { day: ((after - 1) % 7) + 1, minute: minute % 1440 }
}

/** `Sat-Mon` are three days. */
function daysBetween(first: number, last: number): number[] {
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => ((first + index - 1) % 7) + 1)
}
