import { expect, test } from 'vitest'
import { paced } from '../../../src/adapters/github/pace.ts'

/** Requests as they go out, answered when they are told to. */
function outside() {
  const sent: { url: string; at: number; answer: () => void }[] = []
  const fetch = (url: string) =>
    new Promise<Response>((resolve) => sent.push({ url, at: performance.now(), answer: () => resolve(new Response()) }))
  return { sent, fetch }
}

const post = { method: 'POST' }
const get = { method: 'GET' }

test('writes keep their distance and their order; reads and tokens do not wait for them', async () => {
  const { sent, fetch } = outside()
  const between = 60
  const asking = paced(fetch, between)
  const began = performance.now()
  const all = [
    asking('/statuses/1', post),
    asking('/comments/2', { method: 'PATCH' }),
    asking('/statuses/3', post),
    asking('/app/installations/7/access_tokens', post),
    asking('/heads/main', get),
  ]
  await expect.poll(() => sent.length).toBe(5)
  for (const { answer } of sent) answer()
  await Promise.all(all)
  expect(sent.map(({ url }) => url)).toEqual([
    '/statuses/1',
    '/app/installations/7/access_tokens',
    '/heads/main',
    '/comments/2',
    '/statuses/3',
  ])
  expect((sent[3]?.at ?? 0) - began).toBeGreaterThanOrEqual(between - 2)
  expect((sent[4]?.at ?? 0) - began).toBeGreaterThanOrEqual(2 * between - 2)
})

test('another installation does not wait', async () => {
  const { sent, fetch } = outside()
  const [first, second] = [paced(fetch, 100), paced(fetch, 100)]
  const all = [first('/first/1', post), first('/first/2', post), second('/second/1', post)]
  await expect.poll(() => sent.length).toBe(3)
  for (const { answer } of sent) answer()
  await Promise.all(all)
  expect(sent.map(({ url }) => url)).toEqual(['/first/1', '/second/1', '/first/2'])
})

test('ten at once, the next when one is answered or failed', async () => {
  const waiting: { resolve: (answer: Response) => void; reject: (error: Error) => void }[] = []
  const asking = paced(() => new Promise<Response>((resolve, reject) => waiting.push({ resolve, reject })))
  const all = Array.from({ length: 13 }, (_, index) => asking(`/${index}`, get).catch(() => 'failed'))
  await Promise.resolve()
  expect(waiting).toHaveLength(10)
  waiting[0]?.resolve(new Response())
  waiting[1]?.reject(new Error('reset'))
  await expect.poll(() => waiting.length).toBe(12)
  for (const { resolve } of waiting) resolve(new Response())
  await expect.poll(() => waiting.length).toBe(13)
  waiting[12]?.resolve(new Response())
  expect((await Promise.all(all)).filter((answer) => answer === 'failed')).toHaveLength(1)
})
