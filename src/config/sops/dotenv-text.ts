import type { Parsed, Problem } from '../../domain/problem.ts'
import { limits } from '../limits.ts'
import { positionsIn } from '../position.ts'
import type { EncryptedText, Leaf, Span } from './encrypted-text.ts'

const prefix = 'sops_'

/**
 * Reads a dotenv file by the rule of SOPS, which knows neither quotes nor blanks: one value a line, and a backslash and `n` for a line
 * break. What it means as a dotenv file is another question, and comes after decrypting.
 */
export function readDotenvText(text: string, file: string): Parsed<EncryptedText> {
  const positionAt = positionsIn(text)
  const leaves: Leaf[] = []
  const flat = new Map<string, string>()
  const metadataAt = new Map<string, Span>()
  const problems: Problem[] = []
  let insertAt = text.length
  let start = 0
  for (const line of text.split('\n')) {
    const entry = { start, end: Math.min(start + line.length + 1, text.length) }
    start += line.length + 1
    if (line.trim() === '' || line.startsWith('#')) continue
    const sign = line.indexOf('=')
    if (sign === -1) {
      const remedy = 'Restore the file, or encrypt it again: nothing in it may be changed by hand'
      problems.push({ file, ...positionAt(entry.start), what: 'this line is not NAME=value', remedy })
      continue
    }
    const key = line.slice(0, sign)
    // Git may have made these line ends on Windows.
    const raw = line.slice(sign + 1).replace(/\r$/, '')
    const span = { start: entry.start + sign + 1, end: entry.start + sign + 1 + raw.length }
    const value = raw.replaceAll('\\n', '\n')
    if (!key.startsWith(prefix)) leaves.push({ path: [key], text: value, plain: value, ...span, entry, atTop: true })
    else {
      insertAt = Math.min(insertAt, entry.start)
      flat.set(key.slice(prefix.length), value)
      metadataAt.set(key.slice(prefix.length), span)
    }
  }
  if (problems.length > 0) return { kind: 'invalid', problems: problems.slice(0, limits.problems) }
  const metadata = flat.size > 0 ? unflattened(flat) : undefined
  return { kind: 'ok', value: { format: 'dotenv', file, text, leaves, metadata, metadataAt, insertAt, positionAt } }
}

/** `age__list_0__map_enc` is `enc` of the first entry of the list `age`. Other shapes are left as they are, and mean nothing. */
function unflattened(flat: ReadonlyMap<string, string>): Record<string, unknown> {
  const metadata: Record<string, unknown> = Object.create(null)
  const lists = new Map<string, Map<number, Record<string, string>>>()
  for (const [name, value] of flat) {
    const [, list, index, key] = /^(.+?)__list_(\d{1,4})__map_(.+)$/.exec(name) ?? []
    if (list === undefined || key === undefined) {
      metadata[name] = value
      continue
    }
    const entries = lists.get(list) ?? new Map<number, Record<string, string>>()
    lists.set(list, entries)
    entries.set(Number(index), { ...entries.get(Number(index)), [key]: value })
  }
  for (const [list, entries] of lists) metadata[list] = [...entries].sort(([one], [other]) => one - other).map(([, entry]) => entry)
  return metadata
}
