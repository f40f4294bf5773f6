import type { AnswerPart } from '../domain/configuration.ts'
import { valueAt } from './json-pointer.ts'

export type DependenciesTold =
  | { kind: 'up' }
  /** Names the ones that are down, and what is said of them. */
  | { kind: 'down'; detail: string }
  /** The answer is no JSON, or holds nothing of the kind there. */
  | { kind: 'none' }

/** Spring Boot, ASP.NET Core, health+json of the IETF and MicroProfile, Terminus; the last where an app makes its own. */
const usualPlaces = ['/components', '/entries', '/checks', '/details', '/dependencies']

/** What means that it works, in any spelling. `warn` and `degraded` do: the app says that it works, and with what it is not happy. */
const well = new Set(['true', 'ok', 'up', 'healthy', 'pass', 'passed', 'passing', 'working', 'warn', 'warning', 'degraded'])

/** Names that stand in a message. */
const mostNamed = 3

/**
 * Whether everything a service depends on is up, by its own word. By name: `true`, a word, an object with `status`, or a list of such objects,
 * all of which count; or one list of objects with `name` and `status`.
 */
export function dependenciesTold({ pointer }: AnswerPart, body: string): DependenciesTold {
  const found = (pointer === undefined ? usualPlaces : [pointer]).map((place) => named(valueAt(body, place)))
  const all = found.find((one) => one.length > 0)
  if (!all) return { kind: 'none' }
  const down = all.flatMap(([name, value]) => {
    const said = statesOf(value).find((state) => !well.has(state.toLowerCase()))
    return said === undefined ? [] : [`${short(name)} is ${short(said)}`]
  })
  if (down.length === 0) return { kind: 'up' }
  const more = down.length > mostNamed ? `, and ${down.length - mostNamed} more` : ''
  return { kind: 'down', detail: `${down.slice(0, mostNamed).join(', ')}${more}` }
}

function named(value: unknown): [name: string, value: unknown][] {
  if (Array.isArray(value)) return value.map((one, index) => [nameOf(one) ?? String(index), one])
  return isRecord(value) ? Object.entries(value) : []
}

const nameOf = (value: unknown): string | undefined => (isRecord(value) && typeof value.name === 'string' ? value.name : undefined)

/** What is said of one: a word each. In health+json an item without `status` only measures something. */
function statesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => (isRecord(one) && one.status === undefined ? [] : statesOf(one)))
  if (isRecord(value)) return value.status === undefined ? ['without a status'] : statesOf(value.status)
  return [typeof value === 'string' || typeof value === 'boolean' ? String(value) : 'without a status']
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const short = (text: string): string => text.slice(0, 64)
