import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openIdentities } from '../../src/adapters/identities.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-age-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const key = new Uint8Array(32).fill(7)
const production = async (at = folder) => (await openIdentities(at)).of('acme/shop', 'production')

test('what is locked for an environment opens there alone', async () => {
  const identities = await openIdentities(folder)
  const own = await production()
  const locked = (await own.lock(key, own.recipient)) ?? ''
  expect(locked).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  expect(await (await identities.of('Acme/Shop', 'production')).unlock(locked)).toEqual(key)
  const others = [identities.of('acme/shop', 'staging'), identities.of('acme/other', 'production'), production(join(folder, 'other'))]
  expect(await Promise.all(others.map(async (other) => (await other).unlock(locked)))).toEqual([undefined, undefined, undefined])
})

test.each([
  ['nothing', ''],
  ['what is no age file', '-----BEGIN AGE ENCRYPTED FILE-----\naGVsbG8=\n-----END AGE ENCRYPTED FILE-----\n'],
  ['something else', 'hunter2'],
])('%s opens nothing', async (_what, locked) => {
  expect(await (await production()).unlock(locked)).toBeUndefined()
})

test('a key of another length is none', async () => {
  const own = await production()
  expect(await own.unlock((await own.lock(new Uint8Array(16), own.recipient)) ?? '')).toBeUndefined()
})

test('it locks for somebody else too, and not for what is no recipient', async () => {
  const [own, other] = [await production(), await production(join(folder, 'other'))]
  expect(await other.unlock((await own.lock(key, other.recipient)) ?? '')).toEqual(key)
  expect(await own.lock(key, `${other.recipient.slice(0, -1)}b`)).toBeUndefined()
})

test('it is made once, for its owner alone', async () => {
  const [first, second] = await Promise.all([production(), production()])
  expect(second.recipient).toBe(first.recipient)
  expect(first.recipient).toMatch(/^age1[a-z0-9]{58}$/)
  expect(readFileSync(join(folder, 'secrets-key'), 'utf8')).toMatch(/^[\w-]{43}\n$/)
  expect(statSync(join(folder, 'secrets-key')).mode & 0o777).toBe(0o600)
})

test('a key that others can read is not used, and a file that is none is told', async () => {
  const path = join(folder, 'secrets-key')
  await production()
  chmodSync(path, 0o644)
  await expect(production()).rejects.toThrow('chmod 600')
  chmodSync(path, 0o600)
  writeFileSync(path, 'nothing\n')
  await expect(production()).rejects.toThrow('Restore it from the backup')
})
