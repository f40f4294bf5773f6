import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Plan, PlannedService } from '../../src/domain/plan.ts'
import { inspect, restore, retire, switchTo } from '../../src/host/commands.ts'
import { readFailedHooks, readHostState, readRestored } from '../../src/host/output.ts'
import { type Behaviour, pushApp } from '../lab/images.ts'
import { type Laboratory, startLaboratory } from '../lab/laboratory.ts'
import { prepareParts } from '../lab/parts.ts'
import { type BareHost, bareHost } from './bare-host.ts'
import { plan, service } from './given.ts'
import { orders } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-beside-'))
const installed = await shells(folder)
const [debian] = installed
let lab: Laboratory
beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1'], registry: true })
})
afterAll(async () => {
  await lab?.stop()
  rmSync(folder, { recursive: true })
})

interface Given {
  behaviour?: Behaviour
  replicas?: number
  /** Lines of the service in the Compose file. */
  compose?: string
  web?: Partial<PlannedService>
}

/** A release of a shop whose one service is started beside the one before. */
async function release(generation: number, { behaviour = 'healthy', replicas = 1, compose = '', web = {} }: Given = {}): Promise<Plan> {
  const version = `v${generation}`
  const { reference, digest } = await pushApp(lab.registry, { repository: 'acme/shop', tag: version, version, behaviour })
  const image = `${reference.replace(/:[^:/]+$/, '')}@${digest}`
  const startFirst = { drain: 0 }
  const change = generation === 1 ? { change: 'created' as const } : { change: 'recreated' as const, beside: { after: [] } }
  const text = `services:\n  web:\n    image: shop\n    init: true\n    stop_grace_period: 2s\n    scale: ${replicas}\n    ${compose}\n`
  const override = JSON.stringify({ services: { web: { image } } })
  return plan([service('web', image, { replicas, startFirst, ...change, ...web })], { generation, compose: text, override })
}

describe.each(installed)('start-first in $name', (shell) => {
  let host: BareHost
  beforeEach(async () => {
    const { docker, compose } = await prepareParts()
    host = await bareHost(shell, [], { docker, compose, address: lab.host('web-1').dockerHost })
  })
  afterEach(async () => {
    host.remove()
    await lab.host('web-1').sh('docker ps -aq | xargs -r docker rm -f')
  })

  const ok = async (...commands: Parameters<BareHost['send']>) => {
    const told = await host.send(...commands)
    expect(told).toMatchObject({ ending: 'ok' })
    return told.stdout
  }
  async function deploy(planned: Plan): Promise<void> {
    const { put, switch: switching, confirm } = orders(host, planned, 1)
    for (const order of [put, switching, retire(planned, host.by()), confirm]) await ok(order)
  }
  async function begin(planned: Plan): Promise<void> {
    const { put, switch: switching } = orders(host, planned, 1)
    for (const order of [put, switching]) await ok(order)
  }
  const state = async () => readHostState(await ok(inspect(plan([]))))
  /** Ids of the containers of each release that run. */
  async function ids(...releases: Plan[]): Promise<string[][]> {
    const { containers } = await state()
    const up = containers.filter(({ status }) => status === 'running')
    return releases.map(({ services }) => up.filter(({ reference }) => reference === services[0]?.image).map(({ id }) => id))
  }
  const of = async (planned: Plan) => (await ids(planned)).flat()
  const counts = async (...releases: Plan[]) => (await ids(...releases)).map(({ length }) => length)
  const engine = () => lab.host('web-1')

  test('the new one stands beside the old one until that is taken away by its id, however often each is said', async () => {
    const [one, two] = [await release(1), await release(2)]
    await deploy(one)
    const [old] = await of(one)
    await begin(two)
    const [fresh] = await of(two)
    expect(await of(one)).toEqual([old])
    await ok(switchTo(two, host.by()))
    expect(await ids(one, two)).toEqual([[old], [fresh]])
    for (const _again of [1, 2]) {
      await ok(retire(two, host.by()))
      await ok(switchTo(two, host.by()))
      expect(await ids(one, two)).toEqual([[], [fresh]])
    }
    await ok(orders(host, two, 1).confirm)
  })

  test('the hook is run in the old one with its words as they are, and holds nothing up when it fails', async () => {
    const words = ['/bin/sh', '-c', 'echo "$0: $1"; exit 3', 'drain', `it's a 'test' $HOME "; touch /x`]
    const [one, two] = [await release(1), await release(2, { web: { startFirst: { drain: 1, hook: { run: words, within: 5 } } } })]
    await deploy(one)
    const [old] = await of(one)
    await begin(two)
    const told = readFailedHooks(await ok(retire(two, host.by())))
    expect(told).toEqual([{ service: 'web', container: old, code: 3, text: `drain: ${words[4]}\n` }])
    expect(await counts(one, two)).toEqual([0, 1])
  })

  test('a host whose old one was gone already goes back the same way: beside, then by id', async () => {
    const [one, two] = [await release(1), await release(2)]
    await deploy(one)
    await begin(two)
    await ok(retire(two, host.by()))
    const [failed] = await of(two)
    expect(readRestored(await ok(restore(two, host.by())))).toEqual({ generation: 1, leaving: 1 })
    const [back] = await of(one)
    expect(await of(two)).toEqual([failed])
    expect((await state()).containers.filter(({ leaving }) => leaving).map(({ id }) => id)).toEqual([failed])
    for (const _again of [1, 2]) {
      await ok(retire(two, host.by()))
      await ok(restore(two, host.by()))
      expect(await ids(one, two)).toEqual([[back], []])
    }
  })

  test('an administrator goes back beside as well, and not to what does not become well', async () => {
    const ask = (path: string) =>
      `healthcheck: { test: [CMD, /bin/busybox, wget, -q, -O, /dev/null, "http://127.0.0.1:3000${path}"], interval: 1s, retries: 1 }`
    const [one, two, three] = [
      await release(1, { compose: ask('/nowhere') }),
      await release(2, { compose: ask('/health') }),
      await release(3, { compose: ask('/health') }),
    ]
    for (const planned of [one, two, three]) await deploy(planned)
    expect(host.onHost('rollback', 'shop', 'production')).toBe('ok')
    const [back] = await of(two)
    expect(await ids(two, one, three)).toEqual([[back], [], []])
    expect(host.onHost('rollback', 'shop', 'production')).toBe('docker-failed')
    expect(await ids(two, one, three)).toEqual([[back], [], []])
    expect(await state()).toMatchObject({ current: { generation: 2 }, held: expect.stringContaining('from generation 2 to 1') })
  })

  // The same commands again: once is enough for machines that have little time.
  if (shell === debian) {
    test('a call that is killed is gone on with, wherever it was, also one that only made a container', async () => {
      const [one, two] = [await release(1), await release(2)]
      await deploy(one)
      const [old = ''] = await of(one)
      await ok(orders(host, two, 1).put)
      for (const milliseconds of [150, 600]) {
        host.kill(switchTo(two, host.by()), milliseconds)
        await sleep(milliseconds + 50)
      }
      await ok(switchTo(two, host.by()))
      const [fresh = '', ...more] = await of(two)
      expect([await of(one), more]).toEqual([[old], []])
      await engine().docker('stop', '-t', '0', fresh)
      await ok(switchTo(two, host.by()))
      expect(await ids(one, two)).toEqual([[old], [fresh]])
      host.kill(retire(two, host.by()), 400)
      await sleep(450)
      await ok(retire(two, host.by()))
      expect((await state()).containers.map(({ id }) => id)).toEqual([fresh])
    })

    test('nobody leaves while the new ones do not run, and the old one is the same after the way back', async () => {
      const [one, two] = [await release(1), await release(2, { behaviour: 'crashes' })]
      await deploy(one)
      const [old] = await of(one)
      await begin(two)
      await expect.poll(() => counts(two)).toEqual([0])
      expect(await host.send(retire(two, host.by()))).toMatchObject({
        ending: 'docker-failed',
        stderr: expect.stringContaining('0 of 1 new containers of web run, so the old ones were left'),
      })
      for (const _again of [1, 2]) expect(readRestored(await ok(restore(two, host.by())))).toEqual({ generation: 1, leaving: 0 })
      expect((await state()).containers.map(({ id }) => id)).toEqual([old])
    })

    test('each number of containers, and what a deployment before left half-way', async () => {
      const [one, two] = [await release(1, { replicas: 2 }), await release(2, { replicas: 3 })]
      const [three, four] = [await release(3, { replicas: 2 }), await release(4, { replicas: 2 })]
      await deploy(one)
      await deploy(two)
      expect(await counts(one, two)).toEqual([0, 3])
      await begin(three)
      expect(await counts(two, three)).toEqual([3, 2])
      await begin(four)
      expect(await counts(two, three, four)).toEqual([3, 0, 2])
      await ok(retire(four, host.by()))
      expect(await counts(two, four)).toEqual([0, 2])
    })

    test('what it depends on and changes with it comes first; where that fails nothing new is started', async () => {
      const withMigration = async (generation: number, script: string): Promise<Plan> => {
        const planned = await release(generation, { web: { beside: { after: [{ service: 'migrate', is: 'completed' }] } } })
        const [web] = planned.services
        if (!web) throw new Error('there is no service')
        const migrate = `  migrate:\n    image: shop\n    entrypoint: [/bin/busybox, sh, -c, ${JSON.stringify(script)}]\n`
        const override = JSON.stringify({ services: { web: { image: web.image }, migrate: { image: web.image } } })
        const services = [service('migrate', web.image, { oneShot: true, change: 'created' }), web]
        return { ...planned, services, compose: planned.compose + migrate, override }
      }
      const [one, two, three] = [await release(1), await withMigration(2, 'sleep 2'), await withMigration(3, 'exit 3')]
      await deploy(one)
      await begin(two)
      const time = async (name: string, field: string) =>
        Date.parse((await engine().docker('inspect', '--format', `{{.State.${field}}}`, name)).trim())
      expect(await time('shop-web-2', 'StartedAt')).toBeGreaterThan(await time('shop-migrate-1', 'FinishedAt'))
      await ok(retire(two, host.by()))
      await ok(orders(host, two, 1).confirm)
      const before = (await state()).containers.filter((one) => one.service === 'web').map(({ id }) => id)
      await ok(orders(host, three, 1).put)
      expect(await host.send(switchTo(three, host.by()))).toMatchObject({
        ending: 'docker-failed',
        stderr: expect.stringContaining('service migrate, which others wait for, ended with exit code 3'),
      })
      expect((await state()).containers.filter((one) => one.service === 'web').map(({ id }) => id)).toEqual(before)
    })
  }
})
