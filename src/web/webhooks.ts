import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Log } from '../flow/ports.ts'
import type { bodyReader } from './body.ts'
import { type Route, send } from './server.ts'

/** A webhook as it came, and what becomes of it: `received` when all it asks for is stored. Rejects where it could not be. */
export type Receive = (delivery: { guid: string; event: string; signature: string; body: string }) => Promise<'received' | 'refused'>

/**
 * Bodies of deliveries that are being stored, all together: some thousands. A database that is slow must not fill the memory with
 * those that wait for it; GitHub counts them as failed after ten seconds anyway, and Landfall has failed ones delivered again.
 */
const inHandLimit = 64 * 1024 * 1024

/**
 * GitHub's deliveries. What cannot be one (no signature header, too large) is refused before a byte of it is kept. Acknowledged is
 * only what is stored, however long that takes: after ten seconds GitHub counts it as failed, and has it delivered again.
 */
export function webhookRoute(
  path: string,
  receive: Receive,
  read: ReturnType<typeof bodyReader>,
  log: Log,
  limit: number = inHandLimit,
): Route {
  let inHand = 0
  return async (request, response, url) => {
    if (url.pathname !== path) return false
    if (request.method !== 'POST') return refuse(response, 405, 'Webhooks are sent by POST.')
    const { signature, guid, event, json } = headOf(request.headers)
    if (signature === undefined) return refuse(response, 401, 'This delivery is not signed.')
    const body = await read(request, response)
    if (body.kind === 'too-large') return refuse(response, 413, 'This delivery is larger than GitHub sends.')
    if (body.kind === 'busy') return refuse(response, 503, 'Too many deliveries at once; send it again.')
    if (body.kind === 'broken-off') return true
    if (guid === undefined || event === undefined) return refuse(response, 400, 'This delivery does not say what it tells of.')
    if (!json) return refuse(response, 415, "The App's webhook must send JSON: set its content type to application/json.")
    const size = body.bytes.length
    if (inHand > 0 && inHand + size > limit) return refuse(response, 503, 'Too many deliveries at once; send it again.')
    inHand += size
    try {
      const received = await receive({ guid, event, signature, body: body.bytes.toString('utf8') })
      if (received === 'received') send(response, 200, 'ok\n')
      else {
        // Nothing of its content: anybody can send one, as large as they like.
        log.warn('delivery refused: check WEBHOOK_SECRET if GitHub sent it', { delivery: guid, event })
        send(response, 400, "This delivery is not signed with the App's secret, or holds no JSON.\n")
      }
    } catch (error) {
      log.error('delivery not stored', { delivery: guid, event, error })
      send(response, 500, 'Landfall could not store this delivery; send it again. Its log says why.\n')
    } finally {
      inHand -= size
    }
    return true
  }
}

interface Head {
  signature: string | undefined
  guid: string | undefined
  event: string | undefined
  json: boolean
}

function headOf(headers: IncomingHttpHeaders): Head {
  const one = (name: string): string | undefined => {
    const value = headers[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return {
    signature: one('x-hub-signature-256'),
    guid: one('x-github-delivery'),
    event: one('x-github-event'),
    json: /^\s*application\/json\s*(;|$)/.test(headers['content-type'] ?? ''),
  }
}

/** Answers and closes: whatever the sender still has to say is not read. */
function refuse(response: ServerResponse, status: number, why: string): true {
  response.setHeader('connection', 'close')
  send(response, status, `${why}\n`)
  return true
}
