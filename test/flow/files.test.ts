import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import { httpError } from '../support/fake-github.ts'
import { newestComment, openPull } from '../support/pull-requests.ts'
import { composeYml, landfallYml } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const proxyImage = 'registry.example.com/acme/proxy'
const entry = '[{ from: deploy/nginx/, to: nginx, service: proxy, check: nginx -t, reload: nginx -s reload }]'
const withProxy = (mount: string) =>
  `${composeYml}  proxy:\n    image: ${proxyImage}:1\n    volumes: [{ type: bind, ${mount}, read_only: true }]\n`
const folder = 'source: ./nginx, target: /etc/nginx/conf.d'

/** A shop behind a proxy whose settings lie in its repository, with a first release. */
async function shop({ files = entry, mount = folder, ...options }: TownOptions & { mount?: string } = {}): Promise<Town> {
  const town = await openTown(options)
  town.registry.push(proxyImage, '1')
  await town.deploy({
    '.github/landfall.yml': landfallYml({ follows: options.hosts ?? ['web-1'], files }),
    'compose.yml': withProxy(mount),
    'deploy/nginx/default.conf': 'one',
    'deploy/nginx/more/tls.conf': 'tls',
  })
  return town
}

/** Pushes a change of files alone: CI builds an image of every commit, so the app is new too unless it keeps its digest. */
const change = (town: Town, files: Record<string, string | null>) => town.deploy(files)
const seen = (town: Town, host = 'web-1') => Object.fromEntries(town.host(host).files)
const proxyId = (town: Town, host = 'web-1') => town.host(host).container('proxy')?.id
const proxyOf = ({ plan }: { plan?: Plan | undefined }) => plan?.services.find(({ name }) => name === 'proxy')

describe('a change of files', () => {
  test('is taken up by the container that runs, and the plan says so', async () => {
    const town = await shop()
    const before = proxyId(town)
    const { id, state, plan } = await change(town, {
      'deploy/nginx/default.conf': 'two',
      'deploy/nginx/new.conf': 'new',
      'deploy/nginx/more/tls.conf': null,
    })
    expect(state).toBe('succeeded')
    expect(seen(town)).toEqual({ 'nginx/default.conf': 'two', 'nginx/new.conf': 'new' })
    expect(town.host().reloads).toEqual([[before, 'nginx', '-s', 'reload']])
    expect(proxyId(town)).toBe(before)
    expect(plan?.services.find(({ name }) => name === 'proxy')).toMatchObject({ change: 'untouched', reloaded: true })
    const record = (await town.record(id)).join('\n')
    expect(record).toContain('proxy  reloaded   keeps its containers, which take the changed files up')
    for (const row of ['~ nginx/default.conf from deploy/nginx/default.conf', '+ nginx/new.conf', '- nginx/more/tls.conf'])
      expect(record).toContain(row)
    expect(record).toContain('pull web-1: images are there, and the new files of proxy passed their check after')
    expect(record).toContain(`files web-1: proxy took them up in ${before?.slice(0, 12)}, which sees them as they were written`)
    const { summary = '' } = town.github.checkRuns.findLast(({ revision }) => revision === plan?.revision) ?? {}
    expect(summary).toContain('| proxy | reloaded |')
    expect(summary).toContain('`~` `nginx/default.conf` from `deploy/nginx/default.conf`')
  })

  test('brings nothing to do where nothing of it changed', async () => {
    const town = await shop()
    const { plan } = await change(town, { 'app.ts': 'new' })
    expect(plan?.synced?.[0]?.files.map((file) => file.change)).toEqual([undefined, undefined])
    expect(proxyOf({ plan })?.reloaded).toBeUndefined()
    expect(town.host().reloads).toEqual([])
  })

  test('deploys although `paths` leaves the folder out', async () => {
    const town = await shop()
    const ignoring = `${landfallYml({ files: entry })}paths: { ignore: [deploy/**, "*.ts"] }\n`
    await town.deploy({ '.github/landfall.yml': ignoring })
    const count = (await town.deployments()).length
    await town.tellPush(town.commit({ 'app.ts': 'ignored', 'deploy/other.conf': 'ignored' }))
    await town.quiet()
    expect(await town.deployments()).toHaveLength(count)
    await change(town, { 'deploy/nginx/default.conf': 'two' })
    expect(seen(town)['nginx/default.conf']).toBe('two')
  })
})

describe('a check', () => {
  test('that fails on one host ends it with its words before any host changes', async () => {
    const town = await shop({ hosts: ['web-1', 'web-2'] })
    const before = seen(town)
    const said = 'nginx: [warn] old\nnginx: [emerg] unknown directive "retrn" in /etc/nginx/conf.d/default.conf:1\nnginx: test failed'
    town.host('web-2').checks = (files) => (files.get('nginx/default.conf') === 'retrn' ? said : undefined)
    const { state, reason } = await change(town, { 'deploy/nginx/default.conf': 'retrn' })
    expect(state).toBe('failed')
    expect(reason).toMatchObject({ code: 'files-refused', evidence: { host: 'web-2', service: 'proxy' } })
    expect(reason?.evidence.detail?.split('\n')[0]).toBe('unknown directive "retrn" in /etc/nginx/conf.d/default.conf:1')
    expect([seen(town), seen(town, 'web-2')]).toEqual([before, before])
    expect(town.host().heard.filter((verb) => verb === 'switch 2')).toEqual([])
    // Corrected, it goes.
    expect(await change(town, { 'deploy/nginx/default.conf': 'two' })).toMatchObject({ state: 'succeeded' })
  })

  test('is not asked of a release that is gone back to', async () => {
    const town = await shop()
    const first = seen(town)
    await change(town, { 'deploy/nginx/default.conf': 'two' })
    town.host().checks = () => 'no upstream\n'
    await town.tellComment('/rollback')
    await town.quiet()
    expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded' })
    expect(seen(town)).toEqual(first)
    expect(town.host().reloads).toHaveLength(2)
  })
})

describe('on the way back', () => {
  test('what fails takes its files back, and they are taken up again', async () => {
    const town = await shop()
    const first = seen(town)
    const { state } = await town.deploy({ 'deploy/nginx/default.conf': 'two' }, { behaviour: { answers: 500 } })
    expect(state).toBe('rolled-back')
    expect(seen(town)).toEqual(first)
    expect(town.host().reloads).toHaveLength(2)
  })

  test('so does a reload that fails', async () => {
    const town = await shop()
    const first = seen(town)
    town.host().reloadEnds = 1
    town.host().instead = ({ verb }) => {
      if (verb === 'restore') town.host().reloadEnds = 0
      return undefined
    }
    const { state, reason } = await change(town, { 'deploy/nginx/default.conf': 'two' })
    expect([state, reason]).toEqual(['rolled-back', expect.objectContaining({ code: 'reload-failed' })])
    expect(reason?.evidence.detail).toContain('no such signal')
    expect(seen(town)).toEqual(first)
  })

  test('without GitHub the files are those that hosts keep', async () => {
    const town = await shop()
    const first = seen(town)
    await change(town, { 'deploy/nginx/default.conf': 'two' })
    await town.tellComment('/rollback')
    town.github.fails = (call) => (call === 'snapshot' ? httpError(502) : undefined)
    await town.until(async () => (await town.newest()).kind === 'rollback' && (await town.newest()).state === 'succeeded', 300)
    expect(seen(town)).toEqual(first)
    expect(proxyOf(await town.newest())).toMatchObject({ change: 'untouched', reloaded: true })
  })
})

describe('where a container cannot see the change', () => {
  const single = 'source: ./nginx/default.conf, target: /etc/nginx/nginx.conf'
  test.each([
    ['a file is mounted by itself', { mount: single }],
    ['nothing has it read again', { files: '[{ from: deploy/nginx/, to: nginx, service: proxy }]' }],
  ])('as %s, the service gets new ones and the plan says why', async (_why, options) => {
    const town = await shop(options)
    const before = proxyId(town)
    const deployed = await change(town, { 'deploy/nginx/default.conf': 'two' })
    expect(proxyOf(deployed)).toMatchObject({ change: 'recreated', because: ['files'] })
    expect(proxyId(town)).not.toBe(before)
    const untouched = await change(town, { 'app.ts': 'new' })
    expect(proxyOf(untouched)).toMatchObject({ change: 'untouched' })
  })

  test('one that takes them up by itself is left alone', async () => {
    const town = await shop({ files: '[{ from: deploy/nginx/, to: nginx, service: proxy, reload: false }]' })
    const before = proxyId(town)
    expect(proxyOf(await change(town, { 'deploy/nginx/default.conf': 'two' }))).toMatchObject({ change: 'untouched', reloaded: true })
    expect([proxyId(town), town.host().reloads, seen(town)['nginx/default.conf']]).toEqual([before, [], 'two'])
  })
})

test('what cannot be is refused at its place before any host is asked for anything', async () => {
  const town = await openTown()
  town.registry.push(proxyImage, '1')
  const { state, reason } = await town.deploy({
    '.github/landfall.yml': landfallYml({ files: '[{ from: deploy/nowhere, to: nginx, service: proxy }]' }),
    'compose.yml': withProxy(folder),
  })
  expect(state).toBe('rejected')
  expect(reason).toMatchObject({ code: 'configuration-invalid' })
  expect(reason?.evidence.problems).toMatch(
    /^\.github\/landfall\.yml:8:\d+: environments\.production\.files\[0\]\.from: the repository has no such/,
  )
  expect(town.host().releases.size).toBe(0)
})

test('a host whose landfall-shell knows nothing of files is told of before any is touched', async () => {
  const town = await shop({ hosts: ['web-1', 'web-2'] })
  town.host('web-2').shell = 4
  const { state, reason } = await change(town, { 'deploy/nginx/default.conf': 'two' })
  expect([state, reason?.code]).toEqual(['failed', 'host-not-ready'])
  expect(reason?.evidence.detail).toContain('`files` needs version 5')
})

test('a pull request shows which files would change, and that nothing is recreated for it', async () => {
  const town = await shop()
  await openPull(town, { 'deploy/nginx/default.conf': 'two', 'deploy/nginx/more/tls.conf': null })
  const comment = newestComment(town)
  expect(comment).toContain('1 service recreated, 1 reloaded on 1 host')
  expect(comment).toContain('- nginx for proxy: checked by nginx -t, taken up by nginx -s reload')
  expect(comment).toContain('- `~` `nginx/default.conf` from `deploy/nginx/default.conf`\n- `-` `nginx/more/tls.conf`')
})
