import { createHash } from 'node:crypto'
import type { Parsed, Problem } from '../../domain/problem.ts'
import { limits } from '../limits.ts'
import { boundToPath, looksSealed, readSealed, unseal } from './cipher.ts'
import type { EncryptedText, Leaf } from './encrypted-text.ts'
import { type Understood, understandMetadata } from './metadata.ts'
import { readText } from './read-text.ts'

/** A SOPS file whose key is still locked. */
export interface SopsFile extends Omit<EncryptedText, 'metadata'>, Understood {}

/** What is locked for whom: the file's key, encrypted with age. */
export interface LockedKey {
  recipient: string
  /** Armoured. */
  locked: string
}

/** A value as it was before it was encrypted; of a number and of true or false its text. */
export interface OpenedValue {
  leaf: Leaf
  value: string
}

/** Reads a SOPS file as far as it goes without its key. */
export function readSops(text: string, file: string): Parsed<SopsFile> {
  const read = readText(text, file)
  if (read.kind === 'invalid') return read
  if (read.value.metadata === undefined) {
    const what = 'this file is not encrypted'
    const problem: Problem = {
      file,
      what,
      remedy: 'Encrypt it with `landfall secret set` or `sops encrypt`, and replace what was in it: Git keeps it',
    }
    return { kind: 'invalid', problems: [problem] }
  }
  const understood = understandMetadata(read.value)
  return understood.kind === 'ok' ? { kind: 'ok', value: { ...read.value, ...understood.value } } : understood
}

export const lockedKeys = ({ metadata }: SopsFile): LockedKey[] => metadata.age.map(({ recipient, enc }) => ({ recipient, locked: enc }))

/** What to say where none of the keys is for this Landfall. */
export function notForUs({ file, metadata, metadataAt, positionAt }: SopsFile, ours: string): Problem {
  const at = metadataAt.get('age') ?? metadataAt.get('age__list_0__map_recipient') ?? metadataAt.get('mac')
  const shown = metadata.age.map(({ recipient }) => (/^[a-z0-9]{1,120}$/.test(recipient) ? recipient : 'another kind of key'))
  const what = `it is encrypted for ${shown.length > 0 ? shown.join(', ') : 'no age recipient'}, and not for this environment at this Landfall`
  return {
    file,
    ...(at && positionAt(at.start)),
    what,
    remedy: `Add its recipient, ${ours}, with \`sops updatekeys\` or \`sops rotate --add-age\``,
  }
}

/** What to say where a key for this Landfall does not open, or is no key. */
export const lockBroken = ({ file, metadataAt, positionAt }: SopsFile): Problem => {
  const at = metadataAt.get('age') ?? metadataAt.get('age__list_0__map_enc') ?? metadataAt.get('mac')
  return {
    file,
    ...(at && positionAt(at.start)),
    what: 'the key for this Landfall in it is damaged',
    remedy: 'Restore the file, or encrypt it again',
  }
}

/**
 * Decrypts every value and proves with the MAC that none was changed, added, taken away or moved. Whatever is wrong is told at its
 * place, and never with a value.
 *
 * @param key 32 bytes
 */
export function openSops(file: SopsFile, key: Uint8Array): Parsed<OpenedValue[]> {
  const opened = unsealAll(file, key)
  if (opened.kind === 'invalid') return opened
  const { metadata, metadataAt, positionAt } = file
  const sealed = readSealed(metadata.mac)
  const told = sealed && unseal(sealed, key, macBoundTo(metadata.lastmodified))?.toString()
  const at = metadataAt.get('mac')
  const place = { file: file.file, ...(at && positionAt(at.start)) }
  if (told === undefined)
    return { kind: 'invalid', problems: [{ ...place, what: 'its MAC cannot be read with its key and date', remedy: restore }] }
  if (told !== macOf(file, opened.value))
    return {
      kind: 'invalid',
      problems: [{ ...place, what: 'it is not what was encrypted: something was added, removed or changed', remedy: restore }],
    }
  return opened
}

/** Decrypts every value, and proves nothing of the whole yet. */
export function unsealAll(file: SopsFile, key: Uint8Array): Parsed<OpenedValue[]> {
  const problems: Problem[] = []
  const values = file.leaves.map((leaf): OpenedValue => {
    const outcome = openLeaf(leaf, file, key)
    if (outcome.kind === 'open') return { leaf, value: outcome.value }
    const path = leaf.path.join('.')
    problems.push({ file: file.file, ...file.positionAt(leaf.start), path, what: outcome.what, remedy: outcome.remedy })
    return { leaf, value: '' }
  })
  return problems.length > 0 ? { kind: 'invalid', problems: problems.slice(0, limits.problems) } : { kind: 'ok', value: values }
}

type Outcome = { kind: 'open'; value: string } | { kind: 'closed'; what: string; remedy: string }

function openLeaf({ path, text, plain }: Leaf, { which }: SopsFile, key: Uint8Array): Outcome {
  if (!which(path)) return { kind: 'open', value: plain }
  // SOPS leaves what is empty as it is.
  if (text === '') return { kind: 'open', value: '' }
  if (text === undefined || !looksSealed(text)) return { kind: 'closed', what: 'this value is not encrypted', remedy: clearText }
  const sealed = readSealed(text)
  const bytes = sealed && sealed.type !== 'comment' ? unseal(sealed, key, boundToPath(path)) : undefined
  if (!sealed || !bytes) return { kind: 'closed', what: 'this value is not what was encrypted under this name', remedy: restore }
  return { kind: 'open', value: bytes.toString() }
}

/**
 * Over the values alone, in their order. SOPS also takes no names: each value is bound to its own already.
 * https://github.com/getsops/sops/blob/main/sops.go
 */
export function macOf({ metadata, which }: SopsFile, values: readonly OpenedValue[]): string {
  const hash = createHash('sha512')
  // So that a MAC over some values never passes for one over all: SHA-256 of `sops`.
  if (metadata.mac_only_encrypted) hash.update(createHash('sha256').update('sops').digest())
  for (const { leaf, value } of values) if (!metadata.mac_only_encrypted || which(leaf.path)) hash.update(value)
  return hash.digest('hex').toUpperCase()
}

/** The date as Go writes it again, without parts of seconds. */
export const macBoundTo = (lastModified: string): string => lastModified.replace(/\.\d+/, '')

const restore = 'Restore the file from Git, or encrypt it again: nothing in it may be changed by hand'
const clearText = 'Encrypt it with `landfall secret set` or `sops`, and replace it where it is used: Git keeps what was there'
