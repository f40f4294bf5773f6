import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { pageHeaders } from './pages/frame.ts'
import { notFoundPage } from './pages/plain.ts'

/** A page, made with a nonce of its own. `forms`: whether it sends any. */
export function sendPage(response: ServerResponse, status: number, make: (nonce: string) => string, { forms = false } = {}): void {
  const nonce = randomBytes(16).toString('base64')
  response.writeHead(status, pageHeaders(nonce, { forms })).end(make(nonce))
}

/** There is no such page, or it is not for the one who asks. */
export function sendNotFound(response: ServerResponse): void {
  const { status, type, body } = notFoundPage()
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}

/** Goes on elsewhere; what was sent by a form is not sent again. */
export function redirect(response: ServerResponse, to: string): void {
  response.writeHead(303, { location: to, 'cache-control': 'no-store' }).end()
}
