import type { Figure } from './statistics.ts'

/** By name; names are the contract with whoever compares runs. A plain number was measured once. */
export type Figures = Record<string, number | Figure>

/** The one object on standard output under `--json`. */
export const asJson = (figures: Figures): string => JSON.stringify({ figures })

/** The same for people, with the aim beside each figure that has one. */
export function asTable(figures: Figures, aims: Record<string, number>): string {
  const rows = Object.entries(figures).map(([name, figure]) => {
    const { median, min, max, runs } = typeof figure === 'number' ? { median: figure, min: figure, max: figure, runs: 1 } : figure
    const aim = aims[name]
    return [name, median, min, max, runs, aim === undefined ? '' : `${aim} ${median <= aim ? 'met' : 'not met'}`].map(String)
  })
  return aligned([['figure', 'median', 'min', 'max', 'runs', 'aim'], ...rows])
}

/** Columns as wide as their widest cell; names to the left, numbers to the right. */
function aligned(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) => row.map((cell, column) => pad(cell, widths[column] ?? 0, column === 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

const pad = (cell: string, width: number, left: boolean): string => (left ? cell.padEnd(width) : cell.padStart(width))
