import { once } from 'node:events'
import type { ServerChannel } from 'ssh2'
import { afterEach, expect, test } from 'vitest'
import { sshHosts } from '../../../src/adapters/ssh/hosts.ts'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import type { Hosts } from '../../../src/flow/ports.ts'
import type { Command } from '../../../src/host/command.ts'
import { type FakeSshd, fakeSshd, login } from './fake-sshd.ts'

let sshd: FakeSshd
let hosts: Hosts

async function given(...how: Parameters<typeof fakeSshd>) {
  sshd = await fakeSshd(...how)
  hosts = sshHosts(login)
}

afterEach(async () => {
  await hosts.close()
  await sshd.stop()
})

const command = (verb: string, more: Partial<Command> = {}): Command => ({ verb, args: [], stalls: 5, limit: 60, ...more })

const exit = (channel: ServerChannel, code: number) => {
  channel.exit(code)
  channel.end()
  channel.resume()
}

test('what a command says and how it ends is handed over as it is', async () => {
  await given((channel) => {
    channel.write('{"type":"beat"}\n{"ty')
    channel.stderr.write('for people')
    channel.write('pe":"ö"}')
    exit(channel, 12)
  })
  const lines: string[] = []
  const result = await hosts.run(sshd.rule, command('version'), (line) => lines.push(line))
  expect(result).toEqual({ kind: 'exited', code: 12, stdout: '{"type":"beat"}\n{"type":"ö"}', stderr: 'for people' })
  expect(lines).toEqual(['{"type":"beat"}', '{"type":"ö"}'])
  expect(sshd.commands).toEqual(['within 60 version'])
})

test('standard input arrives whole', async () => {
  await given(async (channel) => {
    const chunks = await channel.toArray()
    channel.write(String(Buffer.concat(chunks).length))
    exit(channel, 0)
  })
  const result = await hosts.run(sshd.rule, command('put', { stdin: Buffer.alloc(3_000_000) }))
  expect(result).toMatchObject({ code: 0, stdout: '3000000' })
})

test('F13: a host that shows another key than the pinned one is sent nothing', async () => {
  await given((channel) => exit(channel, 0))
  const other = newKeyPair()
  const result = await hosts.run({ ...sshd.rule, hostKey: other.public }, command('version'))
  expect(result).toEqual({ kind: 'host-key-changed', shown: expect.stringMatching(/^ssh-ed25519 SHA256:\S{43}$/) })
  expect(sshd.commands).toEqual([])
})

test('many commands share one connection, eight at a time', async () => {
  const waiting: ServerChannel[] = []
  await given((channel) => {
    waiting.push(channel)
    if (waiting.length === 8) for (const each of waiting.splice(0)) exit(each, 0)
  })
  const results = await Promise.all(Array.from({ length: 24 }, () => hosts.run(sshd.rule, command('inspect'))))
  expect(results.every((result) => result.kind === 'exited')).toBe(true)
  expect(sshd.connections.length).toBe(1)
  expect(sshd.sessions.most).toBe(8)
})

test('of many hosts only some log in at the same time, and all get in', async () => {
  const atTheDoor: (() => void)[] = []
  let most = 0
  // Opens once nobody has come for a while.
  const door = setTimeout(() => atTheDoor.splice(0).forEach((each) => void each()), 500)
  await given(
    (channel) => exit(channel, 0),
    (accept) => {
      atTheDoor.push(accept)
      most = Math.max(most, atTheDoor.length)
      door.refresh()
    },
  )
  const rules = Array.from({ length: 10 }, (_, number) => ({ ...sshd.rule, user: `user-${number}` }))
  const patient = sshHosts(login, 4)
  const results = await Promise.all(rules.map((rule) => patient.run(rule, command('inspect'))))
  await patient.close()
  expect(results.every((result) => result.kind === 'exited')).toBe(true)
  expect(most).toBeLessThanOrEqual(4)
})

test('a connection lost in the middle is told as that, and opened again for the next command', async () => {
  await given((channel, line) => {
    if (line.endsWith('switch')) sshd.connections.at(-1)?.end()
    else exit(channel, 0)
  })
  expect(await hosts.run(sshd.rule, command('switch'))).toMatchObject({ kind: 'connection-lost' })
  expect(await hosts.run(sshd.rule, command('inspect'))).toMatchObject({ kind: 'exited', code: 0 })
  expect(sshd.connections.length).toBe(2)
})

test('a command that says nothing for too long is given up; one that still beats is not', async () => {
  await given((channel, line) => {
    if (line.endsWith('hangs')) return
    let beats = 0
    const beating = setInterval(() => {
      channel.write('{"type":"beat"}\n')
      beats += 1
      if (beats < 8) return
      clearInterval(beating)
      exit(channel, 0)
    }, 100)
  })
  const [hung, slow] = await Promise.all([
    hosts.run(sshd.rule, command('hangs', { stalls: 0.5 })),
    hosts.run(sshd.rule, command('beats', { stalls: 0.5 })),
  ])
  expect(hung).toEqual({ kind: 'stalled', seconds: 0.5 })
  expect(slow).toMatchObject({ kind: 'exited', code: 0 })
})

test('a watch goes on until it is aborted; then its input ends and nobody waits for it', async () => {
  let ended: Promise<unknown> = Promise.resolve()
  await given((channel) => {
    channel.write('{"type":"round","number":1}\n')
    channel.resume()
    ended = once(channel, 'end').then(() => exit(channel, 0))
  })
  const stop = new AbortController()
  const result = await hosts.run(sshd.rule, command('probe'), () => stop.abort(), stop.signal)
  expect(result.kind).toBe('connection-lost')
  await ended
})

test('output that cannot be used fails the command, not the process', async () => {
  await given((channel) => channel.write('prose\n'))
  const reading = hosts.run(sshd.rule, command('inspect'), () => {
    throw new Error('unreadable')
  })
  await expect(reading).rejects.toThrow('unreadable')
})

test('a host that is not there is unreachable, and asked anew each time', async () => {
  await given((channel) => exit(channel, 0))
  await sshd.stop()
  expect(await hosts.run(sshd.rule, command('version'))).toMatchObject({ kind: 'unreachable' })
  expect(await hosts.run(sshd.rule, command('version'))).toMatchObject({ kind: 'unreachable' })
})

test('a pinned key that cannot be read is no reason to trust any', async () => {
  await given((channel) => exit(channel, 0))
  expect(await hosts.run({ ...sshd.rule, hostKey: 'ssh-ed25519 nonsense' }, command('version'))).toMatchObject({ kind: 'unreachable' })
  expect(sshd.connections.length).toBe(0)
})
