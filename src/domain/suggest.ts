/** The known name somebody probably meant: at most two slips away, and one in short names. */
export function suggest(written: string, known: readonly string[]): string | undefined {
  const tolerance = written.length <= 4 ? 1 : 2
  const ranked = known.map((name) => ({ name, slips: slipsBetween(written, name) })).sort((a, b) => a.slips - b.slips)
  const [best] = ranked
  return best && best.slips <= tolerance ? best.name : undefined
}

/**
 * Letters to insert, remove or change, and neighbours to swap, to make one word the other (Damerau and Levenshtein's distance, no
 * letter touched twice). Words whose lengths differ by more than two are 3 apart: nobody means that, and a long word costs nothing.
 */
export function slipsBetween(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return 3
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line]
    for (let column = 1; column <= to.length; column += 1) {
      const changed = at(row, column - 1) + (from[line - 1] === to[column - 1] ? 0 : 1)
      const swapped = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1] ? at(before, column - 2) + 1 : changed
      next.push(Math.min(changed, swapped, at(row, column) + 1, at(next, column - 1) + 1))
    }
    before = row
    row = next
  }
  return at(row, to.length)
}

/** Outside of the table nothing leads on: swapping needs two letters. */
const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY
