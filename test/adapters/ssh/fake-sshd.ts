import type { AddressInfo } from 'node:net'
import ssh2, { type Connection, type ServerChannel } from 'ssh2'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import type { HostRule } from '../../../src/domain/configuration.ts'
import { Secret } from '../../../src/domain/secret.ts'

export const login = new Secret(newKeyPair().private)

export interface FakeSshd {
  rule: HostRule
  /** Commands it was sent, in order. */
  commands: string[]
  connections: Connection[]
  /** Sessions open now, and the most that were. */
  sessions: { open: number; most: number }
  stop(): Promise<void>
}

/**
 * An sshd in this process that answers each command as told: for what a real one does too seldom to wait for.
 *
 * @param admit lets who logs in wait; everybody may come in
 */
export async function fakeSshd(
  answer: (channel: ServerChannel, command: string) => void,
  admit: (accept: () => void) => void = (accept) => accept(),
): Promise<FakeSshd> {
  const keys = newKeyPair()
  const fake = { commands: [] as string[], connections: [] as Connection[], sessions: { open: 0, most: 0 } }
  const server = new ssh2.Server({ hostKeys: [keys.private] }, (connection) => {
    fake.connections.push(connection)
    connection.on('error', () => {})
    connection.on('authentication', (context) => admit(() => context.accept()))
    connection.on('session', (accept) => {
      accept().on('exec', (accepted, _refused, { command }) => {
        fake.commands.push(command)
        fake.sessions.open += 1
        fake.sessions.most = Math.max(fake.sessions.most, fake.sessions.open)
        const channel = accepted()
        channel.on('close', () => {
          fake.sessions.open -= 1
        })
        answer(channel, command)
      })
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    ...fake,
    rule: { name: 'web-1', address: '127.0.0.1', port, user: 'landfall', hostKey: keys.public },
    stop: () =>
      new Promise((stopped) => {
        for (const connection of fake.connections) connection.end()
        server.close(() => stopped())
      }),
  }
}
