import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openIdentity } from '../../src/adapters/age-identity.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'landfall-age-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const key = new Uint8Array(32).fill(7)

test('what is locked for it opens with it, and with no other', async () => {
  const [own, other] = [await openIdentity(folder), await openIdentity(join(folder, 'other'))]
  const locked = await own.lock(key)
  expect(locked).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  expect(await own.unlock(locked)).toEqual(key)
  expect(await other.unlock(locked)).toBeUndefined()
})

test.each([
  ['nothing', ''],
  ['what is no age file', '-----BEGIN AGE ENCRYPTED FILE-----\naGVsbG8=\n-----END AGE ENCRYPTED FILE-----\n'],
  ['something else', 'hunter2'],
])('%s opens nothing', async (_what, locked) => {
  expect(await (await openIdentity(folder)).unlock(locked)).toBeUndefined()
})

test('a key of another length is none', async () => {
  const own = await openIdentity(folder)
  expect(await own.unlock(await own.lock(new Uint8Array(16)))).toBeUndefined()
})

test('it is made once, for its owner alone, in a form that age reads', async () => {
  const [first, second] = await Promise.all([openIdentity(folder), openIdentity(folder)])
  expect(second.recipient).toBe(first.recipient)
  expect(first.recipient).toMatch(/^age1[a-z0-9]{58}$/)
  const path = join(folder, 'age-key.txt')
  expect(readFileSync(path, 'utf8')).toMatch(/^# public key: age1\w+\nAGE-SECRET-KEY-1\w+\n$/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a key that others can read is not used, and a file without one is told', async () => {
  await openIdentity(folder)
  chmodSync(join(folder, 'age-key.txt'), 0o644)
  await expect(openIdentity(folder)).rejects.toThrow('chmod 600')
  chmodSync(join(folder, 'age-key.txt'), 0o600)
  writeFileSync(join(folder, 'age-key.txt'), 'nothing\n')
  await expect(openIdentity(folder)).rejects.toThrow('there is no age identity in it. Restore it')
})
