import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

/** Where the pages lie. */
export const folder = join(import.meta.dirname, '../../docs/first-day')

/** A fenced block of a page. */
export interface Block {
  language: string
  lines: string[]
  /** In the page, of its first line. */
  line: number
}

/** What a page calls something, and what that is in the laboratory: names of hosts, addresses and images, nothing else. */
export type Words = readonly (readonly [onPage: string, here: string])[]

/** A file of the page: the first line of its block names it, and may say where in it this goes. */
export interface PageFile {
  path: string
  /** `below the host` and the like; empty for a whole file. */
  where: string
  text: string
}

/** A page as a newcomer follows it: every block is used once, in the order of the page. */
export interface Page {
  /** Types what the next block shows, line by line, and compares what came with what it says. */
  type(): Promise<void>
  /** Compares this with the next block, which shows it as text. */
  shows(text: string): void
  /** The next block, which is this file. */
  file(path: string): PageFile
  /** The next block, which changes this file: a function from the text before to the one after. */
  diff(path: string): (before: string) => string
  /** Throws where something of the page is left. */
  end(): void
}

/** Types a line: `$` where Landfall runs, `#` as root on the host. Returns everything that was printed. */
export type Typing = (prompt: '$' | '#', command: string) => Promise<string>

/** All fenced blocks of a page, in order. */
export function blocksOf(name: string): Block[] {
  const text = readFileSync(join(folder, name), 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)].map((match) => ({
    language: match[1] ?? '',
    lines: (match[2] ?? '').split('\n'),
    line: text.slice(0, match.index).split('\n').length + 1,
  }))
}

/** Opens a page of docs/first-day. */
export function openPage(name: string, words: Words, typing: Typing): Page {
  const blocks = blocksOf(name)
  const here = (text: string) => words.reduce((so, [onPage, meant]) => so.replaceAll(onPage, meant), text)
  const next = (language: RegExp): Block => {
    const block = blocks.shift()
    if (!block || !language.test(block.language)) throw new Error(`${name}:${block?.line ?? 'end'}: expected a block of ${language}`)
    return block
  }
  const compare = (printed: string, shown: readonly string[], at: string) =>
    expect(linesOf(printed), `what came of ${name}:${at}`).toEqual(linesOf(here(shown.join('\n'))).map(likeness))

  return {
    async type() {
      const { lines, line } = next(/^console$/)
      for (const { prompt, command, shown } of commandsOf(lines)) {
        const printed = await typing(prompt, here(command))
        // `…` alone: what is printed does not matter, and differs from terminal to terminal.
        if (shown.join('\n') !== '…') compare(printed, shown, `${line}: ${command}`)
      }
    },
    shows(text) {
      const { lines, line } = next(/^text$/)
      compare(text, lines, String(line))
    },
    file(path) {
      const { lines, line } = next(/^yaml$/)
      const first = firstLine(lines)
      expect(first.path, `the file of ${name}:${line}`).toBe(path)
      return { ...first, text: here(`${lines.slice(1).join('\n')}\n`) }
    },
    diff(path) {
      const { lines, line } = next(/^diff$/)
      expect(firstLine(lines).path, `the file of ${name}:${line}`).toBe(path)
      return changing(here(lines.slice(1).join('\n')))
    },
    end: () =>
      expect(
        blocks.map(({ line }) => line),
        `blocks of ${name} that nothing used`,
      ).toEqual([]),
  }
}

function firstLine([line = '']: readonly string[]): { path: string; where: string } {
  const [, path = '', where = ''] = /^# (\S+?)(?:, (.*))?$/.exec(line) ?? []
  return { path, where }
}

interface Typed {
  prompt: '$' | '#'
  command: string
  shown: string[]
}

function commandsOf(lines: readonly string[]): Typed[] {
  const typed: Typed[] = []
  for (const line of lines) {
    const [, prompt, command = ''] = /^([$#]) (.*)$/.exec(line) ?? []
    const last = typed.at(-1)
    if (prompt === '$' || prompt === '#') typed.push({ prompt, command, shown: [] })
    else if (last?.command.endsWith('\\') && last.shown.length === 0) last.command = `${last.command}\n${line}`
    else last?.shown.push(line)
  }
  return typed
}

/** Columns are as wide as what stands in them: how wide is not for a page to say. Lines without anything are left out. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trimEnd().replaceAll(/(?<=\S) {2,}/g, '  '))
    .filter((line) => line !== '')

const likeness = (line: string): unknown => (line.includes('…') ? expect.stringMatching(new RegExp(`^${patternOf(line)}$`)) : line)

/** `…` stands for what differs from case to case: ids, digests, times, keys. */
const patternOf = (text: string): string =>
  text
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.+')

/** Carries a diff out: each of its places has to be there once. */
function changing(diff: string): (before: string) => string {
  const places: { before: string[]; after: string[] }[] = []
  let last = '+'
  for (const line of diff.split('\n')) {
    const sign = line[0] ?? ' '
    if (last === '+' && sign !== '+') places.push({ before: [], after: [] })
    if (sign !== '+') places.at(-1)?.before.push(line.slice(1))
    if (sign !== '-') places.at(-1)?.after.push(line.slice(1))
    last = sign
  }
  return (text) =>
    places.reduce((so, { before, after }) => {
      const place = new RegExp(`^${patternOf(before.join('\n'))}$`, 'gm')
      expect(so.match(place), `${before.join('\n')} in\n${so}`).toHaveLength(1)
      return so.replace(place, () => after.join('\n'))
    }, text)
}
