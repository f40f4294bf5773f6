import { join } from 'node:path'
import { armor, Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import type { Identity } from '../flow/ports.ts'
import { keyFile } from './key-file.ts'

/** What SOPS encrypts a file's values with: AES-256. */
const keyBytes = 32

/**
 * Opens `age-key.txt` in the data folder, in the form that `age` and `sops` read as well; makes it on first use. It is a plain X25519 key:
 * no SOPS before 3.12 takes one that withstands quantum computers too.
 */
export async function openIdentity(folder: string): Promise<Identity> {
  const made = await generateX25519Identity()
  const madeFor = await identityToRecipient(made)
  const path = join(folder, 'age-key.txt')
  const text = await keyFile(path, () => `# public key: ${madeFor}\n${made}\n`)
  const [identity] = /^AGE-SECRET-KEY-1[A-Z0-9]+$/m.exec(text) ?? []
  if (identity === undefined) throw new Error(`${path}: there is no age identity in it. Restore it from the backup.`)
  const recipient = await identityToRecipient(identity)
  return {
    recipient,
    async unlock(locked) {
      try {
        const decrypter = new Decrypter()
        decrypter.addIdentity(identity)
        const key = await decrypter.decrypt(armor.decode(locked))
        return key.length === keyBytes ? key : undefined
      } catch {
        // Whoever can push wrote it. The library throws for all that is not locked for this identity, and for nothing else.
        return undefined
      }
    },
    async lock(key) {
      const encrypter = new Encrypter()
      encrypter.addRecipient(recipient)
      return armor.encode(await encrypter.encrypt(key))
    },
  }
}
