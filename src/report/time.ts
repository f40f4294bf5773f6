import type { Deployment } from '../domain/deployment.ts'
import { momentOf } from '../domain/moment.ts'
import type { Instant } from '../domain/repository.ts'

/** `3.4 s`, `12 s`, `1 min 5 s`, `2 h 3 min`: as exact as a person needs. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, Math.round(seconds * 10) / 10)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60]
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Time from the first host touched to the end; undefined while it runs or where no host was touched. */
export function tookText({ startedAt, finishedAt }: Pick<Deployment, 'startedAt' | 'finishedAt'>): string | undefined {
  if (startedAt === undefined || finishedAt === undefined) return undefined
  return durationText((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000)
}

/** `12 Nov 2026, 14:03:09 UTC` */
export const momentText = (at: Instant): string => momentOf(at, 'second')

/** `+3.4 s`: how long after another moment, for records in which the time between matters. */
export function afterText(at: Instant, since: Instant): string {
  const seconds = (Date.parse(at) - Date.parse(since)) / 1000
  return Number.isFinite(seconds) ? `+${durationText(seconds)}` : at
}

/** From so many seconds on, the size of the unit and its name. */
const units = [
  [2 * 86_400, 86_400, 'days'],
  [3600, 3600, 'h'],
  [60, 60, 'min'],
] as const

/** `5 min ago`, in the largest unit alone: for people who want to know whether it was just now or long since. */
export function agoText(at: Instant, now: Instant): string {
  const seconds = Math.max(0, (Date.parse(now) - Date.parse(at)) / 1000)
  if (!Number.isFinite(seconds)) return at
  const [, size, name] = units.find(([from]) => seconds >= from) ?? [0, 1, 's']
  return `${Math.floor(seconds / size)} ${name} ago`
}
