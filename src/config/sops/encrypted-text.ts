import type { Position } from '../position.ts'

/** The forms of SOPS files that Landfall reads; SOPS itself tells them by the end of the name, too. */
export type SopsFormat = 'dotenv' | 'yaml' | 'json'

/** Undefined for a name by which SOPS would take the file for something else. */
export function sopsFormatOf(path: string): SopsFormat | undefined {
  if (path.endsWith('.env')) return 'dotenv'
  if (/\.ya?ml$/.test(path)) return 'yaml'
  return path.endsWith('.json') ? 'json' : undefined
}

/** From one offset of the text up to another. */
export interface Span {
  start: number
  end: number
}

/** A value of the file, in the order in which its MAC takes them. */
export interface Leaf extends Span {
  /** Keys from the top; places in lists are left out, as SOPS does. */
  path: string[]
  /** As text; undefined for what is text no more: a number or true. */
  text: string | undefined
  /** What the MAC takes of it where it is not encrypted. */
  plain: string
  /** The whole entry at the top of the file that it stands in; deleting that deletes it. */
  entry: Span
  /** Whether it stands in that entry alone, neither in a list nor in a mapping of its own. */
  atTop: boolean
}

/** A file that may be encrypted, before anything is decrypted. */
export interface EncryptedText {
  format: SopsFormat
  file: string
  text: string
  leaves: Leaf[]
  /** What stands under `sops`; undefined where nothing does, so that the file is no SOPS file. */
  metadata: unknown
  /** Where its plain values stand, by name. */
  metadataAt: ReadonlyMap<string, Span>
  /** Where a new value can be put in. */
  insertAt: number
  positionAt(offset: number): Position
}
