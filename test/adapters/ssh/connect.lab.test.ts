import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connect, type InTurn } from '../../../src/adapters/ssh/connect.ts'
import { parseHostKey } from '../../../src/adapters/ssh/host-key.ts'
import { type FakeSshd, fakeSshd, login } from './fake-sshd.ts'

let sshd: FakeSshd

beforeEach(async () => {
  sshd = await fakeSshd(() => undefined)
  // Real sockets, and minutes that pass at once.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(async () => {
  vi.useRealTimers()
  await sshd.stop()
})

const proof = { privateKey: login.reveal() }

/** A turn that comes when it is given. */
function heldTurn() {
  const asked = Promise.withResolvers<void>()
  const given = Promise.withResolvers<void>()
  const inTurn: InTurn = async (task) => {
    asked.resolve()
    await given.promise
    return task()
  }
  return { inTurn, asked: asked.promise, give: given.resolve }
}

test('a host that has to wait for its turn among many is not given up meanwhile', async () => {
  const turn = heldTurn()
  const connecting = connect(sshd.rule, parseHostKey(sshd.rule.hostKey), proof, turn)
  await turn.asked
  vi.advanceTimersByTime(120_000)
  turn.give()
  const result = await connecting
  expect(result.kind).toBe('connected')
  if (result.kind === 'connected') result.client.end()
})

test('a host that breaks off while it waits for its turn is unreachable at once', async () => {
  const turn = heldTurn()
  const server = createServer((socket) => void socket.write('SSH-2.0-hasty\r\n', () => turn.asked.then(() => socket.resetAndDestroy())))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const gone = once(server, 'connection').then(([socket]) => once(socket, 'close'))
  const connecting = connect({ ...sshd.rule, port }, undefined, proof, turn)
  await gone
  await new Promise((later) => setImmediate(later))
  turn.give()
  expect(await connecting).toMatchObject({ kind: 'unreachable' })
  server.close()
})

test('F12: a host that takes the connection and never says a word is given up after ten seconds, and holds no turn', async () => {
  let turns = 0
  const inTurn: InTurn = (task) => {
    turns += 1
    return task()
  }
  const server = createServer(() => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const connecting = connect({ ...sshd.rule, port }, undefined, proof, { inTurn })
  await once(server, 'connection')
  vi.advanceTimersByTime(10_000)
  expect(await connecting).toEqual({ kind: 'unreachable', detail: 'no answer within 10 s' })
  expect(turns).toBe(0)
  server.close()
})
