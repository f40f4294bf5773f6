import { lines } from '../../../src/report/text.ts'

/** What a reader sees: the page's words, without tags, style and script. */
export const wordsOf = (page: string): string =>
  page
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<script.*?<\/script>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')

/** Every tag in order, with the names of its attributes. */
export const skeleton = (page: string): string[] => Array.from(page.matchAll(/<[^>]*>/g), ([tag]) => tag.replace(/"[^"]*"/g, '""'))

/** The same lines and backticks, which may shape a page, of harmless letters. */
export const harmless = (text: string): string =>
  lines(text)
    .map((line) => line.replace(/[^\s`@]/g, 'x'))
    .join('\n')
