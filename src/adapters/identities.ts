import { hkdfSync, randomBytes, type webcrypto } from 'node:crypto'
import { join } from 'node:path'
import type { Identities } from '../flow/ports.ts'
import { keyFile } from './key-file.ts'

/** It takes 20 MiB of memory, which whoever has no encrypted file does without. */
const age = () => import('age-encryption')

/** What SOPS encrypts a file's values with: AES-256. */
const keyBytes = 32
/** What stands before the 32 bytes of a private X25519 key in PKCS 8. */
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')

/**
 * Opens `secrets-key` in the data folder; makes it on first use. Each environment of each repository has an age identity of its own, derived
 * from it: whoever copies another's encrypted file gets nothing, and no staging opens what is production's. They are plain X25519 keys: no
 * SOPS before 3.12 takes those that withstand quantum computers too.
 */
export async function openIdentities(folder: string): Promise<Identities> {
  const path = join(folder, 'secrets-key')
  const root = Buffer.from((await keyFile(path, () => `${randomBytes(keyBytes).toString('base64url')}\n`)).trim(), 'base64url')
  if (root.length !== keyBytes) throw new Error(`${path}: this is not the key that was made here. Restore it from the backup.`)
  return {
    async of(repository, environment) {
      // GitHub takes names in any case for the same.
      const name = `landfall secrets of ${repository.toLowerCase()} ${environment}`
      const own = Buffer.from(hkdfSync('sha256', root, '', name, keyBytes))
      const identity = await crypto.subtle.importKey('pkcs8', Buffer.concat([pkcs8, own]), { name: 'X25519' }, false, ['deriveBits'])
      const recipient = await (await age()).identityToRecipient(identity)
      return { recipient, unlock: (locked) => unlock(locked, identity), lock }
    },
  }
}

async function unlock(locked: string, identity: webcrypto.CryptoKey): Promise<Uint8Array | undefined> {
  const { armor, Decrypter } = await age()
  try {
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    const key = await decrypter.decrypt(armor.decode(locked))
    return key.length === keyBytes ? key : undefined
  } catch {
    // Whoever can push wrote it. The library throws for all that is not locked for this identity, and for nothing else.
    return undefined
  }
}

async function lock(key: Uint8Array, recipient: string): Promise<string | undefined> {
  const { armor, Encrypter } = await age()
  const encrypter = new Encrypter()
  try {
    encrypter.addRecipient(recipient)
  } catch {
    return undefined
  }
  return armor.encode(await encrypter.encrypt(key))
}
