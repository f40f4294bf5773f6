import { Socket } from 'node:net'
import ssh2, { type Client, type ConnectConfig } from 'ssh2'
import { describeHostKey, hostKeyLine, type PinnedKey } from './host-key.ts'

/** Where and as whom to log in. */
export interface Destination {
  address: string
  port: number
  user: string
}

/** How a connection attempt ended. After `wrong-key` nothing was sent but the start of the handshake. */
export type Connecting =
  | { kind: 'connected'; client: Client }
  | { kind: 'wrong-key'; shown: string; line: string }
  | { kind: 'unreachable'; detail: string }

/** TCP, key exchange and login together. */
const patience = 10_000

/** A dead peer is noticed after two answers missed and the third due: within 15 s. */
const keepalive = { keepaliveInterval: 5_000, keepaliveCountMax: 2 }

/**
 * Logs in, with exactly the pinned key or not at all. Without a pinned key no login is tried: the attempt ends as
 * `wrong-key` and tells the key that was shown.
 */
export function connect(
  { address, port, user }: Destination,
  pinned: PinnedKey | undefined,
  login: Pick<ConnectConfig, 'privateKey' | 'passphrase' | 'agent'>,
): Promise<Connecting> {
  const { promise, resolve } = Promise.withResolvers<Connecting>()
  const client = new ssh2.Client()
  const socket = new Socket()
  let shown: Buffer | undefined

  client.once('ready', () => resolve({ kind: 'connected', client }))
  // Stays for the connection's whole life: without a listener a later error would end the process.
  client.on('error', (error) => resolve(shown ? wrongKey(shown) : { kind: 'unreachable', detail: error.message }))
  client.once('close', () => resolve(shown ? wrongKey(shown) : { kind: 'unreachable', detail: 'the connection was closed' }))
  const giveUp = setTimeout(() => {
    resolve({ kind: 'unreachable', detail: `no answer within ${patience / 1000} s` })
    socket.destroy()
  }, patience)

  client.connect({
    sock: socket,
    username: user,
    ...login,
    ...keepalive,
    readyTimeout: 0,
    ...(pinned && { algorithms: { serverHostKey: pinned.algorithms } }),
    hostVerifier: (key: Buffer) => {
      if (pinned && key.equals(pinned.blob)) return true
      shown = key
      return false
    },
  })
  // Small packets go out at once: 30 ms instead of 72 for the whole login.
  socket.setNoDelay(true)
  socket.connect({ host: address, port })
  return promise.finally(() => clearTimeout(giveUp))
}

const wrongKey = (blob: Buffer): Connecting => ({ kind: 'wrong-key', shown: describeHostKey(blob), line: hostKeyLine(blob) })
