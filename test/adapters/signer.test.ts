import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSigner } from '../../src/adapters/signer.ts'
import { openLoginKey } from '../../src/adapters/ssh/login-key.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-keys-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** As landfall-shell asks OpenSSH on a host. */
function verified(bytes: string, signature: string, publicKey: string, namespace: string): boolean {
  writeFileSync(join(folder, 'allowed'), `landfall ${publicKey}\n`)
  writeFileSync(join(folder, 'signature'), signature)
  const args = ['-Y', 'verify', '-f', join(folder, 'allowed'), '-I', 'landfall', '-n', namespace, '-s', join(folder, 'signature')]
  return spawnSync('ssh-keygen', args, { input: bytes }).status === 0
}

test('OpenSSH accepts what was signed, and nothing else', async () => {
  const signer = await openSigner(folder)
  const stranger = await openSigner(join(folder, 'stranger'))
  const signature = signer.sign(Buffer.from('a bundle'), 'landfall-bundle')
  expect(verified('a bundle', signature, signer.publicKey, 'landfall-bundle')).toBe(true)
  expect(verified('A bundle', signature, signer.publicKey, 'landfall-bundle')).toBe(false)
  expect(verified('a bundle', signature, signer.publicKey, 'landfall-receipt')).toBe(false)
  expect(verified('a bundle', signature, stranger.publicKey, 'landfall-bundle')).toBe(false)
})

test('keys are made once, for their owner alone, and are two', async () => {
  const [first, second] = await Promise.all([openSigner(folder), openSigner(folder)])
  expect(second.publicKey).toBe(first.publicKey)
  expect(second.fingerprint('value')).toBe(first.fingerprint('value'))
  const login = await openLoginKey(folder)
  expect((await openLoginKey(folder)).publicKey).toBe(login.publicKey)
  expect(login.publicKey).not.toBe(first.publicKey)
  expect(login.publicKey).toMatch(/^ssh-ed25519 AAAA\S+ landfall$/)
  for (const name of ['signing-key.pem', 'ssh-key']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
})

test('a key that others can read is not used', async () => {
  await openSigner(folder)
  chmodSync(join(folder, 'signing-key.pem'), 0o644)
  await expect(openSigner(folder)).rejects.toThrow('chmod 600')
})

test('fingerprints differ by value and by key, and are no plain hashes', async () => {
  const signer = await openSigner(folder)
  const other = await openSigner(join(folder, 'other'))
  expect(signer.fingerprint('a')).toMatch(/^[0-9a-f]{64}$/)
  expect(signer.fingerprint('a')).not.toBe(signer.fingerprint('b'))
  expect(signer.fingerprint('a')).not.toBe(other.fingerprint('a'))
})

test('a key for a purpose is kept to it: what repositories have fingerprinted cannot be one', async () => {
  const signer = await openSigner(folder)
  const again = await openSigner(folder)
  const other = await openSigner(join(folder, 'other'))
  const [session, ask] = ['web sessions', 'web asks'].map((purpose) => Buffer.from(signer.keyFor(purpose)).toString('hex'))
  expect(session).toMatch(/^[0-9a-f]{64}$/)
  expect(session).not.toBe(ask)
  expect(Buffer.from(again.keyFor('web sessions')).toString('hex')).toBe(session)
  expect(Buffer.from(other.keyFor('web sessions')).toString('hex')).not.toBe(session)
  for (const text of ['web sessions', 'landfall key for web sessions']) expect(signer.fingerprint(text)).not.toBe(session)
})
