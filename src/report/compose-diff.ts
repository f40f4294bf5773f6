import { structuredPatch } from 'diff'
import { codeBlock } from './markdown.ts'
import { bytesOf, cut, firstFitting, lines } from './text.ts'

/** Lines that may differ. What differs more is another file, and the time that it takes to find the smallest difference grows with their square. */
const mostEdits = 600

const longestLine = 500

/** Backticks in a line make the fence around it longer, at either end. */
const fences = 2 * (longestLine + 10)

/**
 * How one Compose file becomes another, as a block of unified diff with three lines around each change; the first changes where not all
 * have room in so many bytes. Undefined where nothing changes.
 */
export function composeDiff(before: string, after: string, room: number): string | undefined {
  const patch = structuredPatch('', '', plainText(before), plainText(after), '', '', { context: 3, maxEditLength: mostEdits })
  if (!patch) return 'Nearly everything in it differs.'
  if (patch.hunks.length === 0) return undefined
  const all = patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines: changed }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...changed.map((line) => cut(line, longestLine)),
  ])
  const shown = firstFitting(all, room - fences, bytesOf)
  const more = all.length - shown.length
  return codeBlock([...shown, ...(more > 0 ? [`… ${more} more lines`] : [])].join('\n'), 'diff')
}

/** Without what could be read as something else, and always with a last line's end. */
const plainText = (text: string): string => `${lines(text.trimEnd()).join('\n')}\n`
