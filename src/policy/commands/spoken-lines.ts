import { outsideOfSpans } from './spans.ts'

/**
 * The lines of a comment that its author says: not quoted (GitHub draws what follows a quoted line without a blank one between as
 * quoted too), not code of any kind, not in an HTML comment or another piece of HTML. People discuss commands in all of these, and a
 * reply by mail carries the whole thread. In doubt a line is left out: what GitHub does not show as plain words must not act.
 *
 * It reads a line once or twice, whatever the text, which no parser of all Markdown promises; where it is coarser than one, it leaves
 * more out. Indented lines are among the result; no command begins with a space.
 */
export function spokenLines(comment: string): string[] {
  const spoken: string[] = []
  let paragraph: string[] = []
  let block: Block | undefined
  let untilBlank = false
  const endParagraph = () => {
    spoken.push(...outsideOfSpans(paragraph))
    paragraph = []
  }
  for (const line of comment.split(/\r\n|\r|\n/)) {
    if (isBlank(line)) untilBlank = false
    if (block && !block.leftBy(line)) {
      if (block.endsWith(line)) block = undefined
      continue
    }
    block = blockAt(line)
    if (block || isBlank(line) || beginsBlock(line)) endParagraph()
    if (block?.endsOnFirst?.(line)) block = undefined
    else if (!block) {
      // Not a block of its own: a fence may begin right below a quoted line, and its end does not end what is hidden here.
      untilBlank ||= quoteOrHtml.test(line)
      // Hidden lines stay, since inline code may end in them; indented they are no commands.
      paragraph.push(untilBlank ? ` ${line}` : line)
      if (standsAlone(line)) endParagraph()
    }
  }
  endParagraph()
  return spoken
}

/** Lines that are not spoken, from the one that begins them to the one that ends them, blank ones among them. */
interface Block {
  endsWith: (line: string) => boolean
  /** Whether its first line is its last one too. */
  endsOnFirst?: (line: string) => boolean
  /** Whether this line is outside of it, though nothing ended it: the list item around it is over. */
  leftBy: (line: string) => boolean
}

const fence = /^( {0,3}(?:(?:[-*+]|\d{1,9}[.)]) +)*)(`{3,}|~{3,})(.*)/
const rawHtml = /^ {0,3}<(pre|code|script|style|textarea|blockquote)(?=[\s>]|$)/i
const enclosing: readonly [begin: RegExp, end: string][] = [
  [/^ {0,3}<!--/, '-->'],
  [/^ {0,3}<\?/, '?>'],
  [/^ {0,3}<!\[CDATA\[/, ']]>'],
  [/^ {0,3}<![a-z]/i, '>'],
]
/** What hides lines up to the next blank one. */
const quoteOrHtml = /^ {0,3}(?:>|<\/?[a-z])/i

function blockAt(line: string): Block | undefined {
  const [, before = '', mark, after = ''] = fence.exec(line) ?? []
  if (mark !== undefined && !(mark.startsWith('`') && after.includes('`'))) {
    const item = /\S/.test(before) ? before.length : 0
    return {
      endsWith: (other) => indentOf(other) <= item + 3 && closes(mark, other),
      leftBy: (other) => !isBlank(other) && indentOf(other) < item,
    }
  }
  const pair = enclosing.find(([begin]) => begin.test(line))
  if (pair) return endingAt((other) => other.includes(pair[1]))
  const [, tag] = rawHtml.exec(line) ?? []
  return tag === undefined ? undefined : endingAt((other) => other.toLowerCase().includes(`</${tag.toLowerCase()}>`))
}

const endingAt = (endsWith: (line: string) => boolean): Block => ({ endsWith, endsOnFirst: endsWith, leftBy: () => false })

/** A fence is ended by one of its kind, as long or longer, alone on its line. */
function closes(mark: string, line: string): boolean {
  const other = line.trim()
  return other.startsWith(mark) && isAll(mark.charAt(0), other)
}

/** Quotes, list items and headings: inline code does not reach from one into the next. */
const beginsBlock = (line: string): boolean => /^ {0,3}(?:>|(?:[-*+]|\d{1,9}[.)]|#{1,6})(?:\s|$))/.test(line) || standsAlone(line)

/** Headings, rules and the lines under headings end what they begin. */
function standsAlone(line: string): boolean {
  const signs = line.replace(/\s/g, '')
  return /^ {0,3}#{1,6}(?:\s|$)/.test(line) || (signs !== '' && ['-', '=', '*', '_'].some((sign) => isAll(sign, signs)))
}

const isAll = (sign: string, text: string): boolean => text === sign.repeat(text.length)
const isBlank = (line: string): boolean => line.trim() === ''
const indentOf = (line: string): number => line.length - line.trimStart().length
