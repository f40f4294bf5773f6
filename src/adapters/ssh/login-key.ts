import { join } from 'node:path'
import ssh2 from 'ssh2'
import { Secret } from '../../domain/secret.ts'
import { keyFile } from '../key-file.ts'
import { newKeyPair } from './new-key.ts'

/** The key with which Landfall logs in to hosts. */
export interface LoginKey {
  privateKey: Secret
  /** `ssh-ed25519 AAAA… landfall` */
  publicKey: string
}

/** Opens `ssh-key` in the data folder, an OpenSSH private key; makes an Ed25519 one on first use. */
export async function openLoginKey(folder: string): Promise<LoginKey> {
  const path = join(folder, 'ssh-key')
  const text = await keyFile(path, () => newKeyPair('landfall').private)
  const key = ssh2.utils.parseKey(text)
  if (key instanceof Error)
    throw new Error(`${path}: this is no private key that can be used. Give an OpenSSH key without passphrase.`, { cause: key })
  return { privateKey: new Secret(text), publicKey: `${key.type} ${key.getPublicSSH().toString('base64')} landfall` }
}
