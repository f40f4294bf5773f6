import { cut, lines, oneLine, ticked } from './text.ts'

/**
 * Foreign words inside GitHub Markdown, shown as they are: no formatting, HTML, links, mentions or cross references.
 * A backslash does not stop `@mona` from being told or `#12` from being linked (GitHub looks at the finished text), so a
 * zero-width space follows the sign.
 */
export function plain(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~$!#{}()]/g, '\\$&')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.])/, '$1\\$2')
    .replace(/@|\\#|\bgh-(?=\d)/gi, '$&&#8203;')
    .replaceAll('://', ':&#8203;//')
    .replace(/www(?=\.)/gi, '$&&#8203;')
}

/** Foreign words as code on the line; the fence is longer than any run of backticks in them. */
export function code(text: string): string {
  const content = oneLine(text)
  if (content === '') return ''
  const fence = '`'.repeat(longestRun(content) + 1)
  const room = content.startsWith('`') || content.endsWith('`') ? ' ' : ''
  return `${fence}${room}${content}${room}${fence}`
}

/** Foreign lines as a block of code that they cannot end. */
export function codeBlock(text: string, language: 'text' | 'diff' = 'text'): string {
  const content = lines(text).join('\n').trimEnd()
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1))
  return `${fence}${language}\n${content}\n${fence}`
}

export const link = (markdown: string, url: string): string => `[${markdown}](${url.replace(/[\s()<>]/g, percent)})`

/** An invisible line by which Landfall finds its own comment again. */
export const marker = (name: string): string => `<!-- landfall:${name.replace(/[^\w:./]/g, '-').replace(/-{2,}/g, '-')} -->`

/** Foreign words as one sentence with one full stop, wherever they came from. */
export const sentence = (text: string, limit: number): string => `${phrase(cut(text.trim().replace(/\.$/, ''), limit))}.`

/** Words of ours and foreign ones; what stands between backticks to be written or run is code. */
const phrase = (text: string): string =>
  text
    .split(ticked)
    .map((part, index) => (index % 2 === 1 ? code(part) : `${/^\s/.test(part) ? ' ' : ''}${plain(part)}${/\S\s$/.test(part) ? ' ' : ''}`))
    .join('')

const percent = (mark: string): string => `%${mark.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

const longestRun = (text: string): number => Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
