/**
 * The lines of a comment that its author says: not quoted (GitHub draws what follows a quoted line without a blank one between as
 * quoted too), not code of any kind, not in an HTML comment or another piece of HTML. People discuss commands in all of these, and a
 * reply by mail carries the whole thread. In doubt a line is left out: what GitHub does not show as plain words must not act.
 *
 * It reads a line once or twice, whatever the text. Indented lines are among the result; no command begins with a space.
 */
export function spokenLines(comment: string): string[] {
  const spoken: string[] = []
  let block: Block | undefined
  let paragraph: string[] = []
  const endParagraph = () => {
    spoken.push(...linesOutsideOfSpans(paragraph))
    paragraph = []
  }
  for (const line of comment.split(/\r\n|\r|\n/)) {
    if (block && !block.leftBy(line)) {
      if (block.endsWith(line)) block = undefined
      continue
    }
    block = blockAt(line)
    if (block) {
      endParagraph()
      if (block.endsOnFirst?.(line)) block = undefined
    } else if (line.trim() === '') endParagraph()
    else paragraph.push(line)
  }
  endParagraph()
  return spoken
}

/** Lines that are not spoken, from the one that begins them. */
interface Block {
  /** Whether this line is the last of it. */
  endsWith: (line: string) => boolean
  /** Whether its first line can be its last one too. */
  endsOnFirst?: (line: string) => boolean
  /** Whether this line is outside of it, though nothing ended it: the list item around it is over. */
  leftBy: (line: string) => boolean
}

const never = () => false
const blank = (line: string) => line.trim() === ''

const fence = /^( {0,3}(?:(?:[-*+]|\d{1,9}[.)]) +)*)(`{3,}|~{3,})(.*)/
const rawHtml = /^ {0,3}<(pre|code|script|style|textarea|blockquote)(?=[\s>]|$)/i

function blockAt(line: string): Block | undefined {
  if (/^ {0,3}>/.test(line)) return untilBlank
  const [, before = '', mark, after = ''] = fence.exec(line) ?? []
  if (mark !== undefined && !(mark.startsWith('`') && after.includes('`'))) {
    const item = /\S/.test(before) ? before.length : 0
    return { endsWith: (other) => closes(mark, other), leftBy: (other) => !blank(other) && indentOf(other) < item }
  }
  if (/^ {0,3}<!--/.test(line)) return endingAt((other) => other.includes('-->'))
  const [, tag] = rawHtml.exec(line) ?? []
  if (tag !== undefined) return endingAt((other) => other.toLowerCase().includes(`</${tag.toLowerCase()}>`))
  if (/^ {0,3}<[/?!]?[a-z]/i.test(line)) return untilBlank
  return undefined
}

/** Unless a block with an end of its own begins first, of which the blank line may be a part. */
const untilBlank: Block = { endsWith: blank, leftBy: (line) => blockAt(line) !== undefined }

const endingAt = (endsWith: (line: string) => boolean): Block => ({ endsWith, endsOnFirst: endsWith, leftBy: never })

/** A fence is ended by one of its kind, as long or longer, alone on its line. */
function closes(mark: string, line: string): boolean {
  const other = line.trim()
  return other.startsWith(mark) && other === mark.charAt(0).repeat(other.length)
}

const indentOf = (line: string): number => line.length - line.trimStart().length

/** Lines of one paragraph that do not begin inside inline code or an HTML comment. */
function linesOutsideOfSpans(paragraph: readonly string[]): string[] {
  const text = paragraph.join('\n')
  const hidden = spansOf(text)
  let start = 0
  let span = 0
  return paragraph.filter((line) => {
    const here = start
    start += line.length + 1
    while (hidden[span] !== undefined && (hidden[span]?.end ?? 0) <= here) span += 1
    return (hidden[span]?.start ?? Number.POSITIVE_INFINITY) > here
  })
}

/** Inline code and HTML comments of a paragraph, in order. A comment that nothing ends hides the rest. */
function spansOf(text: string): { start: number; end: number }[] {
  const closing = runsByLength(text)
  const spans: { start: number; end: number }[] = []
  const sign = /\\[\s\S]|`+|<!--/g
  for (let found = sign.exec(text); found; found = sign.exec(text)) {
    const [mark] = found
    if (mark.startsWith('\\')) continue
    const end = mark === '<!--' ? commentEnd(text, sign.lastIndex) : closing(mark.length, sign.lastIndex)
    if (end === undefined) continue
    spans.push({ start: found.index, end })
    sign.lastIndex = end
  }
  return spans
}

function commentEnd(text: string, from: number): number {
  const end = text.indexOf('-->', from)
  return end === -1 ? text.length : end + 3
}

/** Finds where the next run of so many backticks ends. To be asked with growing positions, which keeps the whole linear. */
function runsByLength(text: string): (length: number, from: number) => number | undefined {
  const runs = new Map<number, { starts: number[]; passed: number }>()
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const same = runs.get(run.length)
    if (same) same.starts.push(index)
    else runs.set(run.length, { starts: [index], passed: 0 })
  }
  return (length, from) => {
    const same = runs.get(length)
    if (!same) return undefined
    while ((same.starts[same.passed] ?? Number.POSITIVE_INFINITY) < from) same.passed += 1
    const start = same.starts[same.passed]
    return start === undefined ? undefined : start + length
  }
}
