import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fetch } from '../../../src/adapters/github/patience.ts'
import { answerMemory } from '../../../src/adapters/github/remembering.ts'

/** A server with one text per address, and how it answered. */
function server(texts: Record<string, string>) {
  const statuses: number[] = []
  const fetch: Fetch = async (url, init) => {
    const text = texts[url]
    const etag = `"${createHash('sha1')
      .update(text ?? '')
      .digest('hex')}"`
    const unchanged = text !== undefined && new Headers(init.headers).get('if-none-match') === etag
    const status = text === undefined ? 404 : unchanged ? 304 : 200
    statuses.push(status)
    const headers = { date: `answer ${statuses.length}`, etag, ...(!unchanged && { link: '<next>; rel="next"' }) }
    return new Response(unchanged || text === undefined ? null : text, { status, headers })
  }
  return { fetch, statuses }
}

const get = { method: 'GET', headers: { accept: 'json' } }

test('an answer that still holds is given from memory, with what the new head says', async () => {
  const texts: Record<string, string> = { '/heads/main': 'a' }
  const { fetch, statuses } = server(texts)
  const asking = answerMemory()('installation 1', fetch)
  await asking('/heads/main', get)
  const again = await asking('/heads/main', get)
  expect([again.status, await again.text()]).toEqual([200, 'a'])
  expect([again.headers.get('date'), again.headers.get('link')]).toEqual(['answer 2', '<next>; rel="next"'])
  texts['/heads/main'] = 'b'
  expect(await (await asking('/heads/main', get)).text()).toBe('b')
  expect(await (await asking('/heads/main', get)).text()).toBe('b')
  delete texts['/heads/main']
  expect((await asking('/heads/main', get)).status).toBe(404)
  expect(statuses).toEqual([200, 304, 200, 304, 404])
})

const permission = '/repos/acme/shop/collaborators/mona/permission'

test.each<[why: string, url: string, first: RequestInit, second: RequestInit]>([
  ['who may do what', permission, get, get],
  ['who is in a team', '/orgs/acme/teams/ops/memberships/mona', get, get],
  ['a write', '/a', get, { ...get, method: 'POST' }],
  ['another form of it', '/a', get, { ...get, headers: { accept: 'raw' } }],
])('%s is asked anew', async (_why, url, first, second) => {
  const { fetch, statuses } = server({ [url]: 'a' })
  const asking = answerMemory()('installation 1', fetch)
  await asking(url, first)
  await asking(url, second)
  expect(statuses).toEqual([200, 200])
})

test('what one installation was told is nothing for another', async () => {
  const { fetch, statuses } = server({ '/installation/repositories': 'a' })
  const remembering = answerMemory()
  await remembering('installation 1', fetch)('/installation/repositories', get)
  await remembering('installation 2', fetch)('/installation/repositories', get)
  expect(statuses).toEqual([200, 200])
})

test('the answers used longest ago make room; too large ones are not kept', async () => {
  const large = 'x'.repeat(1024 * 1024 + 1)
  const { fetch, statuses } = server({ '/a': 'aaaa', '/b': 'bbbb', '/c': 'cccc', '/large': large })
  const asking = answerMemory({ room: 8 })('app', fetch)
  for (const url of ['/a', '/b', '/a', '/c', '/a', '/b', '/large', '/large']) await (await asking(url, get)).text()
  expect(statuses).toEqual([200, 200, 304, 200, 304, 200, 200, 200])
})

test('whatever is asked and changed in between, every answer is the present one', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ url: fc.constantFrom('/a', '/b', '/c'), change: fc.boolean() }), { maxLength: 30 }),
      fc.integer({ min: 0, max: 12 }),
      async (acts, room) => {
        const texts: Record<string, string> = { '/a': 'a', '/b': 'b', '/c': 'c' }
        const { fetch } = server(texts)
        const asking = answerMemory({ room })('app', fetch)
        for (const { url, change } of acts) {
          if (change) texts[url] += '!'
          expect(await (await asking(url, get)).text()).toBe(texts[url])
        }
      },
    ),
    { numRuns: 50 },
  ))

test('what is not read of an answer is neither kept nor given, and takes no room', async () => {
  const { fetch, statuses } = server({ '/a': 'a and more', '/b': 'b and more' })
  const asking = answerMemory({ room: 2, reduce: (_url, body) => body.slice(0, 1) })('app', fetch)
  const answers: string[] = []
  for (const url of ['/a', '/b', '/a', '/b']) answers.push(await (await asking(url, get)).text())
  expect([answers, statuses]).toEqual([
    ['a', 'b', 'a', 'b'],
    [200, 200, 304, 304],
  ])
})
