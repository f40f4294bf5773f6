import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import { inspect, once, prune } from '../../src/host/commands.ts'
import { readHostState } from '../../src/host/output.ts'
import { type BareHost, bareHost } from './bare-host.ts'
import { orders, release, web } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-back-'))
const installed = await shells(folder)
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(installed)('landfall-shell rollback in $name', (shell) => {
  let host: BareHost
  beforeEach(async () => {
    host = await bareHost(shell, [web])
    onTestFinished(() => host.remove())
    for (const generation of [1, 2, 3]) await deploy(generation)
  })

  async function deploy(generation: number, more: Partial<Plan> = {}): Promise<void> {
    const { put, switch: switching, confirm } = orders(host, release(generation, more), 1)
    for (const order of [put, switching, confirm]) expect(await host.send(order)).toMatchObject({ ending: 'ok', stderr: '' })
  }
  const state = async () => readHostState((await host.send(inspect(release(3)))).stdout)
  const step = (from: number, to: number) => ({ from, to, at: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), by: 'root' })

  test('is told until something is deployed, also once the hold is lifted', async () => {
    expect((await state()).wentBack).toEqual([])
    expect(host.onHost('rollback', 'shop', 'production')).toBe('ok')
    expect(await state()).toMatchObject({ generation: 3, current: { generation: 2, confirmed: true }, wentBack: [step(3, 2)] })
    expect((await state()).held).toBe('rolled back on the host from generation 3 to 2 by root')
    expect(host.onHost('release', 'shop', 'production')).toBe('ok')
    const released = await state()
    expect([released.held, released.wentBack]).toEqual([undefined, [step(3, 2)]])
    await deploy(4)
    expect((await state()).wentBack).toEqual([])
  })

  test('goes back from what Landfall went back to, and not to what that had taken away', async () => {
    await deploy(4, { kind: 'rollback', again: 2 })
    expect(host.onHost('rollback', 'shop', 'production')).toBe('ok')
    expect(await state()).toMatchObject({ current: { generation: 1 }, wentBack: [step(4, 1)] })
  })

  test('has what it goes back to, however few releases are kept', async () => {
    await deploy(4, { kind: 'rollback', again: 2 })
    await deploy(5)
    await deploy(6, { kind: 'rollback', again: 2 })
    expect(await host.send(prune(release(6), host.by(), 2))).toMatchObject({ ending: 'ok' })
    expect(host.onHost('rollback', 'shop', 'production')).toBe('ok')
    expect((await state()).current).toMatchObject({ generation: 1 })
    expect(host.read('shop/production/releases/3/manifest')).toBe('')
  })

  const contract = { because: ['db/contract/3.sql changed'] }
  const back = (...words: string[]) => host.onHost('rollback', 'shop', 'production', ...words)
  const runs = async () => (await state()).current?.generation

  test('stops at what nothing older fits, however it is come to, unless it is told to go over it', async () => {
    await deploy(4, { contract })
    await deploy(5)
    expect([back(), await runs()]).toEqual(['ok', 4])
    expect([back(), await runs(), (await state()).wentBack]).toEqual(['over-contract', 4, [step(5, 4)]])
    expect(host.onHost('release', 'shop', 'production')).toBe('ok')
    await deploy(6, { kind: 'rollback', again: 4 })
    expect([back(), await runs()]).toEqual(['over-contract', 6])
    expect([back('--over-contract'), await runs()]).toEqual(['ok', 3])
    // Somebody went over it by then.
    expect([back(), await runs()]).toEqual(['ok', 2])
  })

  test('stops where a release that never came here has done what nothing older fits, until another has come since', async () => {
    const four = release(4, { contract })
    expect(await host.send(orders(host, four, 1).put)).toMatchObject({ ending: 'ok' })
    expect([back(), await runs()]).toEqual(['ok', 2])
    expect(host.onHost('release', 'shop', 'production')).toBe('ok')
    // Nothing runs it here, but it was begun.
    await host.send(once(four, host.by(), { name: 'before-1', of: 4, service: 'web', run: ['x'], within: 5, needs: [] }))
    expect([back(), await runs()]).toEqual(['over-contract', 2])
    await deploy(5)
    expect([back(), await runs()]).toEqual(['ok', 2])
  })

  test('again tells each step', async () => {
    for (let steps = 0; steps < 2; steps += 1) expect(host.onHost('rollback', 'shop', 'production')).toBe('ok')
    expect(await state()).toMatchObject({ current: { generation: 1 }, wentBack: [step(3, 2), step(2, 1)] })
    expect(host.onHost('rollback', 'shop', 'production')).toBe('nothing-before')
    expect((await state()).wentBack).toHaveLength(2)
  })
})
