import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Certificate } from '../lab/certificate.ts'

/** What stands in front of several Landfalls, as a reverse proxy does. */
export interface Front {
  url: string
  /** Takes one in, or out: nothing new is sent to it then. */
  add(url: string): void
  remove(url: string): void
  close(): void
}

/**
 * A common proxy: in turn, and the next one where a connection is refused. What was sent to one is never sent to another. With a
 * certificate it speaks https to people, and http to those behind it.
 */
export async function startFront(certificate?: Certificate): Promise<Front> {
  const behind: string[] = []
  let turn = 0
  const serve = (asked: IncomingMessage, answer: ServerResponse) => {
    turn += 1
    const order = behind.map((_, index) => behind[(turn + index) % behind.length] ?? '')
    void collect(asked).then((body) => pass(asked, body, order, answer))
  }
  const server = certificate ? createSecureServer(certificate, serve) : createServer(serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the front got no port')
  return {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${address.port}`,
    add: (url) => void behind.push(url),
    remove: (url) => void behind.splice(behind.indexOf(url), behind.includes(url) ? 1 : 0),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function collect(asked: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function pass(asked: IncomingMessage, body: Buffer, [url, ...others]: string[], answer: ServerResponse): void {
  if (url === undefined) return void answer.writeHead(503).end('nobody is there')
  const { method = 'GET', headers } = asked
  request(new URL(asked.url ?? '/', url), { method, headers, agent: false }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.headers)
    got.pipe(answer)
  })
    .on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') pass(asked, body, others, answer)
      else answer.writeHead(502).end(error.message)
    })
    .end(body)
}
