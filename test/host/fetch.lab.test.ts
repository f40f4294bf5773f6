import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { openSigner } from '../../src/adapters/signer.ts'
import { encloseLogins } from '../../src/host/bundle.ts'
import { fetch } from '../../src/host/commands.ts'
import { encloseOrder } from '../../src/host/order.ts'
import { type BareHost, bareHost } from './bare-host.ts'
import { orders, release, web } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-fetch-'))
const installed = await shells(folder)
afterAll(() => rmSync(folder, { recursive: true }))

const image = (digit: string) => `ghcr.io/acme/shop@sha256:${digit.repeat(64)}`
const place = (generation: number) => ({ project: 'shop', environment: 'production', generation })

describe.each(installed)('images that are fetched in advance, in $name', (shell) => {
  let host: BareHost
  beforeEach(async () => {
    host = await bareHost(shell, [web])
    onTestFinished(() => host.remove())
  })
  const ask = (generation: number, ...images: string[]) => fetch(place(generation), host.by(), images, encloseLogins([]))
  const deploy = async (generation: number) => {
    for (const order of Object.values(orders(host, release(generation), 1))) expect(await host.send(order)).toMatchObject({ ending: 'ok' })
  }
  const pulls = () => host.composed().flatMap((line) => line.split(' pull ')[1]?.trim() ?? [])

  test('are those that are missing, and nothing else is written than which they are', async () => {
    expect(await host.send(ask(1, web, image('2'), image('3')))).toEqual({ ending: 'ok', stdout: '{"type":"pulled"}\n', stderr: '' })
    expect(pulls()).toEqual(['image-1 image-2'])
    expect(host.read('shop/production/fetched')).toBe(`${image('2')}\n${image('3')}\n`)
    expect(readdirSync(join(host.root, 'shop/production')).toSorted()).toEqual(['fetched', 'lock'])
  })

  test('raise no fence: what is put and switched to meanwhile goes on, and nothing is fetched for it once it was put', async () => {
    await deploy(1)
    writeFileSync(join(host.folder, 'gate'), '')
    const fetching = host.send(ask(2, image('2')))
    await expect.poll(() => pulls()).toEqual(['image-0'])
    const { put } = orders(host, release(2), 1)
    expect((await host.send(put)).ending).toBe('ok')
    rmSync(join(host.folder, 'gate'))
    expect((await fetching).ending).toBe('ok')
    const before = host.composed().length
    expect(await host.send(ask(2, image('3')))).toEqual({
      ending: 'fenced',
      stdout: '',
      stderr: 'landfall-shell: generation 2 of shop/production was put; nothing is fetched for 2 any more\n',
    })
    expect([host.composed().length, host.read('shop/production/fence').split('\n')[0]]).toEqual([before, '2 1'])
  })

  test('go with the next call that does not ask for them, unless a release needs them by then', async () => {
    await host.send(ask(1, image('2'), image('3')))
    await host.send(ask(1, image('3'), image('4')))
    expect([host.removed(), host.read('shop/production/fetched')]).toEqual([[image('2')], `${image('3')}\n${image('4')}\n`])
  })

  test('go with the releases that are pruned, where none of those that are kept has them', async () => {
    await deploy(1)
    await host.send(ask(2, image('2')))
    await deploy(2)
    expect(host.removed()).toEqual([image('2')])
    expect(existsSync(join(host.root, 'shop/production/fetched'))).toBe(false)
  })

  test('end with whoever listened', async () => {
    writeFileSync(join(host.folder, 'gate'), '')
    const ended = host.giveUp(ask(1, image('2')))
    await expect.poll(() => pulls()).toEqual(['image-0'])
    await ended
    expect(readdirSync(join(host.root, '.calls'))).toEqual([])
  }, 15_000)

  test.each<[why: string, words: string[], ending: string, said: string]>([
    ['a tag', ['60', '1', 'ghcr.io/acme/shop:1'], 'usage', 'fetch needs images by their digest'],
    ['a digest that is none', ['60', '1', 'ghcr.io/acme/shop@sha256:xyz'], 'usage', 'fetch needs images by their digest'],
    [
      'no room',
      ['60', '999999999', image('2')],
      'not-ready',
      'MiB are free on the disk of Docker, and nothing is fetched in advance below 999999999',
    ],
  ])('are not fetched for %s', async (_why, words, ending, said) => {
    const args = ['shop', 'production', '1', '1', ...words]
    const told = await host.send({ ...ask(1), args, stdin: encloseOrder('fetch', args, host.by()) })
    expect([told.ending, told.stderr]).toEqual([ending, expect.stringContaining(said)])
    expect([pulls(), host.read('shop/production/fetched')]).toEqual([[], ''])
  })

  test('are those that were signed, for the place they were signed for', async () => {
    const signed = ask(1, image('2'))
    const { sign } = await openSigner(join(host.folder, 'other'))
    const forged = [
      { ...signed, args: ask(1, image('3')).args },
      { ...signed, args: ['site', ...signed.args.slice(1)] },
      { ...signed, args: signed.args.with(2, '2') },
      fetch(place(1), { turn: 1, sign }, [image('2')], encloseLogins([])),
    ]
    for (const command of forged) expect((await host.send(command)).ending).toBe('unsigned-order')
    expect(pulls()).toEqual([])
  })
})
