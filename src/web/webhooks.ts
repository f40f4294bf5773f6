import type { IncomingMessage, ServerResponse } from 'node:http'
import type { bodyReader } from './body.ts'
import { type Route, send } from './server.ts'

/** Probot's node middleware: verifies the signature over `request.body` and runs the handlers. */
export type WebhookMiddleware = (request: IncomingMessage & { body?: string }, response: ServerResponse) => Promise<unknown> | unknown

/**
 * GitHub's deliveries. What cannot be one (no signature header, too large) is refused before a byte of it is kept;
 * the rest is Probot's.
 */
export function webhookRoute(path: string, middleware: WebhookMiddleware, read: ReturnType<typeof bodyReader>): Route {
  return async (request, response, url) => {
    if (url.pathname !== path) return false
    if (request.method !== 'POST') return refuse(response, 405, 'Webhooks are sent by POST.')
    if (!request.headers['x-hub-signature-256']) return refuse(response, 401, 'This delivery is not signed.')
    const body = await read(request, response)
    if (body.kind === 'too-large') return refuse(response, 413, 'This delivery is larger than GitHub sends.')
    if (body.kind === 'busy') return refuse(response, 503, 'Too many deliveries at once; send it again.')
    if (body.kind === 'broken-off') return true
    const text = body.bytes.toString('utf8')
    await middleware(Object.assign(request, { body: text }), response)
    return true
  }
}

/** Answers and closes: whatever the sender still has to say is not read. */
function refuse(response: ServerResponse, status: number, why: string): true {
  response.setHeader('connection', 'close')
  send(response, status, `${why}\n`)
  return true
}
