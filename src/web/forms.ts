import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyReader } from './body.ts'

/** Fields of a form that one of Landfall's own pages sent, or why it is not taken. */
export type Form = { kind: 'form'; fields: URLSearchParams } | { kind: 'refused'; status: number; why: string } | { kind: 'broken-off' }

const longest = 8 * 1024
const read = bodyReader(longest)

/**
 * Reads a form. Browsers say which site a form comes from, and no page can change that: only Landfall's own address counts. `own`
 * is that address as people know it, without a slash at the end.
 */
export async function readForm(request: IncomingMessage, response: ServerResponse, own: string): Promise<Form> {
  if (request.headers.origin !== new URL(own).origin)
    return refused(403, `This did not come from a page of ${own}. Open it under this address and try again.`)
  if (!/^application\/x-www-form-urlencoded(;|$)/.test(request.headers['content-type'] ?? '')) return refused(415, 'This is not a form.')
  const body = await read(request, response)
  switch (body.kind) {
    case 'body':
      return { kind: 'form', fields: new URLSearchParams(body.bytes.toString('utf8')) }
    case 'too-large':
      return refused(413, 'This is longer than any form here.')
    case 'busy':
      return refused(503, 'Too much comes in at once. Try again.')
    case 'broken-off':
      return body
  }
}

const refused = (status: number, why: string): Form => ({ kind: 'refused', status, why })
