import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import { bundleNamespace, encloseBundle, packBundle } from '../../src/host/bundle.ts'
import { put, restore } from '../../src/host/commands.ts'
import { readFilesTold } from '../../src/host/files-told.ts'
import { type BareHost, bareHost } from './bare-host.ts'
import { orders, release, web } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-others-'))
const installed = await shells(folder)
afterAll(() => rmSync(folder, { recursive: true }))

const settings = 'nginx/site.conf'

/** A release that brings `nginx/site.conf` with this text, or nothing. */
function bringing(generation: number, text?: string, more: Partial<Plan> = {}): { plan: Plan; files: Map<string, Uint8Array> } {
  if (text === undefined) return { plan: release(generation, more), files: new Map() }
  const sha256 = createHash('sha256').update(text).digest('hex')
  const entry = {
    ...{ from: 'nginx', to: 'nginx', service: 'web', within: 20, mounts: [{ path: 'nginx', target: '/conf' }] },
    files: [{ path: settings, source: settings, sha256 }],
  }
  return { plan: release(generation, { synced: [entry], ...more }), files: new Map([[settings, Buffer.from(text)]]) }
}

describe.each(installed)('what others have where files come, in $name', (shell) => {
  let host: BareHost
  let there: (path: string) => string
  beforeEach(async () => {
    host = await bareHost(shell, [web])
    onTestFinished(() => host.remove())
    there = (path) => join(host.root, 'shop/production/files', path)
    mkdirSync(there('nginx'), { recursive: true })
  })

  async function deploy({ plan, files }: ReturnType<typeof bringing>, ...further: ('confirm' | 'prune')[]) {
    const bundle = packBundle({ plan, files, sign: host.signer.sign })
    const steps = orders(host, plan, 1)
    const sent = put(plan, host.by(), encloseBundle(bundle, host.signer.sign(bundle, bundleNamespace), []))
    expect(await host.send(sent)).toMatchObject({ ending: 'ok', stderr: '' })
    const told = await host.send(steps.switch)
    expect(told).toMatchObject({ ending: 'ok', stderr: '' })
    for (const step of further) expect(await host.send(steps[step])).toMatchObject({ ending: 'ok', stderr: '' })
    return readFilesTold(told.stdout)
  }
  const asIs = () => readFileSync(there(settings), 'utf8')

  test('of it files are told, and no links: what these lead to may be nobody’s to see', async () => {
    writeFileSync(there('nginx/theirs.conf'), 'theirs\n')
    symlinkSync('/etc/passwd', there('nginx/link.conf'))
    expect((await deploy(bringing(1, 'one\n'))).others).toEqual(['nginx/theirs.conf'])
  })

  test('a link in a file’s place is kept as a link, and is one again on the way back', async () => {
    await deploy(bringing(1), 'confirm')
    writeFileSync(join(host.folder, 'secret'), 'secret\n')
    symlinkSync(join(host.folder, 'secret'), there(settings))
    expect((await deploy(bringing(2, 'two\n'))).aside).toEqual([settings])
    expect([asIs(), lstatSync(there(settings)).isSymbolicLink()]).toEqual(['two\n', false])
    expect(lstatSync(join(host.root, 'shop/production/aside/2', settings)).isSymbolicLink()).toBe(true)
    expect(await host.send(restore(release(2), host.by()))).toMatchObject({ ending: 'ok' })
    expect([asIs(), lstatSync(there(settings)).isSymbolicLink()]).toEqual(['secret\n', true])
  })

  test('what a release that is gone back to has in its place stays aside, for one before it that had not', async () => {
    await deploy(bringing(1), 'confirm')
    await deploy(bringing(2, 'two\n'), 'confirm')
    await deploy(bringing(3), 'confirm')
    writeFileSync(there(settings), 'by hand\n')
    await deploy(bringing(4, 'four\n'), 'confirm')
    await deploy(bringing(5, 'two\n', { kind: 'rollback', again: 2 }), 'confirm')
    expect([asIs(), existsSync(join(host.root, 'shop/production/aside/4'))]).toEqual(['two\n', false])
    await deploy(bringing(6, undefined, { kind: 'rollback', again: 1 }))
    expect(asIs()).toBe('by hand\n')
  })

  test('it outlives the release that took its place', async () => {
    await deploy(bringing(1), 'confirm')
    writeFileSync(there(settings), 'by hand\n')
    for (const generation of [2, 3, 4]) await deploy(bringing(generation, `${generation}\n`), 'confirm', 'prune')
    expect(host.read('shop/production/releases/2/manifest')).toBe('')
    await deploy(bringing(5, undefined, { kind: 'rollback', again: 1 }))
    expect(asIs()).toBe('by hand\n')
  })
})
