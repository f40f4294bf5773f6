import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Command } from '../../src/host/command.ts'
import { bareHost } from './bare-host.ts'
import { orders, release, web } from './orders.ts'
import { shells } from './shells.ts'

test('what fences is on the disk before an order is answered', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'landfall-sync-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [debian] = await shells(folder)
  const host = await bareHost(debian, [web])
  onTestFinished(() => host.remove())
  const synced = join(host.folder, 'synced')
  // Stands before the real one and notes the first line of each file that it is asked for.
  const note = `[ -d "$file" ] || echo "\${file#${host.root}/shop/production/}: $(head -n 1 "$file")" >>${synced}`
  writeFileSync(join(host.folder, 'programs/sync'), `#!/bin/sh\nfor file; do ${note}; done\nexec /usr/bin/sync "$@"\n`, { mode: 0o755 })
  const during = async (order: Command): Promise<string[]> => {
    writeFileSync(synced, '')
    expect(await host.send(order)).toMatchObject({ ending: 'ok' })
    const lines = host.read('../synced').trimEnd().split('\n')
    return lines.map((line) => line.trimEnd()).sort()
  }

  const given = orders(host, release(1), 2)
  const put = await during(given.put)
  expect(put).toEqual(expect.arrayContaining(['fence: 1 2', 'releases/1/manifest: landfall-bundle 1']))
  for (const file of ['bundle.tar', 'compose.yml', 'signature'])
    expect(put.some((line) => line.startsWith(`releases/1/${file}: `))).toBe(true)
  expect(await during(given.switch)).toEqual([
    'current: 1',
    'fence: 1 2',
    'releases/1/before:',
    'releases/1/previous: 0',
    'releases/1/stood:',
  ])
  expect(await during(given.confirm)).toEqual([
    'fence: 1 2',
    'releases/1/confirmed:',
    'releases/1/receipt.json: {"proved":true}',
    'releases/1/receipt.signature: -----BEGIN SSH SIGNATURE-----',
  ])
})
