import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { onFreePort } from './free-port.ts'
import { startProgram, until } from './program.ts'
import { type Service, service } from './service.ts'

/** A Redis that keeps its port through stops and starts, and nothing else. */
export interface Redis extends Service {
  port: number
  /** `redis://127.0.0.1:PORT` */
  url: string
  /** Wipes everything. */
  flush(): Promise<void>
}

/** Starts redis-server without persistence, its files under `parent`. `maxmemoryPolicy` is `noeviction` where absent. */
export async function startRedis(parent: string, { maxmemoryPolicy = 'noeviction' } = {}): Promise<Redis> {
  const folder = join(parent, 'redis')
  await mkdir(folder, { recursive: true })
  const { port, started } = await onFreePort((port) =>
    service(async () => {
      const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no', 'maxmemory-policy': maxmemoryPolicy }
      const flags = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)])
      const program = startProgram({ name: 'redis-server', command: ['redis-server', ...flags], log: join(folder, 'redis.log') })
      await until(program, async () => (await ask(port, 'PING')) === '+PONG')
      return program
    }),
  )
  return Object.assign(started, {
    port,
    url: `redis://127.0.0.1:${port}`,
    flush: async () => {
      const answer = await ask(port, 'FLUSHALL')
      if (answer !== '+OK') throw new Error(`laboratory: Redis did not flush: ${answer}`)
    },
  })
}

/** One command without arguments, one line of answer; empty when nobody answers. */
const ask = (port: number, command: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 }, () => socket.write(`${command}\r\n`))
    const end = (answer: string) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (line) => end(line.toString('utf8').trim()))
    socket.once('timeout', () => end(''))
    socket.once('error', () => end(''))
    socket.once('close', () => end(''))
  })
