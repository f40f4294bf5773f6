import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { openSigner } from '../../src/adapters/signer.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { encloseLogins, receiptNamespace } from '../../src/host/bundle.ts'
import type { Command } from '../../src/host/command.ts'
import { inspect, once, prune, pull, put, restore, switchTo } from '../../src/host/commands.ts'
import { orderNamespace, orderStatement } from '../../src/host/order.ts'
import { readHostState } from '../../src/host/output.ts'
import { type BareHost, bareHost } from './bare-host.ts'
import { envelope, orders, release, web } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-fence-'))
const installed = await shells(folder)
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(installed)('the fence in $name', (shell) => {
  let host: BareHost
  beforeEach(async () => {
    host = await bareHost(shell, [web])
    onTestFinished(() => host.remove())
  })

  const deploy = async (planned: Plan, turn: number): Promise<void> => {
    for (const order of Object.values(orders(host, planned, turn)))
      expect(await host.send(order)).toMatchObject({ ending: 'ok', stderr: '' })
  }
  const endings = async (commands: Command[]) => {
    const told = []
    for (const command of commands) told.push((await host.send(command)).ending)
    return told
  }
  const fence = () => host.read('shop/production/fence').split('\n')[0]

  test('lets the same orders come again and again', async () => {
    await deploy(release(1), 3)
    await deploy(release(1), 3)
    expect(fence()).toBe('1 3')
  })

  test('F4: refuses every order of a worker whose turn has passed, and says who took over', async () => {
    await deploy(release(1), 3)
    const planned = release(2)
    const first = orders(host, planned, 4)
    const recorded = [...Object.values(first), restore(planned, host.by(4))]
    expect((await host.send(first.put)).ending).toBe('ok')
    expect((await host.send(pull(planned, host.by(5), encloseLogins([])))).ending).toBe('ok')
    const composed = host.composed().length
    for (const order of recorded) {
      expect(await host.send(order)).toEqual({
        ending: 'fenced',
        stdout: expect.not.stringContaining('accepted'),
        stderr: 'landfall-shell: turn 4 of generation 2 of shop/production was overtaken by turn 5 of generation 2\n',
      })
    }
    expect(host.composed()).toHaveLength(composed)
    expect([fence(), host.read('shop/production/current')]).toEqual(['2 5', '1\n'])
  })

  test('refuses every order of a generation that has passed, whatever its turn', async () => {
    await deploy(release(2), 1)
    const late = release(1)
    expect(await endings([...Object.values(orders(host, late, 999_999_999)), restore(late, host.by(999_999_999))])).toEqual(
      Array(7).fill('fenced'),
    )
    expect(fence()).toBe('2 1')
  })

  test('begins what runs once for the release that runs or the newest one, and for no other', async () => {
    await deploy(release(1), 1)
    await deploy(release(2), 1)
    expect((await host.send(orders(host, release(3), 1, '').put)).ending).toBe('ok')
    const asked = (of: number) =>
      once(release(3), host.by(), { name: `task-${of}`, of, service: 'web', within: 30, needs: [], run: ['id'] })
    const begun = () => host.composed().filter((line) => line.includes(' run ')).length
    expect(await host.send(asked(1))).toMatchObject({
      ending: 'not-current',
      stderr: 'landfall-shell: release 1 of shop/production is not the one that runs any more\n',
    })
    expect(begun()).toBe(0)
    // Docker only notes what it is told here: no container ever comes of it.
    for (const of of [2, 3]) expect((await host.send(asked(of))).stderr).toContain('and there is no container of it')
    expect(begun()).toBe(2)
  })

  test('starts turns anew with a generation: a lost database counts from 1 again', async () => {
    await deploy(release(1), 57)
    await deploy(release(2), 1)
    expect(fence()).toBe('2 1')
    expect(readHostState((await host.send(inspect(release(2)))).stdout)).toMatchObject({
      generation: 2,
      current: { generation: 2, confirmed: true },
    })
  })

  test('is raised by none but the first order that is carried out', async () => {
    await deploy(release(1), 1)
    const never = release(3)
    expect(await endings([switchTo(never, host.by(1)), restore(never, host.by(1)), prune(never, host.by(1), 2)])).toEqual(
      Array(3).fill('unknown-release'),
    )
    const elsewhere = put(never, host.by(1), envelope(host, release(4)))
    expect((await host.send(elsewhere)).ending).toBe('bad-bundle')
    expect(fence()).toBe('1 1')
  })

  test('F4: a stale switch that is still at work is waited for; once the next one has begun it is not let in again', async () => {
    const planned = release(1)
    expect((await host.send(put(planned, host.by(1), envelope(host, planned)))).ending).toBe('ok')
    writeFileSync(join(host.folder, 'gate'), '')
    const stale = host.send(switchTo(planned, host.by(1)))
    await expect.poll(() => host.composed().length).toBe(1)
    const next = host.send(switchTo(planned, host.by(2)))
    // It waits at the lock, without a trace yet.
    await expect.poll(() => readdirSync(join(host.root, '.calls')).length).toBe(2)
    rmSync(join(host.folder, 'gate'))
    expect([(await stale).ending, (await next).ending]).toEqual(['ok', 'ok'])
    expect((await host.send(switchTo(planned, host.by(1)))).ending).toBe('fenced')
    const acts = host.read('shop/production/log').trim().split('\n')
    expect(acts.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      'landfall put 1 1 accepted',
      'landfall switch 1 1 began',
      'landfall switch 1 1 switched',
      'landfall switch 1 2 began',
      'landfall switch 1 2 switched',
      'landfall switch 1 1 refused 12',
    ])
  })

  describe('a stolen login key', () => {
    test.each<[what: string, forge: (planned: Plan) => Promise<Command>]>([
      ['no signature', async (planned) => ({ ...switchTo(planned, host.by(9)), stdin: new Uint8Array() })],
      [
        'the signature of another key',
        async (planned) => switchTo(planned, { turn: 9, sign: (await openSigner(join(host.folder, 'other'))).sign }),
      ],
      [
        'a signature for another purpose',
        async (planned) => switchTo(planned, { turn: 9, sign: (bytes) => host.signer.sign(bytes, receiptNamespace) }),
      ],
      [
        'the order for another verb',
        async (planned) => ({ ...switchTo(planned, host.by(9)), stdin: restore(planned, host.by(9)).stdin ?? raise() }),
      ],
      [
        'the order of a lower turn',
        async (planned) => ({ ...switchTo(planned, host.by(9)), stdin: switchTo(planned, host.by(1)).stdin ?? raise() }),
      ],
      [
        'the order of a lower generation',
        async (planned) => ({
          ...switchTo(planned, host.by(1)),
          stdin: switchTo({ ...planned, generation: 1 }, host.by(1)).stdin ?? raise(),
        }),
      ],
      [
        'the order for another environment',
        async (planned) => ({
          ...switchTo(planned, host.by(9)),
          stdin: switchTo({ ...planned, environment: 'staging' }, host.by(9)).stdin ?? raise(),
        }),
      ],
      [
        'fewer releases to keep than were ordered',
        async (planned) => ({ ...prune(planned, host.by(1), 3), stdin: prune(planned, host.by(1), 5).stdin ?? raise() }),
      ],
      [
        'a word more than was ordered',
        async (planned) => ({ ...switchTo(planned, host.by(1)), args: [...switchTo(planned, host.by(1)).args, '1'] }),
      ],
      [
        'text behind the signature',
        async (planned) => {
          const { args } = switchTo(planned, host.by(9))
          const signature = Buffer.from(host.signer.sign(orderStatement('switch', args), orderNamespace)).toString('base64')
          return { ...switchTo(planned, host.by(9)), stdin: Buffer.from(`${signature}","turn":"\n`) }
        },
      ],
    ])('gets nothing done and no fence raised with %s', async (_what, forge) => {
      await deploy(release(1), 1)
      const planned = release(2)
      expect((await host.send(put(planned, host.by(1), envelope(host, planned)))).ending).toBe('ok')
      const [composed, before] = [host.composed().length, fence()]
      expect((await host.send(await forge(planned))).ending).toBe('unsigned-order')
      expect([host.composed().length, fence(), host.read('shop/production/current')]).toEqual([composed, before, '1\n'])
    })

    test('makes no folder for a project that Landfall never put there', async () => {
      const order = put({ ...release(1), project: 'toys' }, { turn: 1, sign: () => 'nobody' }, envelope(host, release(1)))
      expect((await host.send(order)).ending).toBe('unsigned-order')
      expect(existsSync(join(host.root, 'toys'))).toBe(false)
    })
  })

  test('a turn that cannot be compared is refused, signed or not', async () => {
    const planned = release(1)
    const huge = put(planned, host.by(10_000_000_000), envelope(host, planned))
    expect((await host.send(huge)).ending).toBe('usage')
  })

  test('keeping too few releases is refused: one runs, one is gone back to', async () => {
    await deploy(release(1), 1)
    expect((await host.send(prune(release(1), host.by(1), 1))).ending).toBe('usage')
  })

  describe('after a power cut', () => {
    test('a release of which half is there is filed anew', async () => {
      const planned = release(1)
      expect((await host.send(put(planned, host.by(1), envelope(host, planned)))).ending).toBe('ok')
      for (const lost of ['manifest', 'bundle.tar', 'compose.yml']) writeFileSync(join(host.root, 'shop/production/releases/1', lost), '')
      await deploy(planned, 1)
      expect(host.read('shop/production/releases/1/manifest')).toContain(`image ${web}`)
    })

    test('a fence that cannot be read lets nobody in', async () => {
      await deploy(release(1), 1)
      writeFileSync(join(host.root, 'shop/production/fence'), '')
      expect(await host.send(switchTo(release(1), host.by(1)))).toMatchObject({
        ending: 'not-ready',
        stderr: expect.stringContaining('shop/production/fence is damaged'),
      })
    })
  })
})

function raise(): never {
  throw new Error('there is no such order')
}
