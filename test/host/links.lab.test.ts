import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import type { Command } from '../../src/host/command.ts'
import { once, restore } from '../../src/host/commands.ts'
import { type BareHost, bareHost } from './bare-host.ts'
import { plan, service } from './given.ts'
import { orders, web } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-links-'))
const installed = await shells(folder)
afterAll(() => rmSync(folder, { recursive: true }))

/** A release whose containers are given these paths of the project folder. */
const release = (generation: number, ...binds: string[]): Plan =>
  plan([service('web', web, { change: generation === 1 ? 'created' : 'recreated', binds })], { generation })

describe.each(installed)('links that containers may have made, in $name', (shell) => {
  let host: BareHost
  let there: (path: string) => string
  beforeEach(async () => {
    host = await bareHost(shell, [web])
    onTestFinished(() => host.remove())
    there = (path) => join(host.root, 'shop/production/files', path)
    mkdirSync(there('data'), { recursive: true })
    mkdirSync(join(host.folder, 'elsewhere/deep'), { recursive: true })
  })
  const elsewhere = () => join(host.folder, 'elsewhere')

  const send = async (command: Command) => {
    const { ending, stderr } = await host.send(command)
    return [ending, stderr.replace('landfall-shell: ', '').trim()]
  }
  async function deploy(planned: Plan): Promise<void> {
    const { put, switch: switching, confirm } = orders(host, planned, 1)
    for (const order of [put, switching, confirm]) expect(await send(order)).toEqual(['ok', ''])
  }
  /** What it refuses with, naming the link and the path that leads over it. */
  const refused = (link: string, path: string) => [
    'not-ready',
    `${there(link)} is a link on this host, and ./${path} is given to containers; put a folder or file in its place, or mount what it leads to by that path`,
  ]
  const ups = () => host.composed().filter((line) => / (up|run) /.test(line)).length

  test.each<[why: string, link: string, path: string]>([
    ['the path itself', 'data/link', 'data/link'],
    ['a folder on the way', 'data/link', 'data/link/deep'],
    ['the first part', 'link', 'link'],
    ['a name with blanks', 'data/a b', 'data/a b'],
  ])('nothing is put whose containers would be given what a link leads to: %s', async (_why, link, path) => {
    symlinkSync(elsewhere(), there(link))
    expect(await send(orders(host, release(1, 'data', path), 1).put)).toEqual(refused(link, path))
  })

  test('nor where the link leads nowhere yet', async () => {
    symlinkSync(join(host.folder, 'nowhere'), there('data/link'))
    expect(await send(orders(host, release(1, 'data/link'), 1).put)).toEqual(refused('data/link', 'data/link'))
  })

  test('folders, what is not there yet, and links that nobody is given are no harm', async () => {
    symlinkSync(elsewhere(), there('data/theirs'))
    await deploy(release(1, 'data', 'new/folder'))
  })

  test('the folder of a project that was there before may be a link: that is root’s', async () => {
    const before = join(host.folder, 'before')
    renameSync(there(''), before)
    symlinkSync(before, join(host.root, 'shop/production/files'))
    await deploy(release(1, 'data'))
  })

  test('one that came since the images did stops the switch before anything changes', async () => {
    await deploy(release(1, 'data'))
    const two = orders(host, release(2, 'data', 'data/link'), 1)
    expect(await send(two.put)).toEqual(['ok', ''])
    symlinkSync(elsewhere(), there('data/link'))
    const before = ups()
    expect(await send(two.switch)).toEqual(refused('data/link', 'data/link'))
    expect([host.read('shop/production/current'), ups()]).toEqual(['1\n', before])
  })

  test('nothing is gone back to over one either, by Landfall or by an administrator', async () => {
    for (const generation of [1, 2]) await deploy(release(generation, 'data/link'))
    const three = orders(host, release(3), 1)
    for (const order of [three.put, three.switch]) expect(await send(order)).toEqual(['ok', ''])
    symlinkSync(elsewhere(), there('data/link'))
    const before = ups()
    expect(await send(restore(release(3), host.by()))).toEqual(refused('data/link', 'data/link'))
    expect([host.onHost('rollback', 'shop', 'production'), host.read('shop/production/hold')]).toEqual(['not-ready', ''])
    expect([host.read('shop/production/current'), ups()]).toEqual(['3\n', before])
  })

  test('nothing is run once over one', async () => {
    await deploy(release(1, 'data/link'))
    symlinkSync(elsewhere(), there('data/link'))
    const before = ups()
    const asked = { name: 'task-1', of: 1, service: 'web', within: 30, needs: [{ service: 'db', is: 'started' as const }], run: ['id'] }
    expect(await send(once(release(1), host.by(), asked))).toEqual(refused('data/link', 'data/link'))
    expect(ups()).toBe(before)
  })
})
