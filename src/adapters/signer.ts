import { createHash, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync, type KeyObject, sign } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import type { Signer } from '../flow/ports.ts'
import { keyFile } from './key-file.ts'

/** Landfall's own key with its public half, which `landfall host bootstrap` puts on every host. */
export interface KeyedSigner extends Signer {
  /** `ssh-ed25519 AAAA… landfall` */
  publicKey: string
}

/**
 * Opens `signing-key.pem` in the data folder; makes it on first use. It is another key than the one that logs in: whoever
 * steals the login can still sign nothing.
 */
export async function openSigner(folder: string): Promise<KeyedSigner> {
  const pem = await keyFile(join(folder, 'signing-key.pem'), () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  })
  const key = createPrivateKey(pem)
  const publicBlob = sshPublicKey(key)
  const derived = (info: string) => Buffer.from(hkdfSync('sha256', pkcs8(key), '', info, 32))
  const fingerprintKey = derived('landfall fingerprints')
  return {
    publicKey: `ssh-ed25519 ${publicBlob.toString('base64')} landfall`,
    sign: (bytes, namespace) => armour(sshSignature(key, publicBlob, bytes, namespace)),
    fingerprint: (text) => createHmac('sha256', fingerprintKey).update(text).digest('hex'),
    keyFor: (purpose) => derived(`landfall key for ${purpose}`),
  }
}

const pkcs8 = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'pkcs8' })

const edwardsKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.base64url() })

function sshPublicKey(key: KeyObject): Buffer {
  const { x } = edwardsKey.parse(createPublicKey(key).export({ format: 'jwk' }))
  return Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.from(x, 'base64url'))])
}

/** The blob of OpenSSH's PROTOCOL.sshsig, version 1, with SHA-512. */
function sshSignature(key: KeyObject, publicBlob: Buffer, bytes: Uint8Array, namespace: string): Buffer {
  const context = Buffer.concat([sshString(namespace), sshString(''), sshString('sha512')])
  const digest = createHash('sha512').update(bytes).digest()
  const signature = sign(null, Buffer.concat([magic, context, sshString(digest)]), key)
  const version = Buffer.from([0, 0, 0, 1])
  const signed = sshString(Buffer.concat([sshString('ssh-ed25519'), sshString(signature)]))
  return Buffer.concat([magic, version, sshString(publicBlob), context, signed])
}

const magic = Buffer.from('SSHSIG')

/** A length in four bytes, then the bytes: the SSH protocol's string. */
function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function armour(blob: Buffer): string {
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n')
}
