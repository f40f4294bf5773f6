/**
 * The variables in one Compose scalar, read as Compose reads them: `$NAME`, `${NAME}`, `${NAME:-default}` and its kin,
 * `$$` for a dollar. Everything else that begins with a dollar stays as it is. Source: the Compose specification,
 * "Interpolation", tried on 2.26.1 and 2.40.3.
 */
export type Part = { kind: 'text'; text: string } | Reference | { kind: 'malformed'; text: string; at: number }

export interface Reference {
  kind: 'reference'
  /** As written: `${TAG:-latest}`. */
  text: string
  /** Characters before it in the scalar's value. */
  at: number
  name: string
  operator: '' | ':-' | '-' | ':?' | '?' | ':+' | '+'
  /** What follows the operator: a default, a message or a replacement; may hold references of its own. */
  operand: string
}

const named = /\$([A-Za-z_][A-Za-z0-9_]*)/y
const inside = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:-|-|:\?|\?|:\+|\+)([\s\S]*))?$/

export function parseTemplate(value: string): Part[] {
  const parts: Part[] = []
  let at = 0
  while (at < value.length) {
    const part = readPart(value, at)
    parts.push(part.part)
    at = part.end
  }
  return parts
}

function readPart(value: string, at: number): { part: Part; end: number } {
  if (value[at] !== '$') {
    const dollar = value.indexOf('$', at)
    const end = dollar === -1 ? value.length : dollar
    return { part: { kind: 'text', text: value.slice(at, end) }, end }
  }
  if (value[at + 1] === '$') return { part: { kind: 'text', text: '$' }, end: at + 2 }
  if (value[at + 1] === '{') return readBraced(value, at)
  named.lastIndex = at
  const match = named.exec(value)
  if (!match?.[1]) return { part: { kind: 'text', text: '$' }, end: at + 1 }
  return { part: { kind: 'reference', text: match[0], at, name: match[1], operator: '', operand: '' }, end: at + match[0].length }
}

function readBraced(value: string, at: number): { part: Part; end: number } {
  const close = closingBrace(value, at + 1)
  const text = value.slice(at, close === -1 ? value.length : close + 1)
  const match = close === -1 ? null : inside.exec(value.slice(at + 2, close))
  if (!match?.[1]) return { part: { kind: 'malformed', text, at }, end: at + text.length }
  const operator = (match[2] ?? '') as Reference['operator']
  return { part: { kind: 'reference', text, at, name: match[1], operator, operand: match[3] ?? '' }, end: at + text.length }
}

/**
 * Defaults inside defaults are read one within the other: a file of nothing else would overflow the stack, after a time
 * that grows with the square of its depth.
 */
const mostNested = 50

/** Where the brace opened at `open` closes; braces inside, as in a JSON default, count. -1 where it never does, or holds too many. */
function closingBrace(value: string, open: number): number {
  let depth = 0
  for (let at = open; at < value.length && depth <= mostNested; at++) {
    if (value[at] === '{') depth++
    if (value[at] === '}' && --depth === 0) return at
  }
  return -1
}

export type Variables = ReadonlyMap<string, string>

/** The value after interpolation; an unset variable is empty, as for Compose. `unset` tells those beforehand. */
export function interpolate(value: string, variables: Variables): string {
  return parseTemplate(value)
    .map((part) => (part.kind === 'reference' ? resolved(part, variables) : part.text))
    .join('')
}

function resolved(reference: Reference, variables: Variables): string {
  const value = variables.get(reference.name)
  const { operator, operand } = reference
  const given = operator.startsWith(':') ? Boolean(value) : value !== undefined
  if (operator.endsWith('+')) return given ? interpolate(operand, variables) : ''
  if (operator.endsWith('-') && !given) return interpolate(operand, variables)
  return value ?? ''
}

/** References whose value is asked for and not there, with the message of a `:?`. */
export interface Unset {
  name: string
  at: number
  text: string
  message?: string
}

/** What the value asks for and `variables` does not have; defaults that are not needed are not looked into. */
export function unset(value: string, variables: Variables): Unset[] {
  return parseTemplate(value).flatMap((part) => (part.kind === 'reference' ? unsetOf(part, variables) : []))
}

function unsetOf(reference: Reference, variables: Variables): Unset[] {
  const { name, at, text, operator, operand } = reference
  const value = variables.get(name)
  const given = operator.startsWith(':') ? Boolean(value) : value !== undefined
  const nested = () => unset(operand, variables).map((found) => ({ ...found, at, text }))
  if (operator.endsWith('+')) return given ? nested() : []
  if (given) return []
  if (operator.endsWith('-')) return nested()
  return [{ name, at, text, ...(operator.endsWith('?') && operand ? { message: operand } : {}) }]
}
