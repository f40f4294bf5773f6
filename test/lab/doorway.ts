import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Server } from 'node:net'

/**
 * Makes 127.0.0.1:`port` inside a lab host arrive at `server` out here. A short-lived process listens in the host's
 * network and hands the listening socket over; so a loopback registry has the same address inside and outside.
 */
export async function openDoorway(init: number, port: number, server: Server): Promise<Server> {
  const listen = `require('node:net').createServer().listen(${port}, '127.0.0.1', function () {
    process.send('listening', this, () => process.disconnect())
    this.unref()
  })`
  const child = spawn('nsenter', ['-t', String(init), '-n', '--', process.execPath, '-e', listen], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const errors: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk))
  const handed = new Promise<Server>((resolve, reject) => {
    child.once('message', (_message, handle) => (handle instanceof Server ? resolve(handle) : reject(new Error('no socket came'))))
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`laboratory: no doorway to port ${port}: ${Buffer.concat(errors).toString('utf8')}`))
    })
  })
  const doorway = await handed
  await once(child, 'exit')
  doorway.on('connection', (socket) => server.emit('connection', socket))
  return doorway
}
