import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { Octokit } from '@octokit/rest'
import { expect, onTestFinished, test } from 'vitest'
import { gitHubClock } from '../../../src/adapters/github/clock.ts'
import { type Patience, patientFetch } from '../../../src/adapters/github/patience.ts'
import { passes } from '../../../src/flow/trouble.ts'

/** One of both runs out soon; the other never, also on a machine that is busy with other things. */
const impatient = { head: 80, progress: 10_000 }
const impatientOnceBegun = { head: 10_000, progress: 80 }

async function server(answer: RequestListener): Promise<string> {
  const started = createServer(answer).listen(0, '127.0.0.1')
  await once(started, 'listening')
  onTestFinished(() => {
    started.closeAllConnections()
    started.close()
  })
  const address = started.address()
  if (address === null || typeof address === 'string') throw new Error('the server got no port')
  return `http://127.0.0.1:${address.port}`
}

const client = (baseUrl: string, patience?: Patience) =>
  new Octokit({
    baseUrl,
    request: { fetch: patientFetch(gitHubClock(), patience).whole },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })

/** Answers the head and half of what it promised. */
const half: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': '20' })
  response.write('{"id": 12')
}

test.each<[why: string, answer: RequestListener, said: RegExp, patience?: Patience]>([
  ['no answer', () => {}, /GitHub did not answer within 0.08 s/, impatient],
  ['an answer that stands still', half, /GitHub sent nothing more for 0.08 s/, impatientOnceBegun],
  ['a reset connection', (request) => request.socket.resetAndDestroy(), /ECONNRESET/],
  [
    'an answer that breaks off',
    (request, response) => {
      half(request, response)
      setImmediate(() => response.destroy())
    },
    /terminated|other side closed/,
  ],
])('%s is an error that passes, never half an answer', async (_why, answer, said, patience) => {
  const asked = client(await server(answer), patience).rest.apps.getAuthenticated()
  const error = await asked.then(
    (found) => found,
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(Error)
  expect(error.message).toMatch(said)
  expect(passes(error)).toBe(true)
})

test.each([
  ['a port nobody listens on', 'http://127.0.0.1:9'],
  ['a name that does not resolve', 'http://github.invalid'],
])('%s passes', async (_why, url) => {
  const error = await client(url)
    .rest.apps.getAuthenticated()
    .catch((thrown) => thrown)
  expect(passes(error)).toBe(true)
})

test('what goes on coming may take as long as it takes', async () => {
  const url = await server(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    for (const piece of '{"slug": "landfall"}') {
      response.write(piece)
      await pause(20)
    }
    response.end()
  })
  const began = performance.now()
  const patience = { head: 5000, progress: 300 }
  expect((await client(url, patience).rest.apps.getAuthenticated()).data).toEqual({ slug: 'landfall' })
  expect(performance.now() - began).toBeGreaterThan(patience.progress)
})

test('a stream is there with its head, waits for its reader, and ends with an error where it stands still', async () => {
  const url = await server((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-gzip' })
    response.write('first')
  })
  const answer = await patientFetch(gitHubClock(), impatientOnceBegun).streamed(url, { method: 'GET' })
  const reader = answer.body?.getReader()
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
  await pause(impatientOnceBegun.progress * 2)
  const error = await reader?.read().catch((thrown) => thrown)
  expect(error).toMatchObject({ name: 'TimeoutError' })
  expect(passes(error)).toBe(true)
})

test("GitHub's clock is heard from its answers", async () => {
  const url = await server((_request, response) => response.setHeader('date', 'Sat, 21 Nov 2015 09:00:00 GMT').end())
  const clock = gitHubClock()
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000)
  await patientFetch(clock).whole(url, { method: 'GET' })
  expect(new Date(clock.now()).toISOString()).toMatch(/^2015-11-21T09:00:0/)
  clock.hear(null)
  clock.hear('soon')
  expect(new Date(clock.now()).toISOString()).toMatch(/^2015-11-21T09:00:0/)
})
