import { type Fetch, withBody } from './patience.ts'

/** Where GitHub names no time, it asks for at least a minute: https://docs.github.com/rest best practices. */
const leastPause = 60

const secondary = /\bsecondary rate limit\b/i

/**
 * Says in a header what GitHub says in words alone: that a refusal is its secondary limit and passes. No other part of an
 * answer tells it from a refusal for good.
 */
export function withAskedPause(fetch: Fetch): Fetch {
  return async (url, init) => {
    const answer = await fetch(url, init)
    if ((answer.status !== 403 && answer.status !== 429) || answer.headers.has('retry-after')) return answer
    const body = await answer.bytes()
    const headers = new Headers(answer.headers)
    if (headers.get('x-ratelimit-remaining') !== '0' && secondary.test(Buffer.from(body).toString('utf8'))) {
      headers.set('retry-after', String(leastPause))
    }
    return withBody(answer, body, { status: answer.status, headers })
  }
}
