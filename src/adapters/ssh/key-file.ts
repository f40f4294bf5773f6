import { readFile } from 'node:fs/promises'
import ssh2 from 'ssh2'
import { Secret } from '../../domain/secret.ts'
import { messageOf } from '../message-of.ts'

/**
 * Reads an administrator's private key, in whatever format OpenSSH and PuTTY write it.
 *
 * @param ask for its passphrase; absent where nobody can be asked
 * @throws in words for people where it cannot be used
 */
export async function readKeyFile(
  path: string,
  ask?: (question: string) => Promise<Secret>,
): Promise<{ privateKey: Secret; passphrase?: Secret }> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`${path}: cannot be read (${messageOf(cause)}). Check the path.`, { cause })
  })
  const key = ssh2.utils.parseKey(text)
  if (!(key instanceof Error)) return { privateKey: new Secret(text) }
  if (!/passphrase/i.test(key.message)) throw new Error(`${path}: this is no private key that can be used: ${key.message}.`, { cause: key })
  if (!ask) throw new Error(`${path}: it has a passphrase, and there is no terminal to ask for it. Load it into an SSH agent.`)
  const passphrase = await ask(`Passphrase of ${path}`)
  const opened = ssh2.utils.parseKey(text, passphrase.reveal())
  if (opened instanceof Error) throw new Error(`${path}: that is not its passphrase.`, { cause: opened })
  return { privateKey: new Secret(text), passphrase }
}
