import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import type { Finding, Path } from './finding.ts'
import { limits } from './limits.ts'
import type { Position } from './position.ts'

/** The file as plain values, with the places they came from. Mappings have no prototype: `constructor` is just a missing key. */
export interface Tree {
  value: unknown
  /** Duplicate keys and the like; the rest of the tree is good. */
  findings: Finding[]
  /** Where the thing is that the finding is about, or its nearest parent. */
  positionOf(finding: Pick<Finding, 'path' | 'onKey' | 'offset'>): Position
  /** Keys of the mapping at the path as written, also of entries that are wrong elsewhere. */
  keys(path: Path): string[]
}

/** Offsets into the text. */
interface Place {
  key: number
  value: number
  plain: boolean
}

/**
 * Turns YAML nodes into plain values. Done here rather than by `toJS`, because duplicate keys are looked for in linear
 * time (the library's own check is quadratic: 32,000 keys took 47 s) and because each value keeps its place.
 */
export function readTree(document: Document, positionAt: (offset: number) => Position): Tree {
  const findings: Finding[] = []
  const places = new Map<string, Place>()
  const used = { values: 0, aliases: 0 }
  const open = new Set<Node>()

  const value = read(document.contents, [], 0)
  return {
    value,
    findings,
    positionOf: (finding) => positionAt(finding.offset ?? nearest(places, finding)),
    keys(path) {
      let found = value
      for (const segment of path) found = isMapping(found) ? found[segment] : undefined
      return isMapping(found) ? Object.keys(found) : []
    },
  }

  function read(node: unknown, path: Path, key: number): unknown {
    used.values += 1
    if (path.length > limits.depth) return giveUp({ path, ...tooDeep })
    if (used.values > limits.values) return giveUp({ path, ...tooMuch })
    const start = startOf(node) ?? key
    const place = { key: path.length > 0 ? key : start, value: start, plain: isScalar(node) || isAlias(node) }
    places.set(JSON.stringify(path), place)
    if (isAlias(node)) {
      const expanded = readAlias(node, path, place)
      places.set(JSON.stringify(path), place)
      return expanded
    }
    if (isMap(node)) return readMapping(node.items, path)
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index], startOf(item) ?? start))
    return isScalar(node) ? node.value : null
  }

  function readMapping(items: readonly { key: unknown; value: unknown }[], path: Path): unknown {
    const mapping: Record<string, unknown> = Object.create(null)
    for (const item of items) {
      const offset = startOf(item.key) ?? 0
      // As written: `1.0` and `1e3` are names here, not numbers.
      const key = isScalar(item.key) && item.key.value !== null ? (item.key.source ?? String(item.key.value)) : undefined
      const refusal = refusedKey(key, mapping)
      if (refusal) findings.push({ path, offset, ...refusal })
      else if (key !== undefined) mapping[key] = read(item.value, [...path, key], offset)
    }
    return mapping
  }

  function readAlias(alias: Alias, path: Path, place: Place): unknown {
    used.aliases += 1
    if (used.aliases > limits.aliases) return giveUp({ path, ...tooMuch })
    const target = alias.resolve(document)
    if (!target || open.has(target)) {
      const what = target ? 'the alias stands for something it is part of' : 'there is no anchor for this alias'
      findings.push({ path, what, remedy: 'Write the value out; text that begins with `*` needs quotes' })
      return null
    }
    open.add(target)
    const value = read(target, path, place.key)
    open.delete(target)
    return value
  }

  /** One finding for all values that are over a limit. */
  function giveUp(finding: Finding): null {
    if (!findings.some(({ what }) => what === finding.what)) findings.push(finding)
    return null
  }
}

export const tooDeep = { what: `values are nested more than ${limits.depth} levels deep`, remedy: 'Write it flatter' }
const tooMuch = { what: 'the aliases of this file expand to too much', remedy: 'Write it with fewer aliases' }

/** Keys are not repeated in these messages: a misplaced password may have become one. */
function refusedKey(key: string | undefined, mapping: object): Pick<Finding, 'what' | 'remedy'> | undefined {
  if (key === undefined || key === '__proto__') return { what: 'a key is not plain text', remedy: 'Write it as `name: value`' }
  if (key === '<<') return { what: 'merge keys (`<<`) are not supported', remedy: 'Write the keys out, or use `defaults`' }
  if (key in mapping) return { what: 'the same key is written twice in one place', remedy: 'Keep one of them' }
  return undefined
}

/** A plain value is pointed at itself; a list or mapping by its key, since it may begin lines below. */
function nearest(places: Map<string, Place>, { path, onKey }: Pick<Finding, 'path' | 'onKey'>): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const place = places.get(JSON.stringify(path.slice(0, length)))
    if (place) return place.plain && !onKey && length === path.length ? place.value : place.key
  }
  return 0
}

const isMapping = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)
