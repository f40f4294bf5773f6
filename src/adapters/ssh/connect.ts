import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, { type Client } from 'ssh2'
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
  | { kind: 'refused'; detail: string }
  | Unreachable

export type Unreachable = { kind: 'unreachable'; detail: string }

/** Until the host says its first word; and once more for key exchange and login. */
const patience = 10_000

/** A dead peer is noticed after so many answers missed and one more due: within 15 s. */
const keepalive = { keepaliveInterval: 5_000, keepaliveCountMax: 2 }

/** Behind a bastion within 20: a dead bastion is to be noticed first, so that it is told and not all that is behind it. */
const keepaliveBehind = { ...keepalive, keepaliveCountMax: 3 }

/** By what somebody proves who they are. */
export type Proof = { privateKey: string; passphrase?: string } | { agent: string } | { password: string }

/** Lets a task begin at its turn. */
export type InTurn = <T>(task: () => Promise<T>) => Promise<T>

/** Opens a line to an address. It may break at any time, also before the other side was there. */
export type Dial = (to: Pick<Destination, 'address' | 'port'>) => Promise<{ kind: 'dialled'; line: Duplex } | Unreachable>

/** How a machine is reached: straight from here where nothing is said. */
export interface Way {
  /** Through a bastion. */
  dial?: Dial
  /**
   * For the key exchange, which is work for this machine. The first word is waited for without a turn, so that dead hosts hold nobody up.
   */
  inTurn?: InTurn
}

/**
 * Logs in, with exactly the pinned key or not at all. Without a pinned key no login is tried: the attempt ends as
 * `wrong-key` and tells the key that was shown.
 */
export async function connect(to: Destination, pinned: PinnedKey | undefined, proof: Proof, way: Way = {}): Promise<Connecting> {
  const { dial = straight, inTurn = (task) => task() } = way
  const reached = await reach(to, dial)
  if (reached.kind === 'unreachable') return reached
  // One that went while it waited for its turn tells nobody a second time.
  return inTurn(async () =>
    reached.gone()
      ? unreachable('the connection was closed')
      : logIn(reached.line, to.user, pinned, proof, way.dial ? keepaliveBehind : keepalive),
  )
}

/** A line over which the host has said its first word, which is still to be read. */
type Reached = { kind: 'reached'; line: Duplex; gone: () => boolean }

function reach(to: Destination, dial: Dial): Promise<Reached | Unreachable> {
  const { promise, resolve } = Promise.withResolvers<Reached | Unreachable>()
  let dialled: Duplex | undefined
  let over = false
  const giveUp = setTimeout(() => {
    over = true
    resolve(noAnswer)
    dialled?.destroy()
  }, patience)
  dial(to).then((answer) => {
    if (answer.kind === 'unreachable') return resolve(answer)
    const { line } = answer
    dialled = line
    let gone = false
    // Stays for the connection's whole life: without a listener a later error would end the process.
    line.on('error', (error) => resolve(unreachable(error.message)))
    line.once('close', () => {
      gone = true
      resolve(unreachable('the connection was closed'))
    })
    line.once('data', (greeting) => {
      line.pause()
      line.unshift(greeting)
      resolve({ kind: 'reached', line, gone: () => gone })
    })
    if (over) line.destroy()
  })
  return promise.finally(() => clearTimeout(giveUp))
}

const straight: Dial = async ({ address, port }) => {
  const socket = new Socket()
  // Small packets go out at once: 30 ms instead of 72 for the whole login.
  socket.setNoDelay(true)
  socket.connect({ host: address, port })
  return { kind: 'dialled', line: socket }
}

/** Key exchange and login over a connection on which the host has spoken. */
function logIn(line: Duplex, user: string, pinned: PinnedKey | undefined, proof: Proof, alive: typeof keepalive): Promise<Connecting> {
  const { promise, resolve } = Promise.withResolvers<Connecting>()
  // Each command under way listens for its end, and all that is reached through it.
  const client = new ssh2.Client().setMaxListeners(0)
  let shown: Buffer | undefined
  const failed = (detail: string) => resolve(shown ? wrongKey(shown) : unreachable(detail))

  // Many sshd ask for a password in this way, with one question.
  if ('password' in proof)
    client.on('keyboard-interactive', (_name, _what, _language, questions, answer) =>
      answer(questions.length === 1 ? [proof.password] : []),
    )
  client.once('ready', () => resolve({ kind: 'connected', client }))
  // Stays, as above.
  client.on('error', (error) => {
    if (error.level === 'client-authentication') resolve({ kind: 'refused', detail: `it does not let ${user} in` })
    else failed(error.message)
  })
  client.once('close', () => failed('the connection was closed'))
  const giveUp = setTimeout(() => {
    resolve(noAnswer)
    line.destroy()
  }, patience)

  client.connect({
    sock: line,
    username: user,
    ...proof,
    ...alive,
    // Without asking first whether no proof at all would do: a round trip less, 80 ms of 540 on a line of 50.
    authHandler: 'agent' in proof ? ['agent'] : 'password' in proof ? ['password', 'keyboard-interactive'] : ['publickey'],
    tryKeyboard: 'password' in proof,
    readyTimeout: 0,
    ...(pinned && { algorithms: { serverHostKey: pinned.algorithms } }),
    hostVerifier: (key: Buffer) => {
      if (pinned && key.equals(pinned.blob)) return true
      shown = key
      return false
    },
  })
  return promise.finally(() => clearTimeout(giveUp))
}

const unreachable = (detail: string): Unreachable => ({ kind: 'unreachable', detail })

const noAnswer = unreachable(`no answer within ${patience / 1000} s`)

const wrongKey = (blob: Buffer): Connecting => ({ kind: 'wrong-key', shown: describeHostKey(blob), line: hostKeyLine(blob) })
