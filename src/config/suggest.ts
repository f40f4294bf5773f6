/** The known name somebody probably meant: at most two slips away, and one in short names. */
export function suggest(written: string, known: readonly string[]): string | undefined {
  const tolerance = written.length <= 4 ? 1 : 2
  const ranked = known.map((name) => ({ name, slips: slips(written, name) })).sort((a, b) => a.slips - b.slips)
  const [best] = ranked
  return best && best.slips <= tolerance ? best.name : undefined
}

/** Letters to insert, remove or change to make one word the other (Levenshtein's distance). */
function slips(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return 3
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1]
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
