import { once } from 'node:events'
import { join } from 'node:path'
import ssh2, { type Client } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSigner } from '../../../src/adapters/signer.ts'
import { parseHostKey } from '../../../src/adapters/ssh/host-key.ts'
import { hello, prune, put, restore, switchTo } from '../../../src/host/commands.ts'
import { endingOf } from '../../../src/host/exit-codes.ts'
import { commandLine } from '../../../src/host/quote.ts'
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
  ])('%j is refused', async (command) => {
    expect(await attempt(command)).toBe(2)
    expect(await canary()).toBe(false)
  })

  test('nothing is written: every order needs the signature of the other key, and none raises the fence', async () => {
    const release = { project: 'shop', environment: 'production', generation: 999_999_999 }
    const thiefs = await openSigner(join(lab.folder, 'thief'))
    const none = { turn: 999_999_999, sign: () => '' }
    const forged = { turn: 999_999_999, sign: thiefs.sign }
    for (const by of [none, forged]) {
      const bundle = new Uint8Array(1024)
      for (const order of [put(release, by, bundle), switchTo(release, by), restore(release, by), prune(release, by, 2)]) {
        const input = order.stdin instanceof Uint8Array ? order.stdin : undefined
        expect(endingOf(await attempt(commandLine(order), input))).toBe('unsigned-order')
      }
    }
    expect(await host.sh('ls /var/lib/landfall')).toBe('allowed_signers\n')
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
