import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { appCredential, installationCredential } from '../../../src/adapters/github/tokens.ts'
import { Secret } from '../../../src/domain/secret.ts'

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const credentials = { appId: 12, privateKey: new Secret(privateKey), webhookSecret: new Secret(''), apiUrl: '' }

/** GitHub's clock, set by hand. */
function clockAt(start: string) {
  const clock = { time: Date.parse(start), now: () => clock.time, hear() {} }
  return clock
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

test("the App's own token is a signed JWT that GitHub's rules allow", async () => {
  const clock = clockAt('2026-11-21T09:00:00Z')
  const token = await appCredential(credentials, clock).token()
  const [header = '', payload = '', signature = ''] = token.split('.')
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' })
  const { iat, exp, iss } = claimsOf(token)
  const now = clock.time / 1000
  expect([iss, iat < now, exp > now, exp - now <= 600, exp - iat <= 600]).toEqual([12, true, true, true, true])
  const signed = Buffer.from(`${header}.${payload}`)
  expect(verify('RSA-SHA256', signed, createPublicKey(privateKey), Buffer.from(signature, 'base64url'))).toBe(true)
})

test('it is used for as long as it is good, and a refused one is made anew by the time that GitHub has told since', async () => {
  const clock = clockAt('2026-11-21T09:00:00Z')
  const own = appCredential(credentials, clock)
  const first = await own.token()
  clock.time += 7 * 60_000
  expect(await own.token()).toBe(first)
  clock.time += 2 * 60_000
  const second = await own.token()
  expect(claimsOf(second).iat).toBe(clock.time / 1000 - 30)
  clock.time -= 600_000
  expect(claimsOf(await own.insteadOf(second)).iat).toBe(clock.time / 1000 - 30)
})

test('a key that is none is said so in words', () =>
  expect(() => appCredential({ ...credentials, privateKey: new Secret('-----BEGIN PRIVATE KEY-----') }, clockAt('2026-11-21'))).toThrow(
    'Give the whole PEM file',
  ))

/** Tokens of an hour by GitHub's clock, numbered. */
function mint(clock: { time: number }) {
  const made: string[] = []
  const ask = async () => {
    made.push(`token ${made.length + 1}`)
    return { token: made.at(-1) ?? '', expires_at: new Date(clock.time + 3_600_000).toISOString() }
  }
  return { made, ask }
}

test("an installation's token is never used past its end by GitHub's clock, whatever the time is here", async () => {
  const clock = clockAt('1999-01-01T00:00:00Z')
  const { made, ask } = mint(clock)
  const installation = installationCredential(ask, clock)
  expect(await Promise.all([installation.token(), installation.token(), installation.token()])).toEqual(Array(3).fill('token 1'))
  clock.time += 58 * 60_000
  expect(await installation.token()).toBe('token 1')
  clock.time += 60_000
  expect(await Promise.all([installation.token(), installation.token()])).toEqual(['token 2', 'token 2'])
  expect(made).toHaveLength(2)
})

test('one that was refused is replaced once for all who held it', async () => {
  const clock = clockAt('2026-11-21T09:00:00Z')
  const { made, ask } = mint(clock)
  const installation = installationCredential(ask, clock)
  const refused = await installation.token()
  expect(await Promise.all([installation.insteadOf(refused), installation.insteadOf(refused)])).toEqual(['token 2', 'token 2'])
  expect(await installation.insteadOf(refused)).toBe('token 2')
  expect(made).toHaveLength(2)
})

test('a failure to get one is told and not remembered', async () => {
  const clock = clockAt('2026-11-21T09:00:00Z')
  const { ask } = mint(clock)
  let down = true
  const installation = installationCredential(async () => {
    if (down) throw new Error('GitHub is down')
    return ask()
  }, clock)
  await expect(Promise.all([installation.token(), installation.token()])).rejects.toThrow('GitHub is down')
  down = false
  expect(await installation.token()).toBe('token 1')
})
