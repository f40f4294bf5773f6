import { isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'

/** A part of a text and what comes in its place. */
export interface Splice {
  start: number
  end: number
  text: string
}

/** The text with all of them; none touches another. */
export const spliced = (text: string, splices: readonly Splice[]): string =>
  [...splices]
    .sort((one, other) => other.start - one.start)
    .reduce((rest, { start, end, text: put }) => `${rest.slice(0, start)}${put}${rest.slice(end)}`, text)

export const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : '')

/** The value of a mapping's key. */
export const childOf = (node: unknown, key: string): unknown =>
  isMap(node) ? node.items.find((pair) => keyOf(pair) === key)?.value : undefined

export const startOf = (node: unknown): number => (isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? 0) : 0)

/** Where what is written of a node ends, without the comments and empty lines behind. */
export function endOf(node: unknown): number {
  if (isMap(node) && !node.flow) {
    const last = node.items.at(-1)
    return endOf(last?.value) || endOf(last?.key)
  }
  if (isSeq(node) && !node.flow) return endOf(node.items.at(-1))
  return isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[1] ?? 0) : 0
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
const lineEnd = (text: string, at: number): number => (text.indexOf('\n', at) + 1 || text.length + 1) - 1

/** What stands before a node in its line, where that is nothing but blanks. */
export const indentOf = (text: string, node: unknown): string => text.slice(lineStart(text, startOf(node)), startOf(node))

/** Puts lines below a mapping that is written as one, behind its last one. */
export function appended(text: string, mapping: YAMLMap, lines: readonly string[]): Splice {
  const at = lineEnd(text, endOf(mapping))
  return { start: at, end: at, text: lines.map((line) => `\n${line}`).join('') }
}

/** Takes whole lines away, from that of one place to that of another. */
const withoutLines = (text: string, from: number, to: number): Splice => ({
  start: lineStart(text, from),
  end: Math.min(lineEnd(text, to) + 1, text.length),
  text: '',
})

/** Takes a pair out of a mapping. */
export function withoutPair(text: string, mapping: YAMLMap, pair: Pair): Splice {
  const index = mapping.items.indexOf(pair)
  return mapping.flow
    ? withoutFlowItem(
        mapping.items.map(({ key, value }) => [startOf(key), endOf(value)]),
        index,
      )
    : withoutLines(text, startOf(pair.key), endOf(pair.value) || endOf(pair.key))
}

/** Takes an item out of a list. */
export function withoutItem(text: string, list: YAMLSeq, index: number): Splice {
  const places = list.items.map((item): [number, number] => [startOf(item), endOf(item)])
  return list.flow ? withoutFlowItem(places, index) : withoutLines(text, places[index]?.[0] ?? 0, places[index]?.[1] ?? 0)
}

/** With the comma that follows it, or the one before the last. */
function withoutFlowItem(places: readonly (readonly [number, number] | number[])[], index: number): Splice {
  const [start = 0, end = 0] = places[index] ?? []
  const next = places[index + 1]?.[0]
  if (next !== undefined) return { start, end: next, text: '' }
  return { start: places[index - 1]?.[1] ?? start, end, text: '' }
}
