import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answered, type Asked, answerTo, type Parts } from './answering.ts'
import { refused } from './call.ts'
import type { Weather } from './faults.ts'

/** One request that was answered. */
export interface RequestRecord {
  method: string
  /** Template: `GET /repos/{owner}/{repo}`. */
  operation: string
  path: string
  status: number
  /** Milliseconds from the request's arrival to its answer: what the stand-in itself cost. */
  ms: number
  /** `performance.now()` at its arrival. */
  at: number
  /** As it was sent; empty where nothing was. */
  body: string
}

export interface ServerParts extends Parts {
  weather: Weather
  record(request: RequestRecord): void
  /** Compares an answer with the description. */
  check(operation: string, status: number, type: string, body: unknown): void
  /** A bug of the stand-in. */
  crashed(operation: string, error: unknown): void
}

/** GitHub's limit an hour for an installation of a small account. */
const limit = 5000

/** The HTTP side: reads, asks `answerTo`, adds what every answer of GitHub carries, and records. */
export function createGitHubServer(parts: ServerParts): Server {
  const used = new Map<string, { count: number; resetAt: number }>()

  return createServer(async (request, response) => {
    const at = performance.now()
    const asked = await read(request)
    if (parts.weather.latency > 0) await pause(parts.weather.latency)
    const { answer, operation, account } = await answered(asked, parts)

    const type = answer.type ?? 'application/json'
    const bytes = answer.body === undefined ? '' : answer.body instanceof Uint8Array ? answer.body : JSON.stringify(answer.body)
    const etag = asked.method === 'GET' && answer.status === 200 ? `W/"${createHash('sha256').update(bytes).digest('hex')}"` : undefined
    const unchanged = etag !== undefined && request.headers['if-none-match'] === etag
    const status = unchanged ? 304 : answer.status

    response.setHeader('date', parts.world.now().toUTCString())
    for (const [name, value] of Object.entries(limits(used, account, unchanged, parts.world.now()))) response.setHeader(name, value)
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
    if (etag) response.setHeader('etag', etag)
    if (answer.body !== undefined && !unchanged) response.setHeader('content-type', type.includes(';') ? type : `${type}; charset=utf-8`)
    send(response, status, unchanged ? '' : bytes)
    parts.record({ method: asked.method, operation, path: asked.pathname, status, ms: performance.now() - at, at, body: asked.text })
    // After the answer is out, so that it is not the caller who waits.
    if (answer.body !== undefined) parts.check(operation, answer.status, type, answer.body)
    if (asked.method !== 'GET') parts.world.changed()
  })
}

async function answered(asked: Asked, parts: ServerParts): Promise<Answered> {
  const bad = parts.weather.instead()
  if (bad) return { answer: bad, operation: `${asked.method} ${asked.pathname}`, account: 'nobody' }
  try {
    return await answerTo(asked, parts)
  } catch (error) {
    const operation = `${asked.method} ${asked.pathname}`
    parts.crashed(operation, error)
    return { answer: refused(500, 'The GitHub stand-in failed'), operation, account: 'nobody' }
  }
}

function limits(used: Map<string, { count: number; resetAt: number }>, account: string, free: boolean, now: Date): Record<string, string> {
  const seconds = Math.floor(now.getTime() / 1000)
  const known = used.get(account)
  const window = known && known.resetAt > seconds ? known : { count: 0, resetAt: seconds + 3600 }
  if (!free) window.count += 1
  used.set(account, window)
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - window.count)),
    'x-ratelimit-used': String(window.count),
    'x-ratelimit-reset': String(window.resetAt),
    'x-ratelimit-resource': 'core',
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://github')
  return {
    method: request.method ?? 'GET',
    pathname,
    query: searchParams,
    authorization: request.headers.authorization,
    userAgent: request.headers['user-agent'],
    accept: request.headers.accept ?? '',
    text: Buffer.concat(chunks).toString('utf8'),
  }
}

function send(response: ServerResponse, status: number, bytes: string | Uint8Array): void {
  response.statusCode = status
  response.setHeader('server', 'github.com')
  response.end(bytes)
}
