import type { Instant } from './repository.ts'

/** `12 Nov 2026, 14:03 UTC`, to the second `14:03:09`; what is no moment stays as it is. */
export function momentOf(at: Instant, to: 'minute' | 'second'): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return at
  const [, day, month, year, time = ''] = date.toUTCString().split(' ')
  return `${Number(day)} ${month} ${year}, ${to === 'minute' ? time.slice(0, 5) : time} UTC`
}
