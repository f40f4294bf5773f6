import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import type { Parsed, Problem } from '../../domain/problem.ts'
import { parseDocument } from '../document.ts'
import { limits } from '../limits.ts'
import type { EncryptedText, Leaf, SopsFormat, Span } from './encrypted-text.ts'

const ownKey = 'sops'

/** Reads a YAML or JSON file as SOPS writes it: values in their order, each with its keys and its place. */
export function readTreeText(text: string, file: string, format: SopsFormat): Parsed<EncryptedText> {
  const parsed = parseDocument(text, file)
  if (parsed.kind === 'invalid') return parsed
  const { document, positionAt } = parsed
  const problems: Problem[] = []
  const wrong = (at: number, what: string) => problems.push({ file, ...positionAt(at), what, remedy: untouched })
  if (!isMap(document.contents)) {
    wrong(0, 'there are no names with values in it')
    return { kind: 'invalid', problems }
  }
  const top = document.contents
  const own = top.items.find((pair) => keyOf(pair) === ownKey)
  const leaves: Leaf[] = []
  for (const [index, pair] of top.items.entries()) {
    if (pair !== own) walkPair(pair, [], entryOf(top, index, text, format), 0)
  }
  noneTwice(top)
  if (problems.length > 0) return { kind: 'invalid', problems: problems.slice(0, limits.problems) }
  return {
    kind: 'ok',
    value: {
      ...{ format, file, text, leaves, positionAt },
      metadata: own && metadataOf(own, document),
      metadataAt: new Map(own && isMap(own.value) ? own.value.items.map((pair) => [keyOf(pair), spanOf(pair.value)]) : []),
      insertAt: own ? spanOf(own.key).start : text.length,
    },
  }

  function walkPair(pair: Pair, path: readonly string[], entry: Span, depth: number): void {
    walk(pair.value, [...path, keyOf(pair)], entry, depth, spanOf(pair.key).start)
  }

  function walk(node: unknown, path: string[], entry: Span, depth: number, at: number): void {
    if (depth > limits.depth) wrong(at, 'values are nested too deep')
    else if (isAlias(node)) wrong(spanOf(node).start, 'SOPS writes no aliases (`*`)')
    else if (isMap(node)) {
      noneTwice(node)
      for (const pair of node.items) walkPair(pair, path, entry, depth + 1)
    } else if (isSeq(node)) for (const item of node.items) walk(item, path, entry, depth + 1, at)
    else if (isScalar(node) && node.value !== null) {
      const { value, source } = node
      const plain = typeof value === 'string' ? value : asGoWrites(value, source ?? '')
      leaves.push({ path, text: typeof value === 'string' ? value : undefined, plain, ...spanOf(node), entry, atTop: depth === 0 })
    }
  }

  function noneTwice({ items }: YAMLMap): void {
    const seen = new Set<string>()
    for (const pair of items) {
      const key = keyOf(pair)
      if (seen.has(key)) wrong(spanOf(pair.key).start, 'a name is written twice in one place')
      seen.add(key)
    }
  }
}

const untouched = 'Restore the file, or encrypt it again: nothing in it may be changed by hand'

const keyOf = ({ key }: Pair): string => (isScalar(key) && key.value !== null ? String(key.value) : '')

function metadataOf({ value }: Pair, document: Document): unknown {
  // Aliases could make much of little; SOPS writes none.
  return isMap(value) ? value.toJS(document, { maxAliasCount: 0 }) : null
}

const spanOf = (node: unknown): Span => {
  const [start = 0, end = start] = (isNode(node) && node.range) || []
  return { start, end }
}

/** In YAML the lines of a name and its value, in JSON both with one of the commas around them. */
function entryOf(top: YAMLMap, index: number, text: string, format: SopsFormat): Span {
  const pair = top.items[index]
  const [start, end] = [spanOf(pair?.key).start, spanOf(pair?.value).end]
  if (format === 'yaml') return { start: text.lastIndexOf('\n', start) + 1, end: lineEnd(text, end) }
  const next = top.items[index + 1]
  const before = top.items[index - 1]
  if (next) return { start, end: spanOf(next.key).start }
  return before ? { start: spanOf(before.value).end, end } : { start, end }
}

function lineEnd(text: string, at: number): number {
  if (text[at - 1] === '\n') return at
  const newline = text.indexOf('\n', at)
  return newline === -1 ? text.length : newline + 1
}

/** SOPS takes true as `True`, and numbers without exponents; of odd ones the MAC then says that the file is not what it was. */
function asGoWrites(value: unknown, source: string): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return /^[-+]?\d+$/.test(source) ? BigInt(source.replace('+', '')).toString() : String(value)
}
