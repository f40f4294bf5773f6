import { createHmac, generateKeyPairSync } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { inspect } from 'node:util'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createApp, webhookPath } from '../../src/adapters/github/app.ts'
import { subscribe } from '../../src/adapters/github/events.ts'
import { receive } from '../../src/adapters/github/receive.ts'
import { Secret } from '../../src/domain/secret.ts'
import type { Incoming } from '../../src/flow/intake.ts'
import { bodyReader } from '../../src/web/body.ts'
import { serveHttp, type WebServer } from '../../src/web/server.ts'
import { webhookRoute } from '../../src/web/webhooks.ts'
import { sha } from '../support/builders.ts'

const secret = 'a-secret-of-enough-length'
const told: { message: string; fields: unknown }[] = []
const tell = (message: string, fields?: unknown) => void told.push({ message, fields })
const log = { info: tell, warn: tell, error: tell }
let server: WebServer
let received: Incoming[] = []
let refuse = false
let storing: Promise<void> = Promise.resolve()
/** What Probot logged. */
const libraries: string[] = []

beforeAll(async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const credentials = { appId: 1, privateKey: new Secret(privateKey), webhookSecret: new Secret(secret), apiUrl: 'http://127.0.0.1:9' }
  const app = createApp(credentials, pino({ level: 'debug' }, { write: (line: string) => void libraries.push(line) }))
  subscribe(app, async (incoming) => {
    if (refuse) throw new Error('the database does not answer')
    received.push(incoming)
    await storing
  })
  const route = webhookRoute(webhookPath, (delivery) => receive(app, delivery), bodyReader(), log, 1024)
  server = await serveHttp([route], { host: '127.0.0.1', port: 0 }, log)
})
afterAll(() => server.close(0))
beforeEach(() => {
  received = []
  told.splice(0)
  refuse = false
})

const pushed = {
  ref: 'refs/heads/main',
  before: sha('a'),
  after: sha('b'),
  repository: { name: 'shop', owner: { login: 'acme' } },
  installation: { id: 7 },
  sender: { login: 'mona', type: 'User' },
  pusher: { name: 'mona' },
}

const sign = (body: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

function deliver(event: string, payload: unknown, change: Record<string, string | undefined> = {}): Promise<Response> {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': 'guid-1',
    'x-hub-signature-256': sign(body),
    ...change,
  }
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return fetch(`http://127.0.0.1:${server.port}${webhookPath}`, { method: 'POST', body, headers: given })
}

test('a signed push is received before it is answered', async () => {
  expect((await deliver('push', pushed)).status).toBe(200)
  expect(received).toEqual([
    {
      kind: 'push',
      delivery: 'guid-1',
      repository: { owner: 'acme', name: 'shop', installation: 7 },
      ref: 'refs/heads/main',
      before: sha('a'),
      after: sha('b'),
      actor: 'mona',
    },
  ])
})

test('a merged pull request is the same wish, a closed one is none', async () => {
  const closed = { action: 'closed', ...pushed, pull_request: { merged: true, merge_commit_sha: sha('b'), base: { ref: 'main' } } }
  await deliver('pull_request', closed)
  await deliver('pull_request', { ...closed, pull_request: { ...closed.pull_request, merged: false } })
  expect(received).toMatchObject([{ kind: 'push', ref: 'refs/heads/main', after: sha('b') }])
})

test('only new comments are read, not edited ones', async () => {
  const comment = { ...pushed, issue: { number: 5 }, comment: { id: 9, body: '/rollback', created_at: '2026-11-21T10:00:00Z' } }
  await deliver('issue_comment', { ...comment, action: 'edited' })
  await deliver('issue_comment', { ...comment, action: 'created' })
  expect(received).toMatchObject([
    { kind: 'comment', comment: { id: 9, issue: 5 }, body: '/rollback', at: '2026-11-21T10:00:00.000Z', bot: false },
  ])
})

test('what was not stored is not acknowledged', async () => {
  refuse = true
  const response = await deliver('push', pushed)
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('the database does not answer')
})

test('what was not stored is logged once, and nothing of what it holds', async () => {
  refuse = true
  await deliver('push', { ...pushed, canary: 'canary' })
  await deliver('push', { ...pushed, canary: 'canary' }, { 'x-hub-signature-256': 'sha256=0', 'x-github-delivery': 'guid-2' })
  expect(told.map(({ message }) => message)).toEqual(['delivery not stored', 'delivery refused: check WEBHOOK_SECRET if GitHub sent it'])
  expect(told.map(({ fields }) => fields)).toMatchObject([
    { delivery: 'guid-1', event: 'push' },
    { delivery: 'guid-2', event: 'push' },
  ])
  expect(inspect([told, libraries], { depth: 20 })).not.toContain('canary')
})

test('deliveries that wait for a slow database are bounded, and one is always taken', async () => {
  const stored = Promise.withResolvers<void>()
  storing = stored.promise
  try {
    const first = deliver('push', { ...pushed, pad: 'x'.repeat(2000) })
    await vi.waitFor(() => expect(received).toHaveLength(1))
    expect((await deliver('push', pushed)).status).toBe(503)
    stored.resolve()
    expect((await first).status).toBe(200)
    expect((await deliver('push', pushed)).status).toBe(200)
  } finally {
    storing = Promise.resolve()
  }
})

test('what takes longer than GitHub waits is not acknowledged before it is stored', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const stored = Promise.withResolvers<void>()
  storing = stored.promise
  try {
    let answered: number | undefined
    const answer = deliver('push', pushed).then(({ status }) => {
      answered = status
    })
    await vi.waitFor(() => expect(received).toHaveLength(1))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(answered).toBeUndefined()
    stored.resolve()
    await answer
    expect(answered).toBe(200)
  } finally {
    storing = Promise.resolve()
    vi.useRealTimers()
  }
})

test.each<[why: string, send: () => Promise<Response>, status: number]>([
  ['unsigned', () => deliver('push', pushed, { 'x-hub-signature-256': undefined }), 401],
  ['signed with another secret', () => deliver('push', pushed, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }), 400],
  [
    'changed after signing',
    () => deliver('push', { ...pushed, after: sha('c') }, { 'x-hub-signature-256': sign(JSON.stringify(pushed)) }),
    400,
  ],
  [
    'signed with the old SHA-1 only',
    () => deliver('push', pushed, { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=00' }),
    401,
  ],
  ['no JSON', () => deliver('push', 'hello'), 400],
  ['a form instead of JSON', () => deliver('push', pushed, { 'content-type': 'application/x-www-form-urlencoded' }), 415],
  ['of no event', () => deliver('push', pushed, { 'x-github-event': undefined }), 400],
  ['sent by GET', () => fetch(`http://127.0.0.1:${server.port}${webhookPath}`), 405],
])('a delivery that is %s is refused (A2)', async (_why, send, status) => {
  expect((await send()).status).toBe(status)
  expect(received).toEqual([])
})

test('a declared body of 200 MiB is refused before it is sent (A2)', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'content-length': 200 * 1024 * 1024, 'x-hub-signature-256': 'sha256=0', expect: '100-continue' }
    const outgoing = httpRequest({ port: server.port, host: '127.0.0.1', path: webhookPath, method: 'POST', headers })
    outgoing.on('response', (response) => resolve(response.statusCode))
    outgoing.on('continue', () => reject(new Error('the server asked for the body')))
    outgoing.on('error', reject)
    outgoing.flushHeaders()
  })
  expect(status).toBe(413)
})

test('an undeclared endless body is cut off within bounded memory (A2)', async () => {
  const before = process.memoryUsage().rss
  const sent = await new Promise<number>((resolve) => {
    let bytes = 0
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(`POST ${webhookPath} HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256=0\r\nTransfer-Encoding: chunked\r\n\r\n`)
      const more = () => {
        while (bytes < 200 && !socket.destroyed) {
          bytes += 1
          socket.write(`${chunk.length.toString(16)}\r\n`)
          socket.write(chunk)
          if (!socket.write('\r\n')) return socket.once('drain', more)
        }
        return undefined
      }
      more()
    })
    socket.on('error', () => undefined)
    socket.on('data', () => undefined)
    socket.on('close', () => resolve(bytes))
  })
  expect(sent).toBeLessThan(120)
  expect(process.memoryUsage().rss - before).toBeLessThan(160 * 1024 * 1024)
})
