import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { secretReader } from '../../src/adapters/secrets.ts'
import type { SecretReference } from '../../src/domain/configuration.ts'
import { SecretUnavailable } from '../../src/flow/ports.ts'

const environment = { PATH: process.env.PATH, TOKEN: 'canary', EMPTY: '' }
const read = secretReader(environment)
const shell = (script: string): SecretReference => ({ command: ['sh', '-c', script] })

async function file(content: string): Promise<SecretReference> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-secret-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'token'), content)
  return { file: join(folder, 'token') }
}

test.each<[what: string, reference: () => SecretReference | Promise<SecretReference>, value: string]>([
  ['a variable', () => ({ env: 'TOKEN' }), 'canary'],
  ['a file, without the line break an editor left', () => file('canary\n'), 'canary'],
  ['a file with Windows line breaks', () => file('canary\r\n'), 'canary'],
  ['a file of which every other byte counts', () => file(' $ca"na\\ry \n\n'), ' $ca"na\\ry \n'],
  ["a command's output", () => shell('echo "$TOKEN"'), 'canary'],
  ['a command whose words are not read by a shell', () => ({ command: ['printf', '%s', '$(id) `id`'] }), '$(id) `id`'],
])('reads %s', async (_what, reference, value) => expect((await read(await reference())).reveal()).toBe(value))

describe('what a command printed', () => {
  const counting = async (lasts?: number) => {
    const folder = await mkdtemp(join(tmpdir(), 'landfall-secret-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const script = 'echo run >>"$1"; grep -c run "$1"'
    return { command: ['sh', '-c', script, 'sh', join(folder, 'runs')], lasts }
  }
  const readings = async (reference: SecretReference, ...how: ('anew' | undefined)[]) => {
    const one = secretReader(environment)
    const values: string[] = []
    for (const each of how) values.push((await one(reference, each)).reveal())
    return values
  }

  test('is used for as long as it lasts, and no longer once it was refused', async () =>
    expect(await readings(await counting(60), undefined, undefined, 'anew', undefined)).toEqual(['1', '1', '2', '2']))

  test('is asked for each time where nobody says how long', async () =>
    expect(await readings(await counting(), undefined, undefined)).toEqual(['1', '2']))

  test('is not what a failure leaves', async () => {
    const one = secretReader(environment)
    const failing: SecretReference = { command: ['false'], lasts: 60 }
    await expect(one(failing)).rejects.toThrow(SecretUnavailable)
    await expect(one(failing)).rejects.toThrow(SecretUnavailable)
  })
})

describe('a secret that cannot be had names its reference and what is wrong', () => {
  test.each<[SecretReference, string]>([
    [{ env: 'MISSING' }, "secret from env MISSING: is not set. Correct it, or the reference in the operator's file."],
    [{ env: 'EMPTY' }, 'secret from env EMPTY: is empty.'],
    [{ file: '/nowhere/token' }, 'secret from file /nowhere/token: cannot be read (ENOENT).'],
    [{ command: ['landfall-no-such-program'] }, 'secret from command landfall-no-such-program: cannot be started (ENOENT).'],
    [{ command: [] }, 'secret from command : names no program.'],
    [shell('exit 3'), 'secret from command sh: ended with code 3.'],
    [shell('kill -9 $$'), 'secret from command sh: ended with a signal.'],
    [shell('yes'), 'secret from command sh: printed more than 64 KiB.'],
  ])('%o', async (reference, text) => {
    await expect(read(reference)).rejects.toThrow(SecretUnavailable)
    await expect(read(reference)).rejects.toThrow(text)
  })

  test('and never what the command printed or was given', async () => {
    const error: unknown = await read(shell('echo canary; echo canary >&2; exit 1 # canary')).catch((thrown: unknown) => thrown)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary')
  })
})

test('a command that hangs is ended, together with the child that keeps its output open', async () => {
  const quick = secretReader(environment, 0.2)
  await expect(quick(shell('sleep 600 & sleep 600'))).rejects.toThrow('took longer than 0.2 s')
})
