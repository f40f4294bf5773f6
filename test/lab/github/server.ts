import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answered, type Asked, answerTo, type Parts } from './answering.ts'
import { refused } from './call.ts'
import { type Disturbance, serverError, type Weather } from './faults.ts'
import { asJson } from './json.ts'

/** One request that was answered. */
export interface RequestRecord {
  method: string
  /** Template: `GET /repos/{owner}/{repo}`. */
  operation: string
  path: string
  /** 304 costs nothing; 0 where no answer was given. */
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
    const { method, pathname: path, text: body } = asked
    const note = (operation: string, status: number) =>
      parts.record({ method, operation, path, status, ms: performance.now() - at, at, body })
    if (parts.weather.latency > 0) await pause(parts.weather.latency)

    const disturbance = parts.weather.disturbance(`${method} ${path}`)
    if (disturbance === 'unanswered' || disturbance === 'reset') {
      note(`${method} ${path}`, 0)
      if (disturbance === 'reset') request.socket.resetAndDestroy()
      parts.world.changed()
      return
    }
    const found = disturbance === 'refused' ? broken(asked) : await answered(asked, parts)
    // Carried out all the same.
    const { answer, operation, account } = disturbance === 'answer-lost' ? { ...found, answer: serverError() } : found

    const type = answer.type ?? 'application/json'
    const bytes = answer.body === undefined ? '' : answer.body instanceof Uint8Array ? answer.body : asJson(answer.body)
    const etag = method === 'GET' && answer.status === 200 ? etagOf(asked, bytes) : undefined
    const unchanged = etag !== undefined && request.headers['if-none-match'] === etag
    const status = unchanged ? 304 : answer.status

    response.setHeader('date', parts.world.now().toUTCString())
    for (const [name, value] of Object.entries(limits(used, account, unchanged, parts.world.now()))) response.setHeader(name, value)
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
    if (etag) response.setHeader('etag', etag)
    if (answer.body !== undefined && !unchanged) response.setHeader('content-type', type.includes(';') ? type : `${type}; charset=utf-8`)
    send(response, status, unchanged ? '' : bytes, disturbance)
    note(operation, status)
    // After the answer is out, so that it is not the caller who waits.
    if (answer.body !== undefined) parts.check(operation, answer.status, type, typeof bytes === 'string' ? JSON.parse(bytes) : bytes)
    if (method !== 'GET') parts.world.changed()
  })
}

/** As GitHub's: of another token, the same content has another one. */
function etagOf({ authorization = '', accept }: Asked, bytes: string | Uint8Array): string {
  return `W/"${createHash('sha256').update(`${authorization}\n${accept}\n`).update(bytes).digest('hex')}"`
}

const broken = (asked: Asked): Answered => ({
  answer: serverError(),
  operation: `${asked.method} ${asked.pathname}`,
  account: 'nobody',
})

async function answered(asked: Asked, parts: ServerParts): Promise<Answered> {
  const line = `${asked.method} ${asked.pathname}`
  const bad = parts.weather.instead(line, parts.world.now())
  if (bad) return { answer: bad, operation: line, account: 'nobody' }
  try {
    return await answerTo(asked, parts)
  } catch (error) {
    parts.crashed(line, error)
    return { answer: refused(500, 'The GitHub stand-in failed'), operation: line, account: 'nobody' }
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

function send(response: ServerResponse, status: number, bytes: string | Uint8Array, disturbance: Disturbance | undefined): void {
  response.statusCode = status
  response.setHeader('server', 'github.com')
  if (disturbance !== 'answer-cut' && disturbance !== 'answer-stalled') {
    response.end(bytes)
    return
  }
  const whole = Buffer.from(bytes)
  response.setHeader('content-length', whole.length)
  response.write(whole.subarray(0, whole.length / 2), () => {
    if (disturbance === 'answer-cut') response.destroy()
  })
}
