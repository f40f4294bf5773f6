import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml'
import type { Parsed, Problem } from '../../domain/problem.ts'

/** A Compose file of the repository, read with the position of everything in it. */
export interface SourceFile {
  /** Relative to the repository's root. */
  path: string
  text: string
  document: Document.Parsed
  lines: LineCounter
}

/** No Compose file comes near these; reading more than so much could hold up everything else for seconds. */
const largestFile = 128 * 1024
const mostNodes = 100_000
/** Composing costs up to 30 microseconds for a token that is wrong; a file of so many lines of Compose has not half of them. */
const mostTokens = 30_000
const mostProblems = 20

/** Reads one file, or says what is wrong with its YAML. Bounded: nothing here grows with what aliases expand to. */
export function readYaml(path: string, bytes: Uint8Array): Parsed<SourceFile> {
  if (bytes.length > largestFile) return refuse(path, 'is larger than 128 KiB', 'No Compose file needs that much; split off what is data')
  const text = new TextDecoder().decode(bytes)
  if (hasTooManyTokens(text)) return refuse(path, 'has too many parts', 'No Compose file needs so many; split off what is data')
  try {
    return readText(path, text)
  } catch (error) {
    if (error instanceof RangeError) return refuse(path, 'is nested too deeply', 'Write it flatter')
    throw error
  }
}

function readText(path: string, text: string): Parsed<SourceFile> {
  const lines = new LineCounter()
  // Compose's reader knows merge keys; `!reset` and `!override` are its own tags and only warn here. The two switched off
  // take time that grows with the square of the file; Compose itself refuses keys that occur twice.
  const document = parseDocument(text, { lineCounter: lines, merge: true, logLevel: 'silent', prettyErrors: false, uniqueKeys: false })
  if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return refuse(path, 'is nested too deeply', 'Write it flatter')
  if (document.errors.length > 0) {
    const problems = document.errors.slice(0, mostProblems).map((error): Problem => {
      const { line, col } = lines.linePos(error.pos[0])
      return { file: path, line, column: col, what: error.message, remedy: 'Correct the YAML' }
    })
    return { kind: 'invalid', problems }
  }
  if (expandedSize(document) > mostNodes) {
    return refuse(path, 'its aliases expand to more than 100,000 nodes', 'Write it without aliases of aliases')
  }
  return { kind: 'ok', value: { path, text, document, lines } }
}

function hasTooManyTokens(text: string): boolean {
  let count = 0
  for (const _token of new Lexer().lex(text)) {
    count += 1
    if (count > mostTokens) return true
  }
  return false
}

const refuse = (file: string, what: string, remedy: string): Parsed<never> => ({ kind: 'invalid', problems: [{ file, what, remedy }] })

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
