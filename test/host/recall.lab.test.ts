import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { boundTo, receiptNamespace } from '../../src/host/bundle.ts'
import { orderNamespace } from '../../src/host/order.ts'
import { planFile, planNamespace } from '../../src/host/plan-file.ts'
import { memoryReader, recall } from '../../src/host/recall.ts'
import { bareHost } from './bare-host.ts'
import { orders, release, web } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-recall-'))
const installed = await shells(folder)
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(installed)('recall in $name', (shell) => {
  test('tells every place with its fence, and every kept release with what proves it', async () => {
    const host = await bareHost(shell, [web])
    onTestFinished(() => host.remove())
    const elsewhere = release(1, { project: 'toys', environment: 'staging' })
    for (const planned of [release(1), release(2), elsewhere]) {
      const { put, switch: switching, confirm } = orders(host, planned, 4)
      for (const order of [put, switching, confirm]) expect((await host.send(order)).ending).toBe('ok')
    }
    const begun = orders(host, release(3), 5)
    for (const order of [begun.put, begun.switch]) expect((await host.send(order)).ending).toBe('ok')

    const reader = memoryReader()
    const { ending, stdout } = await host.send(recall(host.signer.sign))
    expect(ending).toBe('ok')
    for (const line of stdout.split('\n').filter(Boolean)) reader.read(line)
    const [shop, toys, ...more] = reader.memories()
    expect(more).toEqual([])
    expect(toys).toMatchObject({ project: 'toys', environment: 'staging', generation: 1, turn: 4, current: 1 })
    expect(shop).toMatchObject({
      ...{ project: 'shop', environment: 'production', generation: 3, turn: 5, current: 3 },
      releases: [
        { generation: 3, repository: 'acme/shop', confirmed: false, switched: true },
        { generation: 2, confirmed: true, switched: true },
        { generation: 1, confirmed: true, switched: true },
      ],
    })
    const order = shop?.order
    expect(order?.text).toBe('landfall-order 1 put shop production 3 5 60\n')
    expect(host.signer.sign(Buffer.from(order?.text ?? ''), orderNamespace)).toBe(order?.signature)
    const [newest, second] = shop?.releases ?? []
    expect(newest).not.toHaveProperty('receipt')
    expect(second?.plan).toEqual({
      text: planFile(release(2)),
      signature: host.signer.sign(Buffer.from(planFile(release(2))), planNamespace),
    })
    expect(second?.receipt).toEqual({
      text: '{"proved":true}\n',
      signature: host.signer.sign(boundTo(release(2), '{"proved":true}\n'), receiptNamespace),
    })
  })

  test('tells nobody anything who has no more than the login key', async () => {
    const host = await bareHost(shell)
    onTestFinished(() => host.remove())
    expect(await host.send(recall(() => ''))).toMatchObject({ ending: 'unsigned-order', stdout: '' })
    expect(await host.send({ ...recall(host.signer.sign), args: ['more'] })).toMatchObject({ ending: 'unsigned-order' })
  })

  test('tells nothing on a host that nothing was put on', async () => {
    const host = await bareHost(shell)
    onTestFinished(() => host.remove())
    expect(await host.send(recall(host.signer.sign))).toMatchObject({ ending: 'ok', stdout: '{"type":"recalled"}\n' })
  })
})
