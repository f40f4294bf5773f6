import { execFile } from 'node:child_process'
import { createServer as secureServer } from 'node:https'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { publicWeb } from '../../../src/adapters/public-web/public-web.ts'
import { selfSigned } from '../../lab/certificate.ts'
import { noting } from '../../support/noting-server.ts'

const never = new AbortController().signal
const loopback = { allow: () => ['127.0.0.0/8'] }

async function served(...given: Parameters<typeof noting>) {
  const server = await noting(...given)
  onTestFinished(() => server.close())
  return server
}

describe('whatever way this machine is spelled, it is not asked', () => {
  test.each([
    ['its address', '127.0.0.1'],
    ['its name', 'localhost'],
    ['in decimal', '2130706433'],
    ['in octal', '0177.0.0.1'],
    ['in hexadecimal', '0x7f.0.0.1'],
    ['in short', '127.1'],
    ['as nobody', '0.0.0.0'],
    ['as IPv6', '[::1]'],
    ['as IPv4 in IPv6', '[::ffff:127.0.0.1]'],
    ['with full stops of another script', '127。0。0。1'],
  ])('%s', async (_how, host) => {
    const { port, heard } = await served((_, response) => response.end('secret'))
    const answer = await publicWeb({ allow: () => [] }).get(`http://${host}:${port}/`, never)
    expect(answer).toMatchObject({ kind: 'refused', detail: expect.stringMatching(/which is not a public address$/) })
    expect(heard).toEqual([])
  })
})

test('a name that answers otherwise the second time is asked once, and what it said first is what is connected to', async () => {
  const { port, heard } = await served((_, response) => response.end('fine'))
  const answers = [['127.0.0.1'], ['169.254.169.254']]
  const web = publicWeb({ ...loopback, resolve: async () => answers.shift() ?? [] })
  expect(await web.get(`http://shop.example.com:${port}/health`, never)).toEqual({ kind: 'answered', status: 200, body: 'fine' })
  expect(heard).toEqual([`shop.example.com:${port}/health`])
  expect(answers).toHaveLength(1)
  expect(await web.get(`http://shop.example.com:${port}/health`, never)).toMatchObject({ kind: 'refused' })
  expect(heard).toHaveLength(1)
})

test('a name with one address too many is not asked at all', async () => {
  const { port, heard } = await served((_, response) => response.end())
  const web = publicWeb({ ...loopback, resolve: async () => ['127.0.0.1', '10.0.0.1'] })
  expect(await web.get(`http://shop.example.com:${port}/`, never)).toEqual({
    kind: 'refused',
    detail: 'shop.example.com leads to 10.0.0.1, which is not a public address',
  })
  expect(heard).toEqual([])
})

test('where a name leads is told without asking it', async () => {
  const closed = (addresses: string[]) =>
    publicWeb({ allow: () => [], resolve: async () => addresses }).closed('https://shop.example.com', never)
  expect(await closed(['198.41.0.4'])).toBeUndefined()
  expect(await closed(['198.41.0.4', '10.0.0.1'])).toBe('shop.example.com leads to 10.0.0.1, which is not a public address')
  const unknown = { allow: () => [], resolve: () => Promise.reject(new Error('ENOTFOUND')) }
  expect(await publicWeb(unknown).closed('https://shop.example.com', never)).toBeUndefined()
})

test('a redirect is an answer, and nobody goes there', async () => {
  const elsewhere = await served((_, response) => response.end('metadata'), '127.0.0.1')
  const { port } = await served((_, response) => response.writeHead(302, { location: `http://127.0.0.1:${elsewhere.port}/` }).end())
  expect(await publicWeb(loopback).get(`http://127.0.0.1:${port}/`, never)).toEqual({ kind: 'answered', status: 302, body: '' })
  expect(elsewhere.heard).toEqual([])
})

test('a body without end is cut', async () => {
  const { port } = await served((_, response) => {
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', pour)
    pour()
  })
  const answer = await publicWeb(loopback).get(`http://127.0.0.1:${port}/`, never)
  expect(answer).toMatchObject({ kind: 'answered', status: 200 })
  expect(answer.kind === 'answered' && answer.body.length).toBe(65_536)
})

test.each<[what: string, first: string, then: string]>([
  ['says nothing', '', ''],
  ['drips its head', 'HTTP/1.1 200 OK\r\nx-', 'x'],
  ['drips its body', 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n', 'x'],
])('a server that %s is given up in time', async (_what, first, then) => {
  const { port } = await served(({ socket }) => {
    socket.write(first)
    const dripping = setInterval(() => socket.write(then), 20)
    socket.on('close', () => clearInterval(dripping)).on('error', () => undefined)
  })
  const began = performance.now()
  const answer = await publicWeb({ ...loopback, seconds: 0.1 }).get(`http://127.0.0.1:${port}/`, never)
  expect(answer).toEqual({ kind: 'broken', detail: 'no answer within 0.1 s' })
  expect(performance.now() - began).toBeLessThan(5000)
})

test('a resolver that does not answer is not waited for, and neither is anything once it is given up', async () => {
  const web = publicWeb({ ...loopback, resolve: () => new Promise(() => undefined), seconds: 0.05 })
  expect(await web.get('http://shop.example.com/', never)).toEqual({ kind: 'broken', detail: 'no answer within 0.05 s' })
  const enough = new AbortController()
  const asking = publicWeb({ ...loopback, resolve: () => new Promise(() => undefined) }).get('http://shop.example.com/', enough.signal)
  enough.abort()
  await expect(asking).rejects.toThrow('aborted')
})

test('where nothing listens, or the name leads nowhere, it is said', async () => {
  expect(await publicWeb(loopback).get('http://127.0.0.1:1/', never)).toMatchObject({ detail: expect.stringContaining('ECONNREFUSED') })
  const nowhere = publicWeb({ ...loopback, resolve: async () => [] })
  expect(await nowhere.get('http://shop.example.com/', never)).toEqual({ kind: 'broken', detail: 'shop.example.com has no address' })
})

test('a certificate has to be of the name that was asked, wherever that leads', async () => {
  const { key, cert } = await selfSigned('shop.example.com')
  const { port, heard } = await served(
    (_, response) => response.end('fine'),
    '127.0.0.1',
    (listener) => secureServer({ key, cert }, listener),
  )
  const web = publicWeb({ ...loopback, resolve: async () => ['127.0.0.1'], ca: cert })
  expect(await web.get(`https://shop.example.com:${port}/`, never)).toMatchObject({ kind: 'answered', status: 200 })
  expect(heard).toEqual([`shop.example.com:${port}/`])
  for (const other of ['evil.example.com', '127.0.0.1'])
    expect(await web.get(`https://${other}:${port}/`, never)).toMatchObject({ kind: 'broken' })
})

test('a proxy of the environment is not used', async () => {
  const proxy = await served((_, response) => response.end('by proxy'))
  const { port } = await served((_, response) => response.end('direct'))
  const module = new URL('../../../src/adapters/public-web/public-web.ts', import.meta.url).href
  const script = `import { publicWeb } from '${module}'
const web = publicWeb({ allow: () => ['127.0.0.0/8'] })
console.log(JSON.stringify(await web.get('http://127.0.0.1:${port}/', new AbortController().signal)))`
  const address = `http://127.0.0.1:${proxy.port}`
  const env = {
    PATH: process.env.PATH ?? '',
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: address,
    http_proxy: address,
    NO_PROXY: '',
    no_proxy: '',
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env })
  expect(JSON.parse(stdout)).toMatchObject({ body: 'direct' })
  expect(proxy.heard).toEqual([])
})
