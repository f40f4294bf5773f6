import { expect, test } from 'vitest'
import { withAskedPause } from '../../../src/adapters/github/asked-pause.ts'

const secondary = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'

test.each<[why: string, status: number, message: string, headers: Record<string, string>, pause: string | null]>([
  ['the secondary limit without a time: a minute', 403, secondary, { 'x-ratelimit-remaining': '4000' }, '60'],
  ['the same as 429', 429, secondary, {}, '60'],
  ['the secondary limit with its time', 403, secondary, { 'retry-after': '7' }, '7'],
  ['the end of the hour is told by other headers', 403, `${secondary} And the hour is used up.`, { 'x-ratelimit-remaining': '0' }, null],
  ['a refusal for good', 403, 'Resource not accessible by integration', {}, null],
  ['a comment that talks about it', 200, secondary, {}, null],
])('%s', async (_why, status, message, headers, pause) => {
  const body = JSON.stringify({ message })
  const answer = await withAskedPause(async () => new Response(body, { status, headers }))('https://api.github.com/', { method: 'GET' })
  expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([status, pause, body])
})
