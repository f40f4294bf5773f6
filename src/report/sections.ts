import { bytesOf, firstFitting } from './text.ts'

/** A part of a Markdown page: its head, such as a title or the head of a table, and below it rows, of which the last may be left out. */
export interface Section {
  head: string
  rows?: readonly string[]
}

/** GitHub refuses more than 65,535 bytes of a check run's summary or text, whatever its description says of characters. */
export const checkRoom = 65_000

/** For the line that says how many rows were left out. */
const lastLine = 40

/**
 * As much of the sections as has room in so many bytes, a blank line between them, and how many rows are left out of each. The most
 * important comes first: what is below a section that has no room at all is not shown either.
 */
export function fitted(sections: readonly Section[], room: number): string {
  const shown: string[] = []
  let left = room
  for (const { head, rows = [] } of sections) {
    const fitting = firstFitting(rows, left - bytesOf(head) - lastLine, bytesOf)
    if (bytesOf(head) + lastLine > left || (rows.length > 0 && fitting.length === 0)) break
    const more = rows.length - fitting.length
    const text = [head, ...fitting, ...(more > 0 ? [`\nand ${more} more`] : [])].join('\n')
    left -= bytesOf(text) + 2
    shown.push(text)
  }
  return shown.join('\n\n')
}
