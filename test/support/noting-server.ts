import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo, Server } from 'node:net'

/** A server that notes what it is asked. */
export interface Noting {
  port: number
  /** Host and path of each request. */
  heard: string[]
  close(): void
}

const noted = ({ headers, url }: IncomingMessage): string => `${headers.host}${url}`

export async function noting(
  answer: RequestListener,
  address = '127.0.0.1',
  make: (listener: RequestListener) => Server = createServer,
): Promise<Noting> {
  const heard: string[] = []
  const server = make((request, response) => {
    heard.push(noted(request))
    answer(request, response)
  })
  await new Promise<void>((settle) => server.listen(0, address, settle))
  const { port } = server.address() as AddressInfo
  return { port, heard, close: () => server.close() }
}
