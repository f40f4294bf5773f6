import { createHash } from 'node:crypto'
import type { ServerHostKeyAlgorithm } from 'ssh2'

/** A host's public key as pinned, and the algorithms by which the host can show exactly that key. */
export interface PinnedKey {
  blob: Buffer
  algorithms: ServerHostKeyAlgorithm[]
}

/** A host has a key of each type; it shows the pinned one only when no other type is offered to it. */
const algorithmsOf: Record<string, ServerHostKeyAlgorithm[]> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/** Reads `ssh-ed25519 AAAA…`; anything after is a comment. Undefined where it is no host key that can be pinned. */
export function parseHostKey(line: string): PinnedKey | undefined {
  const [type = '', encoded = ''] = line.trim().split(/\s+/)
  const algorithms = algorithmsOf[type]
  const blob = Buffer.from(encoded, 'base64')
  if (!algorithms || keyType(blob) !== type) return undefined
  return { blob, algorithms }
}

/** `ssh-ed25519 SHA256:…`, as `ssh-keygen -lf` shows it. */
export const describeHostKey = (blob: Buffer): string =>
  `${keyType(blob) ?? 'unknown'} SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** `ssh-ed25519 AAAA…`: the form to pin. */
export const hostKeyLine = (blob: Buffer): string => `${keyType(blob) ?? 'unknown'} ${blob.toString('base64')}`

/** The key's own first field: its type. */
function keyType(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined
  const length = blob.readUInt32BE(0)
  return blob.length > 4 + length ? blob.subarray(4, 4 + length).toString('latin1') : undefined
}
