import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sshHosts } from '../../../src/adapters/ssh/hosts.ts'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import { bastionLine, bastionSettings } from '../../../src/cli/host-key.ts'
import type { HostRule } from '../../../src/domain/configuration.ts'
import { Secret } from '../../../src/domain/secret.ts'
import type { Hosts } from '../../../src/flow/ports.ts'
import { inspect } from '../../../src/host/commands.ts'
import { type Bastion, startBastion } from '../../lab/bastion.ts'
import { type SimulatedFarm, startSimulatedFarm } from '../../lab/farm/simulated-farm.ts'

/** Far less than OpenSSH's own limits: one login at a time, and no session at all. */
const strict = ['MaxStartups 1', 'MaxSessions 0']
const look = inspect({ project: 'shop', environment: 'production' })
const login = newKeyPair()

let folder: string
let gate: Bastion
let farm: SimulatedFarm
let elsewhere: SimulatedFarm
let hosts: Hosts
let behind: HostRule[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-lab-'))
  gate = await startBastion('gate', folder, strict)
  const many = Array.from({ length: 100 }, () => ({ kind: 'answers', afterMs: 0 }) as const)
  farm = await startSimulatedFarm(folder, many, gate.machine.cable.outside)
  elsewhere = await startSimulatedFarm(join(folder, 'elsewhere'), [{ kind: 'answers', afterMs: 0 }])
  behind = farm.hosts.map((host) => ({ ...host, bastion: gate.rule }))
  await gate.authorize(bastionLine('gate', { hosts: opened(), bastions: { gate: gate.rule }, ...nobody }, login.public))
})
beforeEach(() => {
  hosts = sshHosts(new Secret(login.private))
})
afterEach(() => hosts.close())
afterAll(async () => {
  await Promise.all([farm?.stop(), elsewhere?.stop(), gate?.stop()])
  await rm(folder, { recursive: true, force: true })
})

const ask = (host: HostRule | undefined) => {
  if (!host) throw new Error('there is no such host')
  return hosts.run(host, look)
}
/** What Landfall is let through to: the last host is not, and the bastion itself is, as one behind itself. */
const opened = () => Object.fromEntries([...behind.slice(0, -1), inner()].map((host) => [host.name, host]))
const nobody = { groups: {}, registries: {}, repositories: [], chat: {}, defaults: { port: 22, user: 'landfall' } }

/** The bastion once more, as it sees itself. */
const inner = () => ({ ...gate.rule, name: 'inner', address: '127.0.0.1', bastion: gate.rule })
const reachable = () => behind.slice(0, -1)
const logins = async () => (await gate.logged('Accepted publickey')).length

test('a hundred hosts behind a bastion are one connection to it, within MaxStartups 1 and MaxSessions 0', async () => {
  const before = await logins()
  const began = performance.now()
  const results = await Promise.all(reachable().map(ask))
  expect(results.filter(({ kind }) => kind !== 'exited')).toEqual([])
  expect((await logins()) - before).toBe(1)
  expect(performance.now() - began).toBeLessThan(20_000)
})

test('a bastion behind a bastion', async () => {
  expect(await hosts.run({ ...farm.hosts[0], bastion: inner() } as HostRule, look)).toMatchObject({ kind: 'exited', code: 0 })
})

test('what it may not connect to is told with what decides that', async () =>
  expect(await ask(behind.at(-1))).toEqual({
    kind: 'unreachable',
    detail: expect.stringContaining('its bastion gate does not let Landfall through to '),
  }))

test('a host that is not there is not blamed on the bastion', async () => {
  const gone = { ...farm.hosts[0], port: 22, address: '127.0.0.1', bastion: gate.rule } as HostRule
  expect(await ask(gone)).toMatchObject({ kind: 'host-key-changed' })
  expect(await ask(gone)).not.toHaveProperty('bastion')
})

/** What `landfall host key gate` prints, on a sshd that is otherwise as Debian ships it. */
describe('A8: with the stolen key, on a bastion that was set up as Landfall says', () => {
  const thief = new ssh2.Client()
  let usual: Bastion
  beforeAll(async () => {
    usual = await startBastion('usual', folder, bastionSettings(gate.rule.user))
    await usual.authorize(bastionLine('gate', { hosts: opened(), bastions: {}, ...nobody }, login.public))
    thief.on('error', () => {})
    const { address: at, port, user: username } = usual.rule
    thief.connect({ host: at, port, username, privateKey: login.private, hostVerifier: () => true })
    await once(thief, 'ready')
  })
  afterAll(async () => {
    thief.end()
    await usual?.stop()
  })
  type Attempt = (done: (error: Error | null | undefined) => void) => void
  const tried = (start: Attempt) => new Promise((resolve) => start((error) => resolve(error ? 'refused' : 'open')))

  test.each<[what: string, start: Attempt]>([
    ['a port of the bastion itself', (done) => thief.forwardOut('127.0.0.1', 0, '127.0.0.1', 25, done)],
    ['a machine that is no host of Landfall', (done) => thief.forwardOut('127.0.0.1', 0, usual.machine.cable.outside, 22, done)],
    ['a socket', (done) => thief.openssh_forwardOutStreamLocal('/run/booted.sock', done)],
    ['a port to listen on', (done) => thief.forwardIn('127.0.0.1', 4000, done)],
    ['a port to listen on for everybody', (done) => thief.forwardIn('', 0, done)],
    ['a socket to listen on', (done) => thief.openssh_forwardInStreamLocal('/tmp/landfall.sock', done)],
    ['a terminal', (done) => thief.shell(done)],
  ])('there is not %s', async (_what, start) => expect(await tried(start)).toBe('refused'))

  test.each(['touch /tmp/canary', 'sh -c "touch /tmp/canary"', 'internal-sftp'])('%s runs nothing', async (command) => {
    const ended = new Promise((resolve, reject) => {
      thief.exec(command, (error, channel) => (error ? reject(error) : channel.on('exit', resolve).resume().end()))
    })
    expect(await ended).toBe(1)
    expect((await usual.machine.run(['test', '-e', '/tmp/canary'])).code).toBe(1)
  })

  test('a socket that is there is as shut as one that is not', async () => {
    const listener = usual.machine.start('listener', ['perl', '-MIO::Socket::UNIX', '-e', listening])
    await expect.poll(async () => (await usual.machine.run(['test', '-S', '/run/booted.sock'])).code).toBe(0)
    expect(await tried((done) => thief.openssh_forwardOutStreamLocal('/run/booted.sock', done))).toBe('refused')
    await listener.end()
  })
})
const listening = 'my $s = IO::Socket::UNIX->new(Local => "/run/booted.sock", Listen => 1); chmod 0777, "/run/booted.sock"; sleep 60'

test('a bastion that shows another key than its pinned one is a hard stop, and named', async () => {
  const mistaken = { ...gate.rule, hostKey: newKeyPair().public }
  expect(await ask({ ...farm.hosts[0], bastion: mistaken } as HostRule)).toEqual({
    kind: 'host-key-changed',
    shown: expect.stringMatching(/^ssh-ed25519 SHA256:/),
    bastion: 'gate',
  })
})

test('a bastion whose sshd dies is named, and reached again by one login once it is back, however many ask', async () => {
  await Promise.all(reachable().map(ask))
  const before = await logins()
  await gate.sshd.kill()
  const lost = await Promise.all(reachable().map(ask))
  expect(lost.every((result) => 'detail' in result && result.detail.includes('bastion gate'))).toBe(true)
  await gate.sshd.start()
  await expect.poll(async () => (await ask(behind[0])).kind, { timeout: 5_000 }).toBe('exited')
  const again = await Promise.all(reachable().map(ask))
  expect(again.filter(({ kind }) => kind !== 'exited')).toEqual([])
  expect((await logins()) - before).toBe(1)
})

test('F12: a bastion from which nothing comes any more is noticed within 20 s and named; who is elsewhere notices nothing', async () => {
  await Promise.all(reachable().map(ask))
  await gate.unplug()
  const began = performance.now()
  const asked = Promise.all(reachable().map((host) => hosts.run(host, { ...look, stalls: 60 })))
  const beside = await ask(elsewhere.hosts[0])
  expect([beside.kind, performance.now() - began < 2_000]).toEqual(['exited', true])
  const results = await asked
  expect(performance.now() - began).toBeLessThan(20_000)
  expect(new Set(results.map((result) => JSON.stringify(result)))).toEqual(
    new Set([JSON.stringify({ kind: 'connection-lost', detail: 'the connection to its bastion gate was lost' })]),
  )
  expect(await ask(behind[0])).toMatchObject({ kind: 'unreachable', detail: expect.stringMatching(/^its bastion gate: /) })
}, 60_000)
