import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml'
import type { Problem } from '../../domain/problem.ts'

/** A Compose file of the repository, read with the position of everything in it. */
export interface SourceFile {
  /** Relative to the repository's root. */
  path: string
  text: string
  document: Document.Parsed
  lines: LineCounter
}

/** A file so large or so entangled that reading it would cost more than any real Compose file does. */
const largestFile = 1024 * 1024
const mostNodes = 100_000

/** Reads one file, or says everything that is wrong with its YAML. Bounded: nothing here grows with what aliases expand to. */
export function readYaml(path: string, bytes: Uint8Array): { kind: 'ok'; value: SourceFile } | { kind: 'invalid'; problems: Problem[] } {
  if (bytes.length > largestFile)
    return wrong({ file: path, what: 'is larger than 1 MiB', remedy: 'No Compose file needs that much; split off what is data' })
  const text = new TextDecoder().decode(bytes)
  const lines = new LineCounter()
  // Compose's reader knows merge keys; `!reset` and `!override` are its own tags and only warn here.
  const document = parsed(text, lines)
  if (!document) return wrong({ file: path, what: 'is nested too deeply', remedy: 'Write it flatter' })
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0])
      return { file: path, line, column: col, what: firstLine(error.message), remedy: 'Correct the YAML' }
    })
    return { kind: 'invalid', problems }
  }
  if (expandedSize(document) > mostNodes) {
    return wrong({ file: path, what: 'its aliases expand to more than 100,000 nodes', remedy: 'Write it without aliases of aliases' })
  }
  return { kind: 'ok', value: { path, text, document, lines } }
}

const wrong = (problem: Problem) => ({ kind: 'invalid' as const, problems: [problem] })
const firstLine = (message: string) => (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '')

/** Undefined where the nesting is deeper than the reader's stack: an attack, not a Compose file. */
function parsed(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, { lineCounter, merge: true, logLevel: 'silent' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** How many nodes the document would have with every alias written out; counted, never built. */
function expandedSize(document: Document.Parsed): number {
  const anchors = new Map<string, number>()
  const size = (node: unknown): number => {
    let total = 1
    if (isAlias(node)) total = anchors.get(node.source) ?? 1
    else if (isMap(node)) for (const pair of node.items) total += size(pair.key) + size(pair.value)
    else if (isSeq(node)) for (const item of node.items) total += size(item)
    if (isNode(node) && !isAlias(node) && node.anchor) anchors.set(node.anchor, total)
    return total
  }
  return size(document.contents)
}

/** Line and column, from 1, of a place in the file. */
export function positionAt(file: SourceFile, offset: number): { line: number; column: number } {
  const { line, col } = file.lines.linePos(offset)
  return { line, column: col }
}

/** Where the node at a path of keys stands, or the nearest parent that is there. */
export function positionOf(file: SourceFile, keys: readonly (string | number)[]): { line: number; column: number } {
  for (let depth = keys.length; depth > 0; depth--) {
    const node = pairKey(file.document, keys.slice(0, depth)) ?? file.document.getIn(keys.slice(0, depth), true)
    if (isNode(node) && node.range) return positionAt(file, node.range[0])
  }
  return { line: 1, column: 1 }
}

/** The key's own node: people look for `privileged:`, not for the `true` behind it. */
function pairKey(document: Document.Parsed, keys: readonly (string | number)[]): Node | undefined {
  const parent = keys.length === 1 ? document.contents : document.getIn(keys.slice(0, -1), true)
  if (!isMap(parent)) return undefined
  const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === keys.at(-1))
  return isNode(pair?.key) ? pair.key : undefined
}

/** Every text value of the file (keys are never interpolated), with the keys that lead to it. */
export function eachText(file: SourceFile, see: (scalar: Scalar<string>, path: string) => void): void {
  visit(file.document, {
    Scalar(key, node, parents) {
      if (key === 'key' || typeof node.value !== 'string') return
      const names = parents.flatMap((parent) => (isPair(parent) && isScalar(parent.key) ? [String(parent.key.value)] : []))
      see(node as Scalar<string>, names.join('.'))
    },
  })
}

/** Line and column of the n-th character of a scalar's value. Exact for one-line scalars, the scalar's start otherwise. */
export function positionInScalar(file: SourceFile, scalar: Scalar<string>, needle: string, nth: number): { line: number; column: number } {
  const [start, end] = scalar.range ?? [0, 0]
  const raw = file.text.slice(start, end)
  let at = -1
  for (let count = 0; count <= nth; count++) at = raw.indexOf(needle, at + 1)
  return positionAt(file, at === -1 ? start : start + at)
}
