import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../flow/ports.ts'

/** Answers a request it knows and returns true; returns false for others. */
export type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean> | boolean

export interface WebServer {
  port: number
  /** Takes no new request, lets running ones end for `seconds`, then closes every connection. */
  close(seconds?: number): Promise<void>
}

/**
 * Landfall's own server, in front of Probot: Probot's would buffer a body of any size before anybody could refuse
 * it, and does not stop while a page is open. Default deny: what no route knows is 404.
 */
export async function serveHttp(routes: Route[], listen: { host: string; port: number }, log: Log): Promise<WebServer> {
  let closing = false
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    protect(response)
    response.once('close', () => closing && server.closeIdleConnections())
    answer(routes, request, response).catch((error: unknown) => {
      log.error('request failed', { method: request.method, path: request.url?.split('?')[0], error })
      if (!response.headersSent) send(response, 500, 'Landfall failed to answer this. Its log says why.\n')
      else response.destroy()
    })
  }
  // Who asks before sending is asked for the body only where it will be read.
  const server = createServer(onRequest).on('checkContinue', onRequest)
  server.requestTimeout = 30_000
  server.headersTimeout = 10_000
  // Longer than proxies keep theirs (a minute): whoever closes an idle connection may do so just as a request is sent on it.
  server.keepAliveTimeout = 75_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen.port, listen.host, resolve)
  })
  return {
    port: portOf(server),
    close(seconds = 5) {
      closing = true
      return close(server, seconds)
    },
  }
}

/** A plain-text answer. */
export function send(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text)
}

async function answer(routes: Route[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = request.url ?? '/'
  // Put behind a host: a path that begins with two slashes would be taken for one.
  const url = URL.parse(asked.startsWith('/') ? `http://landfall.invalid${asked}` : asked)
  if (!url) return send(response, 400, 'This address cannot be read.\n')
  for (const route of routes) if (await route(request, response, url)) return
  send(response, 404, 'There is nothing here.\n')
}

function protect(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}

function close(server: Server, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), seconds * 1000)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}
