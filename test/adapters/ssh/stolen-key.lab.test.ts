import { once } from 'node:events'
import { join } from 'node:path'
import ssh2, { type Client, type ClientChannel } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSigner } from '../../../src/adapters/signer.ts'
import { parseHostKey } from '../../../src/adapters/ssh/host-key.ts'
import { Secret } from '../../../src/domain/secret.ts'
import { confirm, fetch, hello, prune, pull, put, restore, retire, switchTo, tryRegistry } from '../../../src/host/commands.ts'
import { endingOf } from '../../../src/host/exit-codes.ts'
import { commandLine } from '../../../src/host/quote.ts'
import { recall } from '../../../src/host/recall.ts'
import { type Operations, operations } from '../../host/shop.ts'
import type { Host } from '../../lab/host.ts'
import { type Laboratory, startLaboratory } from '../../lab/laboratory.ts'

let lab: Laboratory
let host: Host
let landfall: Operations
let thief: Client

beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1'] })
  host = lab.host('web-1')
  landfall = await operations(host, join(lab.folder, 'data'))
  await landfall.bootstrap('--host-key', host.hostKey)
  thief = new ssh2.Client()
  thief.on('error', () => {})
  thief.connect({
    host: host.address,
    port: host.port,
    username: 'landfall',
    privateKey: landfall.loginKey.reveal(),
    hostVerifier: (key: Buffer) => parseHostKey(host.hostKey)?.blob.equals(key) ?? false,
  })
  await once(thief, 'ready')
})
afterAll(async () => {
  thief.end()
  await landfall.hosts.close()
  await lab.stop()
})

const canary = async () => (await host.exec(['test', '-e', '/tmp/canary'])).code === 0

/** Exit code of a command sent past Landfall's own quoting. */
const attempt = (command: string, input: Uint8Array = new Uint8Array()): Promise<number> =>
  new Promise((resolve, reject) => {
    thief.exec(command, (error, channel) => {
      if (error) return reject(error)
      channel.on('exit', (code: number) => resolve(code))
      // Who refuses does not read to the end.
      channel.on('error', () => undefined)
      channel.resume().end(input)
    })
  })

describe('A8: with the stolen login key', () => {
  test.each([
    'sh -c "touch /tmp/canary"',
    'touch /tmp/canary',
    'version; touch /tmp/canary',
    'version && touch /tmp/canary',
    'version\ntouch /tmp/canary',
    'version $(touch /tmp/canary)',
    'version `touch /tmp/canary`',
    'docker run --rm -v /:/host busybox touch /host/tmp/canary',
    'scp -t /tmp/canary',
    'rollback shop production',
    'inspect ../../etc production',
    '--root /tmp hello',
    '',
    ' ',
    '-h',
    'hello\ttouch /tmp/canary',
    'hello\r\ntouch /tmp/canary',
    'hello\u00a0;touch /tmp/canary',
    'hello \u2028touch',
    'within 60',
    'within 99999999 hello',
    'within 0 hello',
    'within within 60 hello',
    'inspect shop production/../../..',
    'inspect -p production',
    'logs shop production --follow 1',
    'logs shop production web 1e9',
    'probe shop production 0x1',
    'recall ../..',
    'registry 127.0.0.1:1/x',
    'registry -x',
    'status',
    'release shop production',
    '--work hello',
    '--caller root hello',
    'LC_ALL=x hello',
  ])('%j is refused', async (command) => {
    expect(endingOf(await attempt(command))).toMatch(/^(usage|unsigned-order)$/)
    expect(await canary()).toBe(false)
  })

  test('nothing is written: every order needs the signature of the other key, and none raises the fence', async () => {
    const release = { project: 'shop', environment: 'production', generation: 999_999_999 }
    const thiefs = await openSigner(join(lab.folder, 'thief'))
    const none = { turn: 999_999_999, sign: () => '' }
    const forged = { turn: 999_999_999, sign: thiefs.sign }
    for (const by of [none, forged]) {
      const bytes = new Uint8Array(1024)
      const image = `busybox@sha256:${'a'.repeat(64)}`
      const orders = [
        put(release, by, bytes),
        pull(release, by, bytes),
        fetch(release, by, [image], bytes),
        switchTo(release, by),
        retire(release, by),
        confirm(release, by, bytes),
        restore(release, by),
        prune(release, by, 2),
        recall(by.sign),
        tryRegistry({ registry: 'localhost:1', username: 'mona', password: new Secret('x') }, by.sign),
      ]
      for (const order of orders) {
        const input = order.stdin instanceof Uint8Array ? order.stdin : undefined
        expect(endingOf(await attempt(commandLine(order), input))).toBe('unsigned-order')
      }
    }
    expect(await host.sh('ls /var/lib/landfall')).toBe('allowed_signers\n')
  })

  test('a line without end is no way to fill its memory: who reads it may have 64 MiB', async () => {
    const limits = () =>
      host.sh('for each in $(pgrep -f "[l]andfall-shell .*--work switch"); do grep "Max address space" /proc/$each/limits; done || true')
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      thief.exec('switch shop production 1 1', (error, opened) => (error ? reject(error) : resolve(opened)))
    })
    channel.on('error', () => undefined).resume()
    channel.write('x'.repeat(4096))
    await expect.poll(limits, { timeout: 5000 }).toMatch(/Max address space +67108864 /)
    const ended = once(channel, 'exit')
    channel.end()
    expect((await ended).map((code) => endingOf(Number(code)))[0]).toBe('unsigned-order')
  })

  test('what it saw once at one place says nothing at another', async () => {
    const seen = switchTo({ project: 'shop', environment: 'staging', generation: 1 }, landfall.by())
    const input = seen.stdin instanceof Uint8Array ? seen.stdin : undefined
    for (const words of ['switch shop production 1 1', 'switch shop staging 2 1', 'switch shop staging 1 2', 'restore shop staging 1 1'])
      expect(endingOf(await attempt(words, input))).toBe('unsigned-order')
  })

  test('nobody is kept out: a hold is an administrator’s', async () => {
    expect(await attempt('hold shop production for-ever')).toBe(2)
  })

  test('there is no sftp', async () => {
    const opening = new Promise((resolve) => thief.sftp((error) => resolve(error ? 'refused' : 'open')))
    expect(await opening).toBe('refused')
  })

  test('there is no terminal', async () => {
    const opening = new Promise((resolve) => thief.shell((error) => resolve(error ? 'refused' : 'open')))
    expect(await opening).toBe('refused')
  })

  test('nothing is forwarded: not to the database, not to the Docker socket, not back', async () => {
    const refused = (start: (done: (error: Error | undefined) => void) => void) =>
      new Promise((resolve) => start((error) => resolve(error ? 'refused' : 'open')))
    expect(await refused((done) => thief.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, done))).toBe('refused')
    expect(await refused((done) => thief.openssh_forwardOutStreamLocal('/run/docker.sock', done))).toBe('refused')
    expect(await refused((done) => thief.forwardIn('127.0.0.1', 4000, done))).toBe('refused')
    expect(await refused((done) => thief.openssh_forwardInStreamLocal('/tmp/socket', (error) => done(error ?? undefined)))).toBe('refused')
    expect(await refused((done) => thief.exec('hello', { x11: true }, done))).toBe('refused')
    expect(await refused((done) => thief.exec('hello', { pty: true }, done))).toBe('refused')
    expect(await refused((done) => thief.subsys('netconf', done))).toBe('refused')
  })

  test('its variables do not reach the work', async () => {
    const code = await new Promise((resolve, reject) => {
      thief.exec('hello', { env: { LC_ALL: 'x', DOCKER_HOST: 'tcp://127.0.0.1:1', PATH: '/tmp' } }, (error, channel) => {
        if (error) return reject(error)
        channel.on('exit', resolve)
        channel.resume().end()
      })
    })
    expect(code).toBe(0)
  })
})

describe('a host that goes away', () => {
  test('F12: a dead cable is noticed within twenty seconds, and the host reached again when it is back', async () => {
    expect((await landfall.send(hello())).ending).toBe('ok')
    await host.unplug()
    const start = performance.now()
    const result = await landfall.hosts.run(landfall.rule, hello())
    expect(['connection-lost', 'unreachable']).toContain(result.kind)
    expect(performance.now() - start).toBeLessThan(20_000)
    await host.plugIn()
    // The network needs a moment to find its neighbours again.
    await expect.poll(async () => (await landfall.hosts.run(landfall.rule, hello())).kind, { timeout: 20_000 }).toBe('exited')
  })

  test('F13: a new host key is a hard stop', async () => {
    await host.changeHostKey()
    await expect.poll(async () => (await landfall.hosts.run(landfall.rule, hello())).kind, { timeout: 10_000 }).toBe('host-key-changed')
  })
})
