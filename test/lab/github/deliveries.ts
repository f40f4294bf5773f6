import { createHmac, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import type { Event } from './payloads.ts'
import type { Delivery, World } from './world.ts'

/**
 * What becomes of a webhook. true: sent. false: it fails as if nobody answered, and GitHub's list of deliveries
 * shows so. 'never': it is not even tried and leaves no trace, so that only looking at the branch finds the change.
 */
export type Handling = boolean | 'never'

/** GitHub gives a receiver so long, and never tries again by itself. */
const patience = 10_000

export interface Deliveries {
  /** Sends to the App's address if it subscribes to such events; resolves when answered. */
  send(event: Event, handling: Handling): Promise<Delivery[]>
  /** The same event again under the same guid, as GitHub's redelivery does. Throws for an unknown one. */
  again(which: { id: string } | { guid: string }): Promise<Delivery>
  /** The same content under another guid: what a replaying attacker can do. */
  underNewGuid(guid: string, newGuid: string): Promise<Delivery>
}

/** `down`: whether nothing comes through just now. */
export function createDeliveries(world: World, address: () => string | undefined, down: () => boolean): Deliveries {
  const attempt = async (
    given: Pick<Delivery, 'guid' | 'event' | 'payload' | 'installation' | 'repository' | 'redelivery'>,
    fails: boolean,
  ) => {
    const text = JSON.stringify(given.payload)
    const requestHeaders = headersFor(world, given.guid, given.event, text)
    const [deliveredAt, sentAt] = [world.now(), performance.now()]
    const target = address()
    const outcome = fails || down() || target === undefined ? unreachable : await post(target, requestHeaders, text)
    const action = typeof given.payload.action === 'string' ? given.payload.action : null
    const seconds = Math.round(performance.now() - sentAt) / 1000
    const delivery: Delivery = { ...given, ...outcome, id: world.deliveryId(), action, deliveredAt, sentAt, seconds, requestHeaders }
    world.deliveries.push(delivery)
    world.changed()
    return delivery
  }

  const find = (matches: (delivery: Delivery) => boolean): Delivery => {
    const found = world.deliveries.find(matches)
    if (!found) throw new Error('no such delivery: it was never tried, or the App does not subscribe to its event')
    return found
  }

  return {
    async send({ repo, header, payload }, handling) {
      const wanted = repo.installation && address() !== undefined && world.app.events.includes(header)
      if (!wanted || handling === 'never') return []
      const ids = { installation: repo.installation?.id ?? null, repository: repo.id }
      return [await attempt({ guid: randomUUID(), event: header, payload, ...ids, redelivery: false }, handling === false)]
    },
    again: (which) =>
      attempt({ ...find((one) => ('id' in which ? one.id === which.id : one.guid === which.guid)), redelivery: true }, false),
    underNewGuid: (guid, newGuid) => attempt({ ...find((one) => one.guid === guid), guid: newGuid, redelivery: false }, false),
  }
}

function headersFor({ app }: World, guid: string, event: string, text: string): Record<string, string> {
  const signature = (hash: string) => `${hash}=${createHmac(hash, app.secret).update(text).digest('hex')}`
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/57a1d1f',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(app.id),
    'x-github-hook-installation-target-id': String(app.id),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': signature('sha1'),
    'x-hub-signature-256': signature('sha256'),
  }
}

type Outcome = Pick<Delivery, 'statusCode' | 'status' | 'responseHeaders' | 'responseBody'>

const unreachable: Outcome = { statusCode: 502, status: 'failed to connect to host', responseHeaders: {}, responseBody: '' }
const late: Outcome = { statusCode: 504, status: 'timed out', responseHeaders: {}, responseBody: '' }

function post(target: string, headers: Record<string, string>, text: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(patience)
    const failed = () => resolve(signal.aborted ? late : unreachable)
    const length = { 'content-length': String(Buffer.byteLength(text)) }
    const sent = request(target, { method: 'POST', headers: { ...headers, ...length }, agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', failed)
      response.on('end', () => {
        const statusCode = response.statusCode ?? 0
        const responseHeaders = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
        const status = statusCode < 400 ? 'OK' : `Invalid HTTP Response: ${statusCode}`
        resolve({ statusCode, status, responseHeaders, responseBody: Buffer.concat(chunks).toString('utf8') })
      })
    })
    sent.on('error', failed)
    sent.end(text)
  })
}
