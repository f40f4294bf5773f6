import type { WindowRule } from '../../domain/gate.ts'
import { reason } from '../../domain/reason.ts'
import type { Instant } from '../../domain/repository.ts'
import { type Decision, open, refused, waiting } from './decision.ts'
import { namesText } from './names.ts'
import { isWithin, nextChange, wallText } from './week.ts'

export interface WindowFacts {
  /** Each list comes from one source, and each has to let the deployment through. */
  windows: readonly (readonly WindowRule[])[]
  environment: string
  now: Instant
}

/** How far ahead an opening is looked for: windows of two zones may meet only in the weeks in which one has summer time. */
const farthest = 53 * 7 * 24 * 3600 * 1000

/**
 * The week's windows let deployments through: of each list no deny holds, and where it has allows, one of them does. A closed
 * window says when it opens, to the minute.
 */
export function window({ windows, environment, now }: WindowFacts): Decision {
  const at = Date.parse(now)
  const closing = windows.flatMap((list) => closingOf(list, at))
  const [first] = closing
  if (first === undefined) return open()

  const texts = namesText(closing.map(({ kind, text, zone }) => `${kind === 'deny' ? 'not' : 'only'} ${text} (${zone})`))
  const opens = nextOpening(windows, at)
  if (opens === undefined) return refused(reason('window-never-opens', { environment, windows: texts }))
  const evidence = { environment, windows: texts, opens: wallText(opens, first.zone), opensAt: new Date(opens).toISOString() }
  return waiting(reason('window-closed', evidence), (opens - at) / 1000)
}

/** The rules of one source that hold deployments back at this moment: denies, or else every allow where none holds. */
function closingOf(list: readonly WindowRule[], at: number): WindowRule[] {
  const denies = list.filter((rule) => rule.kind === 'deny' && isWithin(rule, at))
  if (denies.length > 0) return denies
  const allows = list.filter(({ kind }) => kind === 'allow')
  return allows.some((rule) => isWithin(rule, at)) ? [] : allows
}

/** The first moment, this one included, at which every list lets deployments through; undefined where there is none. */
function nextOpening(lists: WindowFacts['windows'], from: number): number | undefined {
  const changes = lists.flat().map((rule) => ({ rule, next: nextChange(rule, from) }))
  for (let at = from; at < from + farthest; ) {
    if (lists.every((list) => closingOf(list, at).length === 0)) return at
    at = Math.min(...changes.map(({ next }) => next))
    for (const change of changes) if (change.next <= at) change.next = nextChange(change.rule, at)
  }
  return undefined
}
