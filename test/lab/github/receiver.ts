import { once } from 'node:events'
import { createServer } from 'node:http'

export interface Received {
  headers: Record<string, string>
  body: string
}

export interface Receiver {
  url: string
  received: Received[]
  /** What it answers from now on; 202 at first. */
  status: number
  close(): void
}

/** A receiver of webhooks that keeps what it gets. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    received.push({ headers, body: Buffer.concat(chunks).toString('utf8') })
    response.statusCode = receiver.status
    response.end('seen')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver got no port')
  const receiver: Receiver = { url: `http://127.0.0.1:${address.port}/hook`, received, status: 202, close: () => void server.close() }
  return receiver
}
