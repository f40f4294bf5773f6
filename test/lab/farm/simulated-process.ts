import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import ssh2 from 'ssh2'
import { z } from 'zod'
import { type Manner, type Simulation, simulation } from './simulation.ts'

/** The process in which simulated hosts live: it is given a file and tells its parent their ports. */
const file = z.string().parse(process.argv[2])
const { hosts, answers } = simulation.parse(JSON.parse(readFileSync(file, 'utf8')))
process.on('disconnect', () => process.exit())
process.send?.({ ports: await Promise.all(hosts.map(listen)) })

function listen(host: Simulation['hosts'][number]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const server = createServer({ noDelay: true }, doorOf(host)).once('error', reject)
  server.listen({ host: host.address, port: 0, backlog: 16 }, () => {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error(`${host.address} has no port`)
    resolve(address.port)
  })
  return promise
}

/** What becomes of a connection. */
function doorOf({ hostKey, manner }: Simulation['hosts'][number]): (socket: Socket) => void {
  if (manner.kind === 'mute') return (socket) => void socket.on('error', () => undefined).resume()
  const sockets = new Map<number, Socket>()
  const sshd = new ssh2.Server({ hostKeys: [hostKey] }, (connection, { port }) =>
    serve(connection, manner, () => sockets.get(port)?.pause()),
  )
  return (socket) => {
    const port = socket.remotePort ?? 0
    sockets.set(port, socket)
    socket.once('close', () => sockets.delete(port))
    after(manner, () => sshd.injectSocket(socket))
  }
}

function serve(connection: ssh2.Connection, manner: Manner, freeze: () => void): void {
  connection.on('error', () => undefined)
  connection.on('authentication', (context) => context.accept())
  connection.on('session', (accept) => {
    accept().on('exec', (take, _refuse, { command }) => {
      if (manner.kind === 'freezes') return freeze()
      const channel = take().resume()
      after(manner, () => {
        const answer = answers[verbOf(command)]
        if (answer !== undefined) channel.write(answer)
        channel.exit(answer === undefined ? 2 : 0)
        channel.end()
      })
    })
  })
}

function after(manner: Manner, act: () => void): void {
  if (manner.kind === 'answers') setTimeout(act, manner.afterMs)
  else act()
}

/** Of `within 60 inspect shop production`. */
const verbOf = (line: string): string => line.split(' ')[2] ?? ''
