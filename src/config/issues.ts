import type { z } from 'zod'
import { suggest } from '../domain/suggest.ts'
import type { Finding, Path } from './finding.ts'
import { later, notSupported } from './later.ts'
import { messageParts } from './message.ts'

type Issue = z.core.$ZodIssue

/** Names of what zod calls the types, with what to write. */
const types: Record<string, { name: string; remedy: string }> = {
  string: { name: 'text', remedy: 'Write text; put numbers, `true`, `false` and `null` into quotes' },
  number: { name: 'a number', remedy: 'Write a number without quotes' },
  int: { name: 'a whole number', remedy: 'Write a whole number without quotes' },
  boolean: { name: '`true` or `false`', remedy: 'Write `true` or `false` without quotes' },
  array: { name: 'a list', remedy: 'Write a list, such as `[one, two]`' },
  record: { name: 'names with their values', remedy: 'Write `name: value` lines, indented' },
  object: { name: 'keys with their values', remedy: 'Write `key: value` lines, indented' },
}

/** What zod found, in Landfall's words. `knownKeys` are those of the mapping at a path. */
export function findingsOf(issue: Issue, written: unknown, knownKeys: (path: Path) => string[]): Finding[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)))
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, knownKeys(path)))
  if (issue.code === 'invalid_key') {
    const own = messageParts(issue.issues[0]?.message ?? '') ?? { what: 'this name is not allowed', remedy: 'Choose another' }
    // The name stays out of the path: it may be an address with a password in it.
    return [{ path, maskKey: true, onKey: true, ...own }]
  }
  const own = messageParts(issue.message)
  if (own) return [{ path, ...own }]
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find((branch) => !branch.some((one) => one.code === 'invalid_type' && one.path.length === 0))
    if (meant) return meant.flatMap((one) => findingsOf({ ...one, path: [...issue.path, ...one.path] }, written, knownKeys))
  }
  if (valueAt(written, path) === undefined) return [{ path, what: `"${path.at(-1)}" is missing`, remedy: 'Add it' }]
  if (issue.code === 'invalid_type') return [wrongType(path, issue.expected, valueAt(written, path))]
  return [{ path, what: 'this value is not allowed here', remedy: 'See docs/configuration.md for what is' }]
}

function unknownKey(path: Path, key: string, known: string[]): Finding {
  // `{password:secret}` without a space is a key to YAML: only what looks like a key is repeated.
  if (!/^[a-z][a-z-]{0,30}$/i.test(key)) {
    return {
      path: [...path, key],
      maskKey: true,
      onKey: true,
      what: 'there is an unknown key',
      remedy: `Remove it; known here are ${known.join(', ')}`,
    }
  }
  const at = { path: [...path, key], onKey: true }
  if (later.has(key)) return { ...at, ...notSupported(key) }
  const meant = suggest(key, known)
  return meant
    ? { ...at, what: `unknown key "${key}" (did you mean "${meant}"?)`, remedy: 'Correct or remove it' }
    : { ...at, what: `unknown key "${key}"`, remedy: `Remove it; known here are ${known.join(', ')}` }
}

function wrongType(path: Path, expected: string, value: unknown): Finding {
  const type = types[expected] ?? { name: expected, remedy: 'See docs/configuration.md' }
  return { path, what: `expected ${type.name}, found ${nameOf(value)}`, remedy: type.remedy }
}

function nameOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'keys with their values'
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : '`true` or `false`'
}

/** What the tree has at a path; undefined where it has nothing. */
export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree
  for (const segment of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.getOwnPropertyDescriptor(value, segment)?.value
  }
  return value
}
