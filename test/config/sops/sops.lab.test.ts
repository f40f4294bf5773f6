import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openIdentities } from '../../../src/adapters/identities.ts'
import { unwritable } from '../../../src/config/dotenv.ts'
import { editSops, newSops } from '../../../src/config/sops/change.ts'
import { sopsFormatOf } from '../../../src/config/sops/encrypted-text.ts'
import type { LockedKey } from '../../../src/config/sops/open.ts'
import { unlockFile } from '../../../src/flow/secret-file.ts'
import { readBySops, sopsRunsHere } from '../../lab/sops.ts'
import { fresh, paths, textOf } from './given.ts'

/** Somebody who has SOPS, and whom files are encrypted for beside Landfall. */
let somebody: string
let keys: LockedKey[]
const key = randomBytes(32)
const folder = mkdtempSync(join(tmpdir(), 'landfall-sops-'))
const landfall = async () => (await openIdentities(folder)).of('acme/shop', 'production')

beforeAll(async () => {
  somebody = await generateX25519Identity()
  const recipient = await identityToRecipient(somebody)
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  const own = await landfall()
  keys = [
    { recipient: own.recipient, locked: (await own.lock(key, own.recipient)) ?? '' },
    { recipient, locked: armor.encode(await encrypter.encrypt(key)) },
  ]
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.skipIf(!sopsRunsHere).each(paths)('SOPS itself and %s', (path) => {
  const format = sopsFormatOf(path) ?? 'dotenv'
  const readable = (text: string) => readBySops({ text, format, identity: somebody })
  const made = (name: string, value: string) => textOf(newSops(path, format, keys, { key, edit: { kind: 'set', name, value }, fresh }))
  const changed = async (text: string, name: string, value?: string) => {
    const unlocked = await unlockFile(text, path, await landfall())
    if (unlocked.kind === 'invalid') throw new Error(unlocked.problems.map(({ what }) => what).join())
    const edit = value === undefined ? ({ kind: 'remove', name } as const) : ({ kind: 'set', name, value } as const)
    const edited = editSops(unlocked.value.sops, unlocked.value.key, edit, fresh)
    return edited.kind === 'ok' ? textOf(edited.value) : ''
  }

  test('it reads what Landfall makes and changes: the MAC it finds is the one over the same values', async () => {
    const text = await changed(await changed(made('PASSWORD', 'pa$$ "w" # ä\n\\n'), 'TOKEN', 'b'), 'no', '')
    expect(await readable(text)).toBe('read')
    expect(await readable(await changed(text, 'TOKEN', 'other'))).toBe('read')
    expect(await readable(await changed(text, 'PASSWORD'))).toBe('read')
  })

  test('any values at all', async () => {
    const values = fc.array(
      fc.string({ unit: 'binary' }).filter((value) => unwritable('A', value) === undefined),
      { minLength: 1, maxLength: 20 },
    )
    for (const [index, [first = '', ...more]] of fc.sample(values, 4).entries()) {
      let text = made('V', first)
      for (const [number, value] of more.entries()) text = await changed(text, `V${index}_${number}`, value)
      expect(await readable(text)).toBe('read')
    }
  })

  test('it refuses what Landfall refuses', async () => {
    const text = await changed(made('PASSWORD', 'a'), 'TOKEN', 'b')
    expect(await readable(text.replace('TOKEN', 'OTHER'))).toContain('message authentication failed')
    expect(
      await readable(await changed(text, 'TOKEN', '').then((empty) => empty.replace(/lastmodified(\W+)2026/, 'lastmodified$12025'))),
    ).not.toBe('read')
  })
})
