import { suggest } from '../../domain/suggest.ts'
import type { Finding, Path } from '../finding.ts'
import { limits } from '../limits.ts'

/** What is before each environment: the value of its `after`, with the place it is written at. */
export type Chain = ReadonlyMap<string, { after: string; path: Path }>

/** A finding for each environment that comes after itself, and one for each circle of several. */
export function noCircles(chain: Chain): Finding[] {
  const told = new Set<string>()
  return [...chain].flatMap(([name, { path }]): Finding[] => {
    const before = told.has(name) ? new Set<string>() : allBefore(chain, name)
    if (!before.has(name)) return []
    for (const member of before) told.add(member)
    const circle = [name, ...before]
    const shown = circle.length > 8 ? [...circle.slice(0, 6), '…', name] : circle
    const what = before.size === 1 ? 'an environment cannot come after itself' : `this goes in a circle: ${shown.join(' after ')}`
    return [{ path, what, remedy: 'Let the first environment of the chain come after none' }]
  })
}

/** The environments before this one, nearest first; ends with itself where it is in a circle, and never goes around twice. */
function allBefore(chain: Chain, name: string): Set<string> {
  const before = new Set<string>()
  for (let next = chain.get(name)?.after; next !== undefined && !before.has(next); next = chain.get(next)?.after) before.add(next)
  return before
}

/** A finding for each `after` that names no environment there is. */
export function afterKnown(chain: Chain, known: readonly string[]): Finding[] {
  const names = new Set(known)
  const unknown = [...chain.values()].filter(({ after }) => !names.has(after))
  // Guessing what was meant compares with every name; nobody is shown more than these.
  return unknown.slice(0, limits.problems).map(({ after, path }) => {
    const meant = suggest(after, known)
    const what = `unknown environment "${after}"${meant ? ` (did you mean "${meant}"?)` : ''}`
    return { path, what, remedy: 'Name another environment of this file, or remove it' }
  })
}
