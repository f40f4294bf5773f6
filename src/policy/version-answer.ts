import type { AnswerPart } from '../domain/configuration.ts'
import { valueAt } from './json-pointer.ts'

/** The version an answer tells, or what is wrong with it: none is told, or it is none of those that are meant. */
export type VersionTold = { kind: 'told'; version: string } | { kind: 'wrong'; detail: string }

/**
 * Reads a version out of an answer.
 *
 * @param meant the commits it may be; where there are none, any version will do
 */
export function versionTold({ path, pointer }: AnswerPart, body: string, meant: readonly string[]): VersionTold {
  const version = versionIn(body, pointer)
  if (version === undefined) return { kind: 'wrong', detail: `${path} tells no version at ${pointer ?? 'its body'}` }
  if (meant.length > 0 && !meant.some((revision) => sameVersion(version, revision)))
    return { kind: 'wrong', detail: `${path} answers version ${version.slice(0, 64)}, planned is ${meant.join(' or ')}` }
  return { kind: 'told', version }
}

/** The text at the pointer, or the whole body trimmed. */
function versionIn(body: string, pointer: string | undefined): string | undefined {
  if (pointer === undefined) return body.trim() || undefined
  const value = valueAt(body, pointer)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** The full commit id, or an abbreviation of at least seven digits as `git describe` and build scripts print. */
function sameVersion(answered: string, revision: string): boolean {
  return answered.length >= 7 && revision.startsWith(answered.toLowerCase())
}
