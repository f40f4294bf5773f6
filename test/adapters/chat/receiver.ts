import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  body: unknown
}

/** What the receiver answers; nothing at all for a service that hangs. */
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | 'silence'

/** A chat service in this process: records what it is sent and answers as the test says. */
export async function receiver(answer: (received: Received) => Reply) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const message = { path: request.url ?? '', body: JSON.parse(await textOf(request)) }
    received.push(message)
    const reply = answer(message)
    if (reply === 'silence') return
    response.writeHead(reply.status, reply.headers)
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
