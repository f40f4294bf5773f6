import { once } from 'node:events'
import { createServer } from 'node:http'
import type { GitHub } from '../../../src/flow/ports.ts'
import { testApp } from '../../lab/github/app.ts'
import { landfall } from './landfall.ts'

export interface Answer {
  body: unknown
  headers?: Record<string, string>
}

/** A GitHub that answers 200 with what it is told to, by `/path?query`; a token to everything else. */
export async function scripted(answer: (address: string) => Answer | undefined): Promise<{ github: GitHub; close(): void }> {
  const token = { token: 'ghs_1', expires_at: '2999-01-01T00:00:00Z' }
  const server = createServer((request, response) => {
    const { body, headers = {} } = answer(request.url ?? '') ?? { body: token }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server got no port')
  return { github: landfall({ url: `http://127.0.0.1:${address.port}` }, testApp()), close: () => void server.close() }
}
