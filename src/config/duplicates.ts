import type { Finding, Path } from './finding.ts'

/** A finding for every item of the list at the path that was there before. */
export function duplicates(path: Path, items: readonly string[]): Finding[] {
  return items.flatMap((item, index) =>
    items.indexOf(item) < index
      ? [{ path: [...path, index], what: `"${item}" is named twice in this list`, remedy: 'Keep one of them' }]
      : [],
  )
}
