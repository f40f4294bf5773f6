/** Repeated measurements of one thing, in its own unit. */
export interface Figure {
  median: number
  min: number
  max: number
  runs: number
}

/** Sums up runs. Throws on none: a figure without a measurement is a lie. */
export function figureOf(runs: readonly number[]): Figure {
  const sorted = [...runs].sort((one, other) => one - other)
  const [min] = sorted
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) throw new Error('a figure needs at least one run')
  return { median: rounded(middle(sorted)), min: rounded(min), max: rounded(max), runs: sorted.length }
}

/**
 * Of each pair the first over the second. Pairs were measured one right after the other, so that what else the machine does
 * weighs on both.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Figure {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} runs cannot be paired with ${theirs.length}`)
  return figureOf(ours.map((value, index) => value / (theirs[index] ?? Number.NaN)))
}

function middle(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  return (lower + upper) / 2
}

/** Three digits after the point are more than any of these measurements is good for. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000

/** How long at least one of these spans was under way, between two moments. Spans may overlap. */
export function coveredBy(spans: readonly { from: number; to: number }[], from: number, to: number): number {
  let covered = 0
  let reached = from
  for (const span of [...spans].sort((one, other) => one.from - other.from)) {
    const [begin, end] = [Math.max(span.from, reached), Math.min(span.to, to)]
    if (end <= begin) continue
    covered += end - begin
    reached = end
  }
  return covered
}
