import { databasePasses } from './database-trouble.ts'

/** How often work may break in a way that waiting does not mend, before it is given up. */
export const mostTries = 5

const networkCode = /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|ENOTFOUND|UND_ERR_)/

/**
 * Whether waiting may mend it: something that does not answer now, or asked to be left alone for a while. Every client has
 * error classes of its own, so it is told by their shape: HTTP status and headers as Octokit has them, codes as Node and the
 * databases have.
 */
export function passes(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 0
  if (status >= 500 || status === 408 || status === 429) return true
  if (status === 403 && (askedPause(error) !== undefined || headersOf(error)['x-ratelimit-remaining'] === '0')) return true
  if ('code' in error && typeof error.code === 'string' && networkCode.test(error.code)) return true
  if (databasePasses(error)) return true
  if ('name' in error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return true
  return 'cause' in error && passes(error.cause, depth + 1)
}

/** For no longer than this is left alone what asked for it, in seconds. */
const longestAsked = 3600

/** How many seconds whoever refused asked to be left alone; undefined where it asked for nothing. */
export function askedPause(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const asked = 'retryAfterSeconds' in error ? error.retryAfterSeconds : (headersOf(error)['retry-after'] ?? untilReset(error))
  const seconds = typeof asked === 'string' || typeof asked === 'number' ? Number(asked) : Number.NaN
  return Number.isFinite(seconds) ? Math.min(Math.max(1, seconds), longestAsked) : undefined
}

/** GitHub's hourly limit is used up: the time it tells for its end, counted by its own clock. */
function untilReset(error: object): number | undefined {
  const headers = headersOf(error)
  const limited = 'status' in error && (error.status === 403 || error.status === 429) && headers['x-ratelimit-remaining'] === '0'
  if (!limited) return undefined
  const left = Number(headers['x-ratelimit-reset']) - Date.parse(String(headers.date)) / 1000
  return Number.isNaN(left) ? undefined : Math.ceil(left)
}

/** GitHub refuses with 403 what is only too much at once; its headers tell that from a refusal for good. */
function headersOf(error: object): Record<string, unknown> {
  const response = 'response' in error ? error.response : undefined
  const headers = typeof response === 'object' && response !== null && 'headers' in response ? response.headers : undefined
  return typeof headers === 'object' && headers !== null ? { ...headers } : {}
}
