import type { Path } from './finding.ts'
import { notSupported } from './later.ts'
import type { Rule } from './rule.ts'

/**
 * Keys that are read and checked, and that nothing carries out yet; `*` is any name. They are refused, because a gate that nobody
 * watches is worse than none. Whoever carries one out takes it off here, in both files together where it stands in both.
 */
export const notYet = {
  project: ['environments.*.tag'],
  operator: [],
} as const satisfies Record<string, readonly string[]>

/** A rule that refuses the keys wherever they are written, whatever their values. */
export function refusing(keys: readonly string[]): Rule<unknown> {
  return (_file, names) =>
    keys.flatMap((pattern) =>
      writtenAt([], pattern.split('.'), names).map((path) => ({ path, onKey: true, ...notSupported(`${path.at(-1)}`) })),
    )
}

function writtenAt(path: Path, [next, ...rest]: readonly string[], names: (path: Path) => string[]): Path[] {
  if (next === undefined) return [path]
  const found = names(path).filter((name) => next === '*' || name === next)
  return found.flatMap((name) => writtenAt([...path, name], rest, names))
}
