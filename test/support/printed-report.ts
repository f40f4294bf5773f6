const print = (line = ''): void => void process.stdout.write(`${line}\n`)

/** What a suite that people start by hand prints: lines with the time since it began, tables, and an end. */
export interface PrintedReport {
  progress(line: string): void
  /** Columns as wide as their widest cell; the last one runs on. */
  table(head: string[], rows: string[][]): void
  line(text?: string): void
}

export function printedReport(): PrintedReport {
  const startedAt = performance.now()
  return {
    progress: (line) => print(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`),
    table(head, rows) {
      const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
      const line = (cells: string[]) =>
        cells
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()
      print(line(head))
      print(line(widths.map((width) => '─'.repeat(width))))
      for (const row of rows) print(line(row))
      print()
    },
    line: print,
  }
}
