import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { healthRoutes } from '../../src/web/health.ts'
import { type Route, send, serveHttp, type WebServer } from '../../src/web/server.ts'

const log = { info() {}, warn() {}, error() {} }
const agent = new Agent({ keepAlive: true })
let server: WebServer
afterEach(async () => {
  agent.destroy()
  await server.close(0)
})

const serve = async (...routes: Route[]): Promise<void> => {
  server = await serveHttp(routes, { host: '127.0.0.1', port: 0 }, log)
}

/** Over a connection that stays open. */
const get = (path: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path, agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode))
    })
      .once('error', reject)
      .end()
  })

async function sending(text: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** A page that is written when it is told to. */
function slowPage() {
  const { promise, resolve: write } = Promise.withResolvers<void>()
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const route: Route = async (_request, response) => {
    ask()
    await promise
    send(response, 200, 'here\n')
    return true
  }
  return { route, asked, write }
}

describe('a server that closes', () => {
  test('does not wait for connections nobody uses', async () => {
    await serve((_request, response) => {
      send(response, 200, 'ok\n')
      return true
    })
    expect(await get('/')).toBe(200)
    await server.close(60)
  })

  test('keeps connections for longer than a proxy does, so that it is never the one that ends them', async () => {
    await serve(healthRoutes({}))
    const answer = await fetch(`http://127.0.0.1:${server.port}/healthz`)
    expect(answer.headers.get('keep-alive')).toBe('timeout=75')
  })

  test('lets a page under way be written, and does not wait for its connection afterwards', async () => {
    const page = slowPage()
    await serve(page.route)
    const answer = get('/')
    await page.asked
    const closed = server.close(60)
    page.write()
    expect(await answer).toBe(200)
    await closed
  })

  test('takes no new connection', async () => {
    const page = slowPage()
    await serve(page.route)
    const answer = get('/')
    await page.asked
    const closed = server.close(60)
    await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow()
    page.write()
    await Promise.all([answer, closed])
  })

  test.each([
    ['a webhook of which half has come', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf'],
    ['a head of which half has come', 'POST / HTTP/1.1\r\nHost'],
    ['a page that is never written', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('waits for %s only as long as it was told to', async (_what, text) => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
    await serve(async (asked) => {
      arrive()
      for await (const _ of asked);
      return new Promise<boolean>(() => {})
    })
    const socket = await sending(text)
    if (text.includes('\r\n\r\n')) await arrived
    const gone = once(socket, 'close')
    await server.close(0.05)
    await gone
  })
})

describe('readiness', () => {
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`)
    return [answer.status, await answer.text()]
  }

  test('names the part that does not answer', async () => {
    await serve(healthRoutes({ database: async () => undefined, queue: () => Promise.reject(new Error('secret')) }))
    expect(await ask('/readyz')).toEqual([503, 'database: ok\nqueue: does not answer\n'])
  })

  test('ends when the process begins to stop; it lives on until it is gone', async () => {
    let stopping = false
    await serve(healthRoutes({ database: async () => undefined }, () => stopping))
    expect(await ask('/readyz')).toEqual([200, 'database: ok\n'])
    stopping = true
    expect(await ask('/readyz')).toEqual([503, 'stopping\n'])
    expect(await ask('/healthz')).toEqual([200, 'ok\n'])
  })
})
