import type { Parsed, Problem } from '../domain/problem.ts'
import { limits } from './limits.ts'

/**
 * Reads a dotenv file by Landfall's rule: a value is what stands there, byte for byte. `$` never interpolates, so
 * that a password holding one arrives as it was written. Otherwise the usual syntax: comments, `export `, unquoted
 * values (trimmed, ` # comment` cut off), 'literal' and "escaped" values that may span lines, CRLF, a leading BOM.
 * The last of several equal keys counts, as in Compose.
 */
export function parseDotenv(text: string, file: string): Parsed<Map<string, string>> {
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n')
  const values = new Map<string, string>()
  const problems: Problem[] = []
  let at = 0
  // Finding the place of a problem takes a walk through the file, and each of 100,000 lines may be one.
  while (at < source.length && problems.length < limits.problems) {
    const entry = readEntry(source, at)
    if (entry.kind === 'value') values.set(entry.key, entry.value)
    const reserved = entry.kind === 'value' ? reservedName(entry.key) : undefined
    if (reserved) problems.push({ file, ...positionOf(source, at), ...reserved })
    if (entry.kind === 'wrong') problems.push({ file, ...positionOf(source, entry.at), what: entry.what, remedy: entry.remedy })
    at = entry.end
  }
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'ok', value: values }
}

/**
 * Writes values so that every Compose from 2.24 on reads back exactly them, as `--env-file`, as `env_file:` and through
 * `${X}`. Throws where a value cannot be carried at all (NUL, half a surrogate pair): `unwritable` asks beforehand.
 */
export function writeDotenv(values: Iterable<[string, string]>): string {
  let text = ''
  for (const [key, value] of values) {
    const reason = unwritable(key, value)
    if (reason) throw new Error(`${key} ${reason}`)
    text += `${key}="${escaped(value)}"\n`
  }
  return text
}

/** Why no dotenv file can carry this value to a container; undefined where one can. Never shows the value. */
export function unwritable(key: string, value: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return 'is not a variable name'
  if (value.includes('\0')) return 'holds a NUL byte, which no environment can carry'
  if (!value.isWellFormed()) return 'holds half a surrogate pair, which is not valid text'
  return undefined
}

/** What a value means that stands behind `NAME=` by itself; one of several lines without quotes is what it is. */
export function dotenvValue(raw: string): string {
  const source = `V=${raw}`
  if (raw.includes('\n') && !/^[ \t]*["']/.test(raw)) return raw
  const entry = readEntry(source, 0)
  return entry.kind === 'value' && entry.end === source.length ? entry.value : raw
}

/** The other way: what to write behind `NAME=` in one line, without quotes where none are needed. */
export const dotenvRaw = (value: string): string => (!/[\n\r]/.test(value) && dotenvValue(value) === value ? value : `"${escaped(value)}"`)

/**
 * Names that steer Compose and Docker themselves or belong to the machine. In a dotenv file they would be obeyed on the host:
 * older Compose versions put the whole file into their own environment. Undefined for others.
 */
export function reservedName(key: string): { what: string; remedy: string } | undefined {
  if (!reservedNames.test(key)) return undefined
  return {
    what: `${key} is not for the environment to set`,
    remedy: 'Remove it: project, files, profiles and Docker are named in .github/landfall.yml and by the operator',
  }
}

const reservedNames =
  /^(COMPOSE_|LD_)|^DOCKER_(HOST|CONFIG|CONTEXT|CERT_PATH|TLS|TLS_VERIFY|API_VERSION|DEFAULT_PLATFORM)$|^(PATH|HOME|PWD|LC_ALL)$/

type Entry =
  | { kind: 'value'; key: string; value: string; end: number }
  | { kind: 'nothing'; end: number }
  | { kind: 'wrong'; at: number; what: string; remedy: string; end: number }

const entryStart = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/y
const blankLine = /[ \t\r]*(?:#[^\n]*)?(?:\n|$)/y

function readEntry(source: string, at: number): Entry {
  const blank = matchAt(blankLine, source, at)
  if (blank) return { kind: 'nothing', end: at + blank[0].length }
  const start = matchAt(entryStart, source, at)
  const key = start?.[1]
  if (!start || key === undefined) {
    const indent = /[ \t]*/y
    const first = at + (matchAt(indent, source, at)?.[0].length ?? 0)
    return { kind: 'wrong', at: first, what: 'this line is not NAME=value', remedy: lineRemedy, end: lineEnd(source, at) }
  }
  const valueAt = at + start[0].length
  const quote = source[valueAt]
  return quote === '"' || quote === "'" ? readQuoted(source, key, valueAt, quote) : readUnquoted(source, key, valueAt)
}

const lineRemedy = 'Names are letters, digits and _; put a value of several lines in quotes, and # before a comment'

function readUnquoted(source: string, key: string, at: number): Entry {
  const end = lineEnd(source, at)
  // The blank before the value was skipped already, so that a comment may begin right here.
  const raw = source.slice(at, end).replace(/\n$/, '')
  const blankBefore = /[ \t]/.test(source[at - 1] ?? '')
  const value = blankBefore && raw.startsWith('#') ? '' : raw.replace(/[ \t]#.*$/, '').trim()
  return { kind: 'value', key, value, end }
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '"': '"', $: '$' }

function readQuoted(source: string, key: string, at: number, quote: string): Entry {
  let value = ''
  for (let next = at + 1; next < source.length; next++) {
    const char = source[next] ?? ''
    if (char === quote) return readAfterQuote(source, key, value, next + 1)
    const meant = quote === '"' && char === '\\' ? escapes[source[next + 1] ?? ''] : undefined
    if (meant !== undefined) next++
    value += meant ?? char
  }
  const what = `the value of ${key} begins with ${quote} and never ends`
  return { kind: 'wrong', at, what, remedy: `Close it with ${quote}`, end: source.length }
}

function readAfterQuote(source: string, key: string, value: string, at: number): Entry {
  const rest = matchAt(blankLine, source, at)
  if (rest) return { kind: 'value', key, value, end: at + rest[0].length }
  const remedy = 'Put the whole value in one pair of quotes, and a blank and # before a comment'
  return { kind: 'wrong', at, what: `something follows the closing quote of ${key}`, remedy, end: lineEnd(source, at) }
}

function escaped(value: string): string {
  const shapes: Record<string, string> = { '\n': '\\n', '\r': '\\r' }
  return value.replace(/[\\"$\n\r]/g, (char) => shapes[char] ?? `\\${char}`)
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(source)
}

/** Just past the line's newline. */
function lineEnd(source: string, at: number): number {
  const newline = source.indexOf('\n', at)
  return newline === -1 ? source.length : newline + 1
}

function positionOf(source: string, at: number): { line: number; column: number } {
  const before = source.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}
