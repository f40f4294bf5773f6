import { once } from 'node:events'
import { createServer } from 'node:http'
import { type Waiting, waiting } from '../github/waiting.ts'

/** Slack and Telegram in one: keeps what it is sent and answers as they do. */
export interface ChatReceiver extends Waiting {
  /** `http://127.0.0.1:PORT`: Telegram's API; Slack's webhook is at `/slack`. */
  url: string
  /** In order of arrival. */
  received: { channel: 'slack' | 'telegram'; text: string; body: string }[]
  /** Every message is refused with 503 while it lasts, and not kept. */
  outage(on: boolean): void
  onMessage(listener: (message: ChatReceiver['received'][number]) => void): void
  close(): Promise<void>
}

/** Waits until both channels told of a commit in these words; all such messages. */
export function toldInBoth(chat: ChatReceiver, sha: string, words = ''): Promise<ChatReceiver['received']> {
  return chat.until(`${words || sha} told in both chats`, () => {
    const told = chat.received.filter(({ body }) => body.includes(words) && body.includes(sha.slice(0, 7)))
    return new Set(told.map(({ channel }) => channel)).size === 2 ? told : undefined
  })
}

export async function startChat(): Promise<ChatReceiver> {
  const received: ChatReceiver['received'] = []
  const { until, changed } = waiting()
  let down = false
  const listeners = new Set<(message: ChatReceiver['received'][number]) => void>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (down) return void response.writeHead(503).end()
    const body = Buffer.concat(chunks).toString('utf8')
    const channel = request.url === '/slack' ? 'slack' : 'telegram'
    const said: unknown = JSON.parse(body)
    const text = typeof said === 'object' && said !== null && 'text' in said ? String(said.text) : ''
    const message: ChatReceiver['received'][number] = { channel, text, body }
    received.push(message)
    for (const listener of listeners) listener(message)
    changed()
    response.setHeader('content-type', channel === 'slack' ? 'text/plain' : 'application/json')
    response.end(channel === 'slack' ? 'ok' : JSON.stringify({ ok: true, result: { message_id: received.length } }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the chat receiver got no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    until,
    outage(on) {
      down = on
    },
    onMessage: (listener) => void listeners.add(listener),
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
