import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readKeyFile } from '../../../src/adapters/ssh/key-file.ts'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import { Secret } from '../../../src/domain/secret.ts'

let folder: string
const written = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-key-'))
})
afterAll(() => rm(folder, { recursive: true }))

const locked = () =>
  ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256, passphrase: 'open sesame', cipher: 'aes256-ctr', rounds: 1 }).private
const answering = (answer: string) => async () => new Secret(answer)

test('a key without passphrase asks nobody', async () => {
  const { private: text } = newKeyPair()
  const { privateKey, passphrase } = await readKeyFile(await written('plain', text))
  expect([privateKey.reveal(), passphrase]).toEqual([text, undefined])
})

test('the passphrase of one that has it is asked for', async () => {
  const asked: string[] = []
  const path = await written('locked', locked())
  const { passphrase } = await readKeyFile(path, async (question) => {
    asked.push(question)
    return new Secret('open sesame')
  })
  expect([passphrase?.reveal(), asked]).toEqual(['open sesame', [`Passphrase of ${path}`]])
})

test.each<[why: string, text: () => string, ask: (() => Promise<Secret>) | undefined, message: RegExp]>([
  ['a wrong passphrase', locked, answering('open wheat'), /that is not its passphrase/],
  ['nobody there to ask', locked, undefined, /no terminal to ask for it. Load it into an SSH agent/],
  ['no key', () => 'hello', answering('x'), /this is no private key/],
])('%s is told with the file', async (_why, text, ask, message) => {
  const path = await written('other', text())
  await expect(readKeyFile(path, ask)).rejects.toThrow(message)
  await expect(readKeyFile(path, ask)).rejects.toThrow(path)
})

test('a file that is not there', () => expect(readKeyFile('/nowhere/key')).rejects.toThrow(/^\/nowhere\/key: cannot be read/))
