import { stripVTControlCharacters } from 'node:util'

/** Directional overrides and isolates: they can make a commit subject read as something else. */
const directions = /[\u202a-\u202e\u2066-\u2069]/g

/** What people, commits, hosts and logs wrote, on one line: no colours, control characters or line breaks. */
export const oneLine = (text: string): string => lines(text).join(' ').replace(/\s+/g, ' ').trim()

/** The same with its lines kept. Colours, carriage returns and other control characters are gone. */
export function lines(text: string): string[] {
  return stripVTControlCharacters(text.toWellFormed())
    .replace(directions, '')
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
    .map((line) => line.replaceAll('\t', '  ').replace(/\p{Cc}/gu, ''))
}

/** At most so many code points; cut at a word's border where one is near, and marked as cut. */
export function cut(text: string, limit: number): string {
  const points = Array.from(text)
  if (points.length <= limit) return text
  if (limit < 1) return ''
  const head = points.slice(0, limit - 1).join('')
  const border = head.search(/\s\S*$/)
  // A single word longer than a third of the room is broken: better half a digest than no sentence.
  return `${(border > head.length * 0.66 ? head.slice(0, border) : head).trimEnd()}…`
}

/** The longest cut of a text whose escaped form has at most `limit` characters. Never cuts inside an escape. */
export function within(text: string, limit: number, escaped: (text: string) => string): string {
  const whole = escaped(text)
  if (whole.length <= limit) return whole
  let room = Math.min(limit, Array.from(text).length)
  while (room > 0 && escaped(cut(text, room)).length > limit) room = Math.floor(room * 0.9)
  return escaped(cut(text, room))
}

/** What our own words mark as something to write or to run, between backticks: a command, a file. Whatever else people wrote stands outside. */
export const ticked = /`([\w ./-]{1,200})`/g

/** Our words for places that know no Markdown. */
export const unticked = (text: string): string => text.replace(ticked, '$1')

/**
 * A description of a commit status or deployment: 140 characters, and none beyond the basic plane. GitHub answers
 * 422 to emoji there ("description doesn't accept 4-byte Unicode"), and a commit's subject often starts with one.
 */
export const description = (text: string): string => cut(unticked(oneLine(text.replace(/[\u{10000}-\u{10ffff}]/gu, ''))), 140)

/** Bytes of a text as it is sent: some limits of GitHub's are in bytes. */
export const bytesOf = (text: string): number => Buffer.byteLength(text)

const charactersOf = (text: string): number => text.length

/** The first of several texts that together, each with its line break, have room in so many characters, or what else they are measured in. */
export function firstFitting(items: readonly string[], room: number, measure = charactersOf): string[] {
  const shown: string[] = []
  let used = 0
  for (const item of items) {
    used += measure(item) + 1
    if (used > room) break
    shown.push(item)
  }
  return shown
}
