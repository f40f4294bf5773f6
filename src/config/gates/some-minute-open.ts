import type { WeekMoment, WindowRule } from '../../domain/gate.ts'
import type { Finding, Path } from '../finding.ts'
import type { WeekSpan } from './week-span.ts'

/** A finding at the path where the windows let nothing through in any week. */
export function someMinuteOpen(path: Path, windows: readonly WindowRule[]): Finding[] {
  if (!neverOpen(windows)) return []
  return [{ path, what: 'these windows leave no minute of the week open', remedy: 'Shorten what they deny, or allow more' }]
}

/**
 * Judged by the clock of one zone at a time: how two zones stand to each other changes with the season. So what is found is
 * sure, but windows of several zones that are closed only together are not found.
 */
function neverOpen(windows: readonly WindowRule[]): boolean {
  const allowed = windows.filter(({ kind }) => kind === 'allow')
  const denied = windows.filter(({ kind }) => kind === 'deny')
  return [...new Set(windows.map(({ zone }) => zone))].some((zone) => {
    const own = allowed.every((window) => window.zone === zone) ? allowed : []
    return coversWeek(
      denied.filter((window) => window.zone === zone),
      own,
    )
  })
}

/** Whatever is open begins where something allowed begins or something denied ends. */
function coversWeek(denied: readonly WeekSpan[], allowed: readonly WeekSpan[]): boolean {
  if (denied.length === 0) return false
  const beginnings = [...allowed.map(({ from }) => from), ...denied.map(({ to }) => to)]
  const isOpen = (moment: WeekMoment) =>
    !denied.some((span) => holds(span, moment)) && (allowed.length === 0 || allowed.some((span) => holds(span, moment)))
  return !beginnings.some(isOpen)
}

function holds({ from, to }: WeekSpan, moment: WeekMoment): boolean {
  const [first, end, at] = [minuteOfWeek(from), minuteOfWeek(to), minuteOfWeek(moment)]
  return first < end ? first <= at && at < end : at >= first || at < end
}

const minuteOfWeek = ({ day, minute }: WeekMoment): number => (day - 1) * 1440 + minute
