import { expect, test } from 'vitest'
import { readSettings } from '../../src/main/settings.ts'

const complete = {
  APP_ID: '12',
  PRIVATE_KEY: '-----BEGIN RSA PRIVATE KEY-----\\nabc\\n-----END RSA PRIVATE KEY-----',
  WEBHOOK_SECRET: 'a-good-secret-of-enough-length',
}

test('nothing configured opens the set-up', () => {
  expect(readSettings({ APP_ID: '' })).toMatchObject({ kind: 'set-up', listen: { host: '127.0.0.1', port: 3000 } })
})

test('one machine is the default', () => {
  expect(readSettings(complete)).toMatchObject({
    kind: 'ready',
    settings: { app: { appId: 12, apiUrl: 'https://api.github.com' }, gentle: true },
  })
})

test.each<[why: string, env: Record<string, string | undefined>, variable: string]>([
  ['the secret is missing (A3)', { ...complete, WEBHOOK_SECRET: undefined }, 'WEBHOOK_SECRET: is missing'],
  ["the secret is Probot's default (A3)", { ...complete, WEBHOOK_SECRET: 'development' }, 'WEBHOOK_SECRET: is the well-known default'],
  ['the secret is short (A3)', { ...complete, WEBHOOK_SECRET: 'short' }, 'WEBHOOK_SECRET: is shorter than 20 characters'],
  ['the key is missing', { ...complete, PRIVATE_KEY: undefined }, 'PRIVATE_KEY: is missing'],
  ['the key is none', { ...complete, PRIVATE_KEY: 'hello' }, 'PRIVATE_KEY: is not a private key in PEM form'],
  [
    'the key file cannot be read',
    { ...complete, PRIVATE_KEY: '', PRIVATE_KEY_PATH: '/does/not/exist' },
    'PRIVATE_KEY_PATH: names a file that cannot be read',
  ],
  ['the App id is a word', { ...complete, APP_ID: 'landfall' }, 'APP_ID: is missing or not a number'],
  ['people could sign in with half of it', { ...complete, APP_CLIENT_ID: 'Iv23' }, 'APP_CLIENT_SECRET: is missing'],
  ['people could sign in with the other half', { ...complete, APP_CLIENT_SECRET: 'x' }, 'APP_CLIENT_ID: is missing'],
  ['PostgreSQL without Redis', { ...complete, DATABASE_URL: 'postgres://x' }, 'DATABASE_URL is set and QUEUE_URL is not'],
  ['Redis without PostgreSQL', { ...complete, QUEUE_URL: 'redis://x' }, 'QUEUE_URL is set and DATABASE_URL is not'],
  [
    'another database',
    { ...complete, DATABASE_URL: 'mysql://x', QUEUE_URL: 'redis://x' },
    'DATABASE_URL: not a URL beginning with postgres://',
  ],
  [
    'the look at repositories never rests',
    { ...complete, LANDFALL_POLL_SECONDS: '0' },
    'LANDFALL_POLL_SECONDS: is not a number of seconds from 1',
  ],
  ['the port is no port', { ...complete, PORT: '99999' }, 'PORT: is not a port number'],
])('does not start when %s', (_why, env, message) => {
  const result = readSettings(env)
  expect(result.kind === 'invalid' && result.messages).toEqual([expect.stringContaining(message)])
})

test('people sign in with what the App has for them, where it is given', () => {
  const ready = readSettings({ ...complete, APP_CLIENT_ID: 'Iv23', APP_CLIENT_SECRET: 'hunter4' })
  const settings = ready.kind === 'ready' ? ready.settings : undefined
  expect([settings?.client?.id, settings?.client?.secret.reveal()]).toEqual(['Iv23', 'hunter4'])
  expect(JSON.stringify(settings)).not.toContain('hunter4')
})

test('tells every error at once and repeats no value', () => {
  const result = readSettings({ WEBHOOK_SECRET: 'hunter2', PRIVATE_KEY: 'hunter3', APP_ID: 'x', PORT: 'y' })
  const messages = result.kind === 'invalid' ? result.messages : []
  expect(messages).toHaveLength(4)
  expect(messages.join(' ')).not.toMatch(/hunter/)
})
