import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import { type BareHost, bareHost } from './bare-host.ts'
import { orders, release, web } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-kept-'))
const installed = await shells(folder)
afterAll(() => rmSync(folder, { recursive: true }))

/** A rollback that takes its files from a release the host keeps. */
const back = (generation: number, kept: number, more: Partial<Plan> = {}): Plan => release(generation, { kind: 'rollback', kept, ...more })

describe.each(installed)('files of a kept release in $name', (shell) => {
  let host: BareHost
  beforeEach(async () => {
    host = await bareHost(shell, [web])
    onTestFinished(() => host.remove())
  })

  async function deploy(planned: Plan, env?: string): Promise<void> {
    const { prune: _, pull: __, ...steps } = orders(host, planned, 1, env)
    for (const order of Object.values(steps)) expect(await host.send(order)).toMatchObject({ ending: 'ok', stderr: '' })
  }
  const put = async (planned: Plan) => {
    const { ending, stderr } = await host.send(orders(host, planned, 1).put)
    return [ending, stderr.replace('landfall-shell: ', '').trim()]
  }
  const place = 'shop/production'

  test('are put again, from the signed bundle and not from what lies there now', async () => {
    await deploy(release(1), "KEY='one'\n")
    await deploy(release(2), "KEY='two'\n")
    writeFileSync(join(host.root, place, 'releases/1/project/.env'), "KEY='forged'\n")
    await deploy(back(3, 1))
    expect(host.read(`${place}/files/.env`)).toBe("KEY='one'\n")
    expect(host.read(`${place}/current`)).toBe('3\n')
  })

  test('are found with a release that took them, once the first is gone', async () => {
    await deploy(release(1), "KEY='one'\n")
    await deploy(release(2), "KEY='two'\n")
    await deploy(back(3, 1))
    await deploy(release(4), "KEY='four'\n")
    rmSync(join(host.root, place, 'releases/1'), { recursive: true })
    await deploy(back(5, 1))
    expect(host.read(`${place}/files/.env`)).toBe("KEY='one'\n")
    rmSync(join(host.root, place, 'releases/3'), { recursive: true })
    await deploy(back(6, 1))
    expect(host.read(`${place}/files/.env`)).toBe("KEY='one'\n")
  })

  test('may be put again while the connection is bad', async () => {
    await deploy(release(1), "KEY='one'\n")
    expect([await put(back(2, 1)), await put(back(2, 1))]).toEqual([
      ['ok', ''],
      ['ok', ''],
    ])
  })

  test('of a release that is not there nothing is filed', async () => {
    await deploy(release(1), "KEY='one'\n")
    expect(await put(back(3, 2))).toEqual(['unknown-release', 'release 2 of shop/production is not kept here any more'])
    expect(host.read(`${place}/releases/3/manifest`)).toBe('')
    expect(host.read(`${place}/fence`)).toMatch(/^1 1\n/)
  })

  test.each<[what: string, change: (kept: string) => void, because: RegExp]>([
    ['changed', (kept) => writeFileSync(join(kept, 'bundle.tar'), 'changed', { flag: 'a' }), /is not what Landfall's key signed/],
    ['without its signature', (kept) => writeFileSync(join(kept, 'signature'), ''), /is not what Landfall's key signed/],
    [
      'that is another',
      (kept) => cpSync(join(kept, '../2'), kept, { recursive: true, force: true }),
      /made for another project, environment or generation/,
    ],
  ])('of a kept bundle %s are refused', async (_what, change, because) => {
    await deploy(release(1), "KEY='one'\n")
    await deploy(release(2), "KEY='two'\n")
    change(join(host.root, place, 'releases/1'))
    expect(await put(back(3, 1))).toEqual(['bad-bundle', expect.stringMatching(because)])
    expect(host.read(`${place}/current`)).toBe('2\n')
  })

  test('that it does not have are refused', async () => {
    await deploy(release(1), "KEY='one'\n")
    const file = { path: 'web.env', source: 'web.env', fingerprint: 'f' }
    expect(await put(back(2, 1, { files: [file] }))).toEqual(['bad-bundle', 'release 1 kept here has no web.env'])
  })
})
