import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SyncedFiles } from '../../src/domain/files.ts'
import type { Plan, PlannedService } from '../../src/domain/plan.ts'
import { bundleNamespace, encloseBundle, packBundle } from '../../src/host/bundle.ts'
import { once, put, restore, switchTo } from '../../src/host/commands.ts'
import { readFailedCheck, readFilesTold } from '../../src/host/files-told.ts'
import { readEnded } from '../../src/host/output.ts'
import { type Laboratory, startLaboratory } from '../lab/laboratory.ts'
import { prepareParts } from '../lab/parts.ts'
import { pushBalancer } from '../lab/web-images.ts'
import { type BareHost, bareHost, type Told } from './bare-host.ts'
import { plan, service } from './given.ts'
import { orders } from './orders.ts'
import { shells } from './shells.ts'

const folder = mkdtempSync(join(tmpdir(), 'landfall-files-'))
const installed = await shells(folder)
const [debian] = installed
let lab: Laboratory
let nginx: string
beforeAll(async () => {
  lab = await startLaboratory({ hosts: ['web-1'], registry: true })
  const { repository, digest } = await pushBalancer(lab.registry, 'nginx')
  nginx = `${repository}@${digest}`
})
afterAll(async () => {
  await lab?.stop()
  rmSync(folder, { recursive: true })
})

interface Release {
  plan: Plan
  files: Map<string, Uint8Array>
}

const says = (text: string) => `server { listen 80; return 200 ${text}; }\n`
const reload = ['nginx', '-e', 'stderr', '-g', 'pid /tmp/nginx.pid;', '-s', 'reload']

/** A release of a web server whose settings lie in `nginx`, which it mounts. */
function release(
  generation: number,
  settings: Record<string, string> | undefined,
  {
    mount = './nginx:/etc/nginx/conf.d:ro',
    web = {},
    entry = {},
  }: { mount?: string; web?: Partial<PlannedService>; entry?: Partial<SyncedFiles> } = {},
): Release {
  const contents = Object.entries(settings ?? {}).map(([name, text]): [string, Uint8Array] => [`nginx/${name}`, Buffer.from(text)])
  const [path = '', target = ''] = mount.replace('./', '').split(':')
  const synced: SyncedFiles = {
    from: 'deploy/nginx',
    to: 'nginx',
    service: 'proxy',
    files: contents.map(([name, bytes]) => ({
      path: name,
      source: `deploy/${name}`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      change: 'changed',
    })),
    mounts: [{ path, target }],
    check: ['nginx', '-t'],
    reload,
    within: 20,
    ...entry,
  }
  const proxy = service('proxy', nginx, { change: generation === 1 ? 'created' : 'untouched', because: [], ...web })
  const labels = web.files === undefined ? {} : { labels: { 'io.landfall.files': web.files } }
  const planned = plan([proxy], {
    generation,
    compose: `services:\n  proxy:\n    image: nginx\n    container_name: shop-proxy\n    labels: { traefik.enable: "true" }\n    volumes: ["${mount}"]\n`,
    override: JSON.stringify({ services: { proxy: { image: nginx, ...labels } } }),
    ...(settings && { synced: [synced] }),
  })
  return { plan: planned, files: new Map(contents) }
}

describe.each(installed)('files that services mount, in $name', (shell) => {
  let host: BareHost
  const there = (path: string) => join(host.root, 'shop/production/files', path)
  beforeEach(async () => {
    const { docker, compose } = await prepareParts()
    host = await bareHost(shell, [], { docker, compose, address: lab.host('web-1').dockerHost, path: lab.host('web-1').path })
  })
  afterEach(async () => {
    await lab.host('web-1').sh('docker ps -aq | xargs -r docker rm -f')
    host.remove()
  })

  function putting({ plan: planned, files }: Release) {
    const bundle = packBundle({ plan: planned, files, sign: host.signer.sign })
    return put(planned, host.by(), encloseBundle(bundle, host.signer.sign(bundle, bundleNamespace), []))
  }
  async function switched(next: Release): Promise<Told> {
    const told = await host.send(putting(next))
    expect([told.ending, told.stderr, told.ending === 'files-refused' && readFailedCheck(told.stdout)]).toEqual([
      'ok',
      expect.anything(),
      false,
    ])
    return host.send(switchTo(next.plan, host.by()))
  }
  async function deploy(next: Release): Promise<Told> {
    const told = await switched(next)
    expect(told).toMatchObject({ ending: 'ok' })
    expect(await host.send(orders(host, next.plan, 1).confirm)).toMatchObject({ ending: 'ok' })
    return told
  }
  const id = () => lab.host('web-1').docker('ps', '-q', '--no-trunc', '--filter', 'label=com.docker.compose.service=proxy')
  /** What the server answers, asked from within its container. */
  const answers = async () => lab.host('web-1').docker('exec', (await id()).trim(), 'wget', '-q', '-O', '-', 'http://127.0.0.1/')
  const soon = (text: string) => expect.poll(answers, { timeout: 5000 }).toBe(text)

  test('a step of a release that brings a place finds it there, and what it leaves behind is the next one’s to clear', async () => {
    const one = release(1, { 'default.conf': says('one'), 'more.conf': '# more\n' })
    const shown = async ({ plan: planned }: Release) => {
      const run = ['-e', 'stderr', '-g', 'pid /tmp/nginx.pid;', '-T']
      const asked = { name: 'before-1', of: planned.generation, service: 'proxy', within: 30, needs: [], run }
      const told = await host.send(once(planned, host.by(), asked))
      expect([told.ending, told.stderr]).toEqual(['ok', ''])
      return readEnded(told.stdout).text
    }
    expect(await host.send(putting(one))).toMatchObject({ ending: 'ok' })
    expect(await shown(one)).toContain(says('one'))
    // It was never switched to: another comes.
    const two = release(2, { 'default.conf': says('two') }, { web: { change: 'created' } })
    expect(await host.send(putting(two))).toMatchObject({ ending: 'ok' })
    const told = await host.send(switchTo(two.plan, host.by()))
    expect(told).toMatchObject({ ending: 'ok' })
    expect(readFilesTold(told.stdout)).toMatchObject({ aside: [], others: [] })
    expect(existsSync(there('nginx/more.conf'))).toBe(false)
    await soon('two')
    // What is there already stays as it is until the switch: somebody reads it.
    expect(await host.send(orders(host, two.plan, 1).confirm)).toMatchObject({ ending: 'ok' })
    const three = release(3, { 'default.conf': says('three') })
    expect(await host.send(putting(three))).toMatchObject({ ending: 'ok' })
    expect(await shown(three)).toContain(says('two'))
  })

  test('a change is read again by the same container, and what is gone from the repository is gone', async () => {
    await deploy(release(1, { 'default.conf': says('one'), 'more/odd name.conf': '# more\n' }))
    const before = await id()
    await soon('one')
    writeFileSync(there('nginx/theirs.conf'), '# theirs\n')
    const told = readFilesTold((await deploy(release(2, { 'default.conf': says('two') }))).stdout)
    await soon('two')
    expect(await id()).toBe(before)
    expect(told).toEqual({
      reloaded: [{ service: 'proxy', container: before.trim(), looked: true }],
      aside: [],
      others: ['nginx/theirs.conf'],
    })
    expect([existsSync(there('nginx/more/odd name.conf')), existsSync(there('nginx/theirs.conf'))]).toEqual([false, true])
    // Once more, and nothing is to be done.
    expect(readFilesTold((await host.send(switchTo(release(2, {}).plan, host.by()))).stdout).reloaded).toEqual([])
  })

  test('settings that were made by hand are there again on the way back to a release that did not bring them', async () => {
    mkdirSync(there('nginx'), { recursive: true })
    writeFileSync(there('nginx/default.conf'), says('by-hand'))
    await deploy(release(1, undefined))
    await soon('by-hand')
    const second = release(2, { 'default.conf': says('two') })
    const told = await switched(second)
    expect(readFilesTold(told.stdout).aside).toEqual(['nginx/default.conf'])
    await soon('two')
    expect(await host.send(restore(second.plan, host.by()))).toMatchObject({ ending: 'ok' })
    await soon('by-hand')
    await deploy(release(3, { 'default.conf': says('three') }))
    expect(host.onHost('rollback', 'shop', 'production')).toBe('ok')
    await soon('by-hand')
  })

  // The same commands again: once is enough for machines that have little time.
  if (shell !== debian) return

  test('a broken file is told with its place and never comes to the server', async () => {
    await deploy(release(1, { 'default.conf': says('one') }))
    const told = await host.send(putting(release(2, { 'default.conf': 'server { listen 80; retrn 200; }\n' })))
    expect(told.ending).toBe('files-refused')
    expect(readFailedCheck(told.stdout)).toMatchObject({
      service: 'proxy',
      code: 1,
      text: expect.stringMatching(/unknown directive "retrn" in .*default\.conf:1/),
    })
    expect(host.read('shop/production/files/nginx/default.conf')).toBe(says('one'))
    await lab.host('web-1').docker('exec', (await id()).trim(), ...reload)
    await soon('one')
    expect((await lab.host('web-1').docker('ps', '-aq')).trim().split('\n')).toHaveLength(1)
  })

  test('what fails later goes back with its files, and they are read again', async () => {
    await deploy(release(1, { 'default.conf': says('one') }))
    const before = await id()
    const failed = release(2, { 'default.conf': says('bad'), 'new.conf': '# new\n' })
    expect(await switched(failed)).toMatchObject({ ending: 'ok' })
    await soon('bad')
    for (const _again of [1, 2]) expect(await host.send(restore(failed.plan, host.by()))).toMatchObject({ ending: 'ok' })
    await soon('one')
    expect([await id(), existsSync(there('nginx/new.conf'))]).toEqual([before, false])
  })

  test('a file that is mounted by itself takes a new container, which a label has Compose make', async () => {
    const single = { mount: './nginx/default.conf:/etc/nginx/conf.d/default.conf:ro' }
    await deploy(release(1, { 'default.conf': says('one') }, { ...single, web: { files: 'f1' } }))
    const before = await id()
    await deploy(release(2, { 'default.conf': says('two') }, { ...single, web: { files: 'f2', change: 'recreated' } }))
    await soon('two')
    expect(await id()).not.toBe(before)
    expect(host.onHost('rollback', 'shop', 'production')).toBe('ok')
    await soon('one')
  })

  test('the check knows services that do not run yet, and files that others put there', async () => {
    const asks =
      'include conf.d/theirs.inc; server { listen 80; location / { proxy_pass http://theirs; } location /shop { proxy_pass http://shop:3000; } }\n'
    await deploy(release(1, { 'default.conf': says('one') }))
    const next = release(2, { 'default.conf': asks })
    expect((await host.send(putting(next))).ending).toBe('files-refused')
    writeFileSync(there('nginx/theirs.inc'), 'upstream theirs { server 127.0.0.1:1; }\n', { mode: 0o000 })
    const planned = { ...release(3, { 'default.conf': asks }), files: next.files }
    const app = service('app', nginx, { change: 'created', aliases: ['shop'] })
    planned.plan = {
      ...planned.plan,
      services: [...planned.plan.services, app],
      compose: `${planned.plan.compose}  app: { image: "${nginx}" }\n`,
    }
    expect(await host.send(putting(planned))).toMatchObject({ ending: 'ok' })
  })

  test('what a killed check left is cleared, and nothing of an environment whose name begins alike', async () => {
    await deploy(release(1, { 'default.conf': says('one') }))
    const left = 'landfall-check-shop-production-9-1'
    const others = ['landfall-check-shop-production-eu-9-1', 'my-landfall-check-shop-production-9-1']
    for (const name of [left, ...others]) await lab.host('web-1').docker('create', '--name', name, nginx)
    expect(await host.send(putting(release(2, { 'default.conf': says('two') })))).toMatchObject({ ending: 'ok' })
    const names = await lab.host('web-1').docker('ps', '-a', '--format', '{{.Names}}')
    expect(names.trim().split('\n').toSorted()).toEqual([...others, 'shop-proxy'].toSorted())
  })

  test('a check that does not end is ended, and so is its container', async () => {
    await deploy(release(1, { 'default.conf': says('one') }))
    const told = await host.send(putting(release(2, { 'default.conf': says('two') }, { entry: { check: ['sleep', '60'], within: 4 } })))
    expect([told.ending, readFailedCheck(told.stdout)?.code]).toEqual(['files-refused', 124])
    expect((await lab.host('web-1').docker('ps', '-aq')).trim().split('\n')).toHaveLength(1)
  })

  test('killed between the files and the reload, the next call reloads', async () => {
    await deploy(release(1, { 'default.conf': says('one') }))
    // The first to be told does not come to it.
    const once = `[ -e /tmp/told ] || { : >/tmp/told; sleep 60; }; ${reload.map((word) => `'${word}'`).join(' ')}`
    const slow = release(2, { 'default.conf': says('two') }, { entry: { reload: ['sh', '-c', once], within: 3 } })
    expect(await host.send(putting(slow))).toMatchObject({ ending: 'ok' })
    host.kill(switchTo(slow.plan, host.by()), 1500)
    await expect.poll(() => host.read('shop/production/files/nginx/default.conf'), { timeout: 5000 }).toBe(says('two'))
    await expect.poll(async () => (await host.send(switchTo(slow.plan, host.by()))).ending, { timeout: 20_000 }).toBe('ok')
    await soon('two')
  })

  test('a container that lost sight of the folder is told of, and nothing goes on as if it had read the files', async () => {
    await deploy(release(1, { 'default.conf': says('one') }))
    renameSync(there('nginx'), there('moved'))
    mkdirSync(there('nginx'))
    const told = await switched(release(2, { 'default.conf': says('two') }))
    expect([told.ending, told.stderr]).toEqual(['reload-failed', expect.stringContaining('does not see nginx as it was written')])
    expect(await answers()).toBe('one')
  })

  test('a reload that fails is told with its words', async () => {
    await deploy(release(1, { 'default.conf': says('one') }))
    const told = await switched(
      release(2, { 'default.conf': says('two') }, { entry: { reload: ['sh', '-c', 'echo no such signal; exit 3'] } }),
    )
    expect([told.ending, told.stderr]).toEqual(['reload-failed', expect.stringContaining('no such signal')])
  })

  test('a link in the way is followed by nobody, and refused before anything changes', async () => {
    await deploy(release(1, { 'default.conf': says('one') }))
    const elsewhere = join(host.folder, 'elsewhere')
    mkdirSync(elsewhere)
    renameSync(there('nginx'), join(elsewhere, 'nginx'))
    await lab.host('web-1').sh(`ln -s ${join(elsewhere, 'nginx')} ${there('nginx')}`)
    expect((await host.send(putting(release(2, { 'default.conf': says('two') })))).ending).toBe('not-ready')
  })
})
