import type { ServerChannel } from 'ssh2'
import { afterEach, expect, test } from 'vitest'
import { type AdminTerminal, adminLogin } from '../../../src/adapters/ssh/admin.ts'
import type { AdminSession } from '../../../src/flow/bootstrap.ts'
import { type FakeSshd, fakeSshd, login } from './fake-sshd.ts'

let sshd: FakeSshd
afterEach(() => sshd.stop())

/** A login as root to a machine that answers so. */
async function loggedIn(answer: (channel: ServerChannel) => void, terminal?: AdminTerminal): Promise<AdminSession> {
  sshd = await fakeSshd(answer)
  const way = { wayBehind: () => Promise.reject(new Error('there is no bastion')) }
  const outcome = await adminLogin({ ...sshd.rule, user: 'root' }, sshd.rule.hostKey, { privateKey: login }, way, terminal)
  if (outcome.kind !== 'connected') throw new Error(outcome.kind)
  return outcome.session
}

test('a script that does not end is given up, with what it had said; and whoever waits is told meanwhile', async () => {
  const told: number[] = []
  const session = await loggedIn((channel) => channel.stderr.write('it hangs here\n'), {
    waiting: (seconds) => told.push(seconds),
    limits: { usual: 30, tellsEvery: 0.05 },
  })
  expect(await session.run('sleep infinity', 0.4)).toEqual({
    code: 124,
    stdout: '',
    stderr: 'it hangs here\nit had not ended after 0.4 s, and was given up',
  })
  expect(told.length).toBeGreaterThan(2)
  session.close()
})

test('the next script of the same session runs as ever, and nobody is told that it is quick', async () => {
  const told: number[] = []
  let calls = 0
  const session = await loggedIn(
    (channel) => {
      calls += 1
      if (calls === 1) return
      channel.write('well\n')
      channel.exit(0)
      channel.end()
    },
    { waiting: (seconds) => told.push(seconds) },
  )
  expect(await session.run('sleep infinity', 0.1)).toMatchObject({ code: 124 })
  expect(await session.run('echo well')).toEqual({ code: 0, stdout: 'well\n', stderr: '' })
  expect(told).toEqual([])
  session.close()
})

test('a machine that goes away in the middle is told, and not waited for', async () => {
  const session = await loggedIn(() => sshd.connections[0]?.end())
  expect(await session.run('true')).toEqual({ code: 255, stdout: '', stderr: expect.stringContaining('the connection was closed') })
})
