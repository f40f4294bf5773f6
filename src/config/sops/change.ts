import { type Parsed, problemText } from '../../domain/problem.ts'
import { dotenvRaw } from '../dotenv.ts'
import { boundToPath, nonceBytes, seal } from './cipher.ts'
import type { SopsFormat, Span } from './encrypted-text.ts'
import { type LockedKey, macBoundTo, macOf, openSops, readSops, type SopsFile, unsealAll } from './open.ts'
import { skeleton } from './skeleton.ts'

/** What becomes of one variable. */
export type VariableEdit = { kind: 'set'; name: string; value: string } | { kind: 'remove'; name: string }

/** Chance and time, which are not for this room to have. */
export interface Fresh {
  /** So many bytes that nobody can guess. */
  random(bytes: number): Uint8Array
  now: Date
}

export type Edited = { kind: 'edited'; text: string } | { kind: 'refused'; why: string; remedy: string }

/**
 * The file with one variable set or removed, as SOPS would write it: every other value keeps its ciphertext, so that the change shows what
 * changed. What was tampered with is refused before it could get a new MAC.
 *
 * @param key of the file, 32 bytes
 */
export function editSops(file: SopsFile, key: Uint8Array, edit: VariableEdit, fresh: Fresh): Parsed<Edited> {
  const opened = openSops(file, key)
  return opened.kind === 'ok' ? { kind: 'ok', value: edited(file, key, edit, fresh) } : opened
}

/** A new file with one variable, for whoever can unlock one of the keys. */
export function newSops(
  path: string,
  format: SopsFormat,
  keys: readonly LockedKey[],
  { key, edit, fresh }: { key: Uint8Array; edit: VariableEdit & { kind: 'set' }; fresh: Fresh },
): Edited {
  const read = readSops(skeleton(format, keys), path)
  if (read.kind === 'invalid') throw new Error(`a file was made that cannot be read: ${read.problems.map(problemText).join('\n')}`)
  return edited(read.value, key, edit, fresh)
}

function edited(file: SopsFile, key: Uint8Array, edit: VariableEdit, fresh: Fresh): Edited {
  const { name } = edit
  const standing = file.leaves.filter(({ path }) => path[0] === name)
  const [leaf, second] = standing
  if (second || (leaf && !leaf.atTop))
    return { kind: 'refused', why: `${name} is more than one value there`, remedy: 'Change it with `sops edit`' }
  if (edit.kind === 'remove') {
    if (!leaf) return { kind: 'refused', why: `there is no ${name} in it`, remedy: 'See what there is with `landfall secret list`' }
    return sealedAnew([{ ...leaf.entry, text: '' }], file, key, fresh)
  }
  if (!file.which([name]))
    return { kind: 'refused', why: `values under the name ${name} stay readable in it`, remedy: 'Choose another name' }
  const plain = file.format === 'dotenv' ? dotenvRaw(edit.value) : edit.value
  // SOPS leaves what is empty as it is.
  const value = plain === '' ? '' : seal(plain, key, boundToPath([name]), fresh.random(nonceBytes))
  const { start, end } = leaf ?? { start: file.insertAt, end: file.insertAt }
  return sealedAnew([{ start, end, text: leaf ? written(value, file, leaf) : entryText(name, value, file) }], file, key, fresh)
}

/** With today's date and the MAC over what is there then. Both are asked of the new text: a value more moves everything behind it. */
function sealedAnew(pieces: readonly Piece[], file: SopsFile, key: Uint8Array, fresh: Fresh): Edited {
  const before = readSops(spliced(file.text, pieces), file.file)
  const values = before.kind === 'ok' ? unsealAll(before.value, key) : before
  if (before.kind === 'invalid' || values.kind === 'invalid') return oddlyLaidOut
  const lastModified = `${fresh.now.toISOString().slice(0, 19)}Z`
  const mac = seal(macOf(before.value, values.value), key, macBoundTo(lastModified), fresh.random(nonceBytes))
  const own = Object.entries({ lastmodified: lastModified, mac }).flatMap(([name, value]) => {
    const span = before.value.metadataAt.get(name)
    return span ? [{ ...span, text: written(value, before.value, span) }] : []
  })
  const text = spliced(before.value.text, own)
  const after = readSops(text, file.file)
  const sound = after.kind === 'ok' && openSops(after.value, key).kind === 'ok'
  return sound ? { kind: 'edited', text } : oddlyLaidOut
}

const oddlyLaidOut: Edited = {
  kind: 'refused',
  why: 'it is not laid out as SOPS does it',
  remedy: 'Let SOPS write it anew with `sops rotate --in-place`, and try again',
}

/** A value as the form of the file has it. What is sealed needs no quotes in YAML; where there were some, some stay. */
function written(value: string, { format, text }: Pick<SopsFile, 'format' | 'text'>, { start }: Span): string {
  if (format === 'dotenv') return value
  return format === 'json' || value === '' || /["']/.test(text[start] ?? '') ? JSON.stringify(value) : value
}

/** A whole entry, to stand before what SOPS keeps for itself. */
function entryText(name: string, value: string, { format, text, insertAt }: SopsFile): string {
  if (format === 'dotenv') return `${name}=${value}\n`
  // Names that mean something else to YAML than themselves.
  const key = /^(true|false|null|yes|no|on|off|y|n)$/i.test(name) ? JSON.stringify(name) : name
  if (format === 'yaml') return `${key}: ${value === '' ? '""' : value}\n`
  const indent = /\n[ \t]*$/.exec(text.slice(0, insertAt))?.[0] ?? ' '
  return `${JSON.stringify(name)}: ${JSON.stringify(value)},${indent}`
}

interface Piece extends Span {
  text: string
}

/** Replaces pieces of a text that do not overlap. */
function spliced(text: string, pieces: readonly Piece[]): string {
  return pieces
    .toSorted((one, other) => other.start - one.start)
    .reduce((rest, { start, end, text: put }) => rest.slice(0, start) + put + rest.slice(end), text)
}
