import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A Redis of one's own, that tests may stop, freeze and start again on the same port. Nothing is kept on disk. */
export class RedisServer {
  readonly #arguments: string[]
  #process: ChildProcess | undefined
  port = 0

  constructor(...extra: string[]) {
    this.#arguments = extra
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async start(): Promise<this> {
    this.port ||= await freePort()
    const server = spawn('redis-server', [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      ...this.#arguments,
    ])
    this.#process = server
    let output = ''
    for await (const chunk of server.stdout) {
      output += chunk
      if (output.includes('Ready to accept connections')) return this
    }
    throw new Error(`redis-server did not start: ${output}`)
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name)
  }

  async stop(): Promise<void> {
    const server = this.#process
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGCONT')
    server.kill('SIGKILL')
    await gone
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
