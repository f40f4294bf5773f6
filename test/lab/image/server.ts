import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * A web server as people write them, in an image of its own: connections stay open, some requests take long, orders are taken by POST.
 *
 * - `/health`: 200 with the version; 503 once the file `/tmp/draining` is there, for balancers that ask.
 * - `/slow/SECONDS`: answers after so long.
 * - everything else: the version, and how many bytes were sent with the request.
 *
 * At SIGTERM it serves to the end whom it serves (`ENDS=gracefully`), or is gone (`ENDS=at-once`).
 */
const { PORT = '3000', VERSION = 'unknown', ENDS = 'gracefully' } = process.env
let ending = false

const server = createServer((request, response) => {
  answer(request).then(
    ({ status, body }) => {
      // Who is told that the connection ends opens another one, which leads elsewhere.
      if (ending) response.setHeader('connection', 'close')
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    },
    () => response.destroy(),
  )
})
server.keepAliveTimeout = 60_000
server.listen(Number(PORT), () => console.log(`${VERSION} listens on ${PORT}`))

process.once('SIGTERM', () => {
  if (ENDS === 'at-once') process.exit(0)
  ending = true
  server.close(() => process.exit(0))
})

async function answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
  const { url = '/' } = request
  let bytes = 0
  for await (const chunk of request) bytes += Buffer.byteLength(chunk)
  if (url === '/health' && existsSync('/tmp/draining')) return { status: 503, body: { status: 'draining', version: VERSION } }
  const seconds = /^\/slow\/([0-9.]+)$/.exec(url)?.[1]
  if (seconds !== undefined) await pause(Number(seconds) * 1000)
  return { status: 200, body: { status: 'ok', version: VERSION, bytes } }
}
