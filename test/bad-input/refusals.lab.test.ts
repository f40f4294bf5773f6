import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HostView, lookAtHost } from '../demo/host-view.ts'
import type { Status } from '../lab/github/world.ts'
import { pushApp } from '../lab/images.ts'
import { type Scenario, startScenario } from '../lab/landfall/scenario.ts'
import { composeFile, openShop, type Release, type Shop } from '../lab/landfall/shop.ts'

/** Whatever is wrong is told where people look, names what to do, and leaves host and database as they were. */
let scenario: Scenario
let shop: Shop
let good: { compose: string; landfall: string }
let running: HostView

beforeAll(async () => {
  scenario = await startScenario()
  const { github, lab } = scenario
  shop = await openShop(github, lab.registry, { name: 'shop', hosts: ['web-1'], within: 8, soak: 0 })
  good = { compose: composeFile(lab.registry.address, 'shop'), landfall: landfallFile('') }
  const { sha } = await shop.merge({ title: 'Good', files: files(good) })
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  running = await lookAtHost(lab.host('web-1'), 'shop')
})
afterAll(() => scenario?.stop())

const files = ({ compose, landfall }: typeof good) => ({ 'compose.yml': compose, '.github/landfall.yml': landfall })

const landfallFile = (environment: string, host = 'web-1'): string => `version: 1
project: shop
images:
  web: { repository: ${scenario.lab.registry.address}/acme/shop }
environments:
  production: { branch: main, hosts: [${host}], env: deploy/production.env${environment} }
`

/** Merges what is wrong and gives the red status; the host must be as it was. */
async function refused(
  release: Partial<Release>,
  context = 'landfall/production',
): Promise<{ status: Status; pullRequest: number; page: string }> {
  const { sha, pullRequest } = await shop.merge({ title: 'Wrong', ...release, files: { ...files(good), ...release.files } })
  const status = await scenario.github.until(
    `${context} turns red`,
    () => shop.repository.statuses(sha).find((one) => one.context === context && (one.state === 'failure' || one.state === 'error')),
    60,
  )
  expect(await lookAtHost(scenario.lab.host('web-1'), 'shop')).toEqual(running)
  const url = status.targetUrl ?? ''
  const page = url.startsWith(scenario.landfall.url) ? await (await fetch(url)).text() : ''
  return { status, pullRequest, page }
}

test('a broken landfall.yml: a red status and a comment with every problem and its place', async () => {
  const broken = good.landfall.replace('branch: main', 'brunch: main').replace('version: 1', 'version: 2')
  const { status, pullRequest } = await refused({ files: { '.github/landfall.yml': broken } }, 'landfall/configuration')
  expect(status.description).toContain('problems, first .github/landfall.yml:1:')
  const comment = await shop.repository.waitForComment(pullRequest, /Landfall cannot use this configuration/)
  expect(comment.body).toContain('.github/landfall.yml:1:10')
  expect(comment.body).toMatch(/unknown key.*brunch/)
  expect(comment.body).toMatch(/did you mean|Did you mean/i)
})

test.each<[why: string, change: () => Record<string, string | null>, said: RegExp]>([
  ['an unknown host', () => ({ '.github/landfall.yml': landfallFile('', 'web-9') }), /unknown host .web-9./],
  ['a missing Compose file', () => ({ 'compose.yml': null }), /compose\.yml.*no such file/],
  ['an unparsable Compose file', () => ({ 'compose.yml': 'services:\n  web: [\n' }), /compose\.yml:\d+:\d+/],
  ['an unset variable', () => ({ 'compose.yml': good.compose.replace('${GREETING}', '${GREETNIG}') }), /compose\.yml:\d+:\d+.*GREETNIG/],
  ['a missing env file', () => ({ 'deploy/production.env': null }), /deploy\/production\.env/],
  ['a broken env file', () => ({ 'deploy/production.env': "GREETING='unclosed\n" }), /deploy\/production\.env:1:\d+/],
  ['latest', () => ({ 'compose.yml': good.compose.replace('database:1', 'database:latest') }), /latest/],
])('%s: refused before a host is touched, in the status, on the page and on the pull request', async (_why, change, said) => {
  const { status, pullRequest, page } = await refused({ files: { 'deploy/production.env': 'GREETING=hello\n', ...change() } })
  expect(status.description).not.toBe('')
  const text = page
    .replace(/<[^>]*>/g, '')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')
  expect(text).toMatch(said)
  const comment = await shop.repository.waitForComment(pullRequest, /./)
  expect(comment.body.replaceAll('\\', '').replaceAll('`', '').replaceAll('\u200b', '')).toMatch(said)
})

test('an image that never comes is waited for visibly, and not for ever', async () => {
  const { sha } = await shop.merge({
    title: 'No build',
    build: false,
    files: { ...files({ ...good, landfall: landfallFile(', image-within: 10s') }), 'deploy/production.env': 'GREETING=hello\n' },
  })
  const waiting = await scenario.github.until(
    'it waits for the image',
    () => shop.repository.statuses(sha).find((one) => one.description?.includes('No image')),
    30,
  )
  expect(waiting.state).toBe('pending')
  const ended = await shop.repository.waitForStatus(sha, 'landfall/production', 'failure', 60)
  expect(ended.description).toMatch(/did not appear/)
})

test('an image that is not built for the host is refused at planning', async () => {
  const { sha } = await shop.merge({ title: 'Only for ARM', build: false, files: files(good) })
  await pushApp(scenario.lab.registry, { repository: 'acme/shop', tag: sha, version: sha, platforms: ['linux/arm64'] })
  const status = await scenario.github.until(
    'the platform is missing',
    () => shop.repository.statuses(sha).find((one) => one.state !== 'pending'),
    60,
  )
  expect(status.description).toMatch(/not built for linux\/amd64/)
})

test('a registry that refuses the login fails the deployment and stops nothing', async () => {
  scenario.lab.registry.fail({ status: 401, when: /manifests/ })
  const { status, page } = await refused({})
  scenario.lab.registry.behave()
  expect(`${status.description} ${page}`).toMatch(/401|login|credentials/i)
})

test('a host that is down fails the deployment in plain words', async () => {
  const host = scenario.lab.host('web-1')
  await host.sshd.stop()
  // The warm connection outlives its listener: the cable goes too.
  await host.unplug()
  const { sha } = await shop.merge({ title: 'Nobody home', files: files(good) })
  const status = await shop.repository.waitForStatus(sha, 'landfall/production', 'failure', 120)
  await host.plugIn()
  await host.sshd.start()
  expect(status.description).toMatch(/web-1 cannot be reached/)
  expect(await lookAtHost(host, 'shop')).toEqual(running)
}, 150_000)

test('a host that trusts another signer refuses the bundle', async () => {
  const host = scenario.lab.host('web-1')
  const signers = '/var/lib/landfall/allowed_signers'
  await host.sh(
    `cp ${signers} /root/signers && printf 'landfall ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJPEgMTjac5kzdnJqQDXoxpEloxyFxMlk3GJAThPbUGh\\n' > ${signers}`,
  )
  const { status } = await refused({})
  await host.sh(`cp /root/signers ${signers}`)
  expect(status.description).toMatch(/not signed/)
})

test('a registry that is broken for a while is waited for, visibly, and the deployment goes on when it is back', async () => {
  scenario.lab.registry.fail({ status: 500, when: /manifests/ })
  const { sha } = await shop.merge({ title: 'While the registry is down', files: files(good) })
  await scenario.github.until(
    'the status tells of the registry',
    () => shop.repository.statuses(sha).find((one) => one.state === 'pending' && /registry/i.test(one.description ?? '')),
    30,
  )
  expect(await lookAtHost(scenario.lab.host('web-1'), 'shop')).toEqual(running)
  scenario.lab.registry.behave()
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
}, 120_000)

test('after all of that a good merge goes live', async () => {
  const { sha } = await shop.merge({ title: 'Good again', files: { ...files(good), 'deploy/production.env': 'GREETING=hello\n' } })
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  const now = await lookAtHost(scenario.lab.host('web-1'), 'shop')
  expect(now.answered).toBe(sha)
  expect(now.database).toEqual(running.database)
})

test('a webhook of a repository the operator does not serve does nothing', async () => {
  const other = await openShop(scenario.github, scenario.lab.registry, { name: 'blog', hosts: ['web-1'] })
  const stranger = await scenario.github.createRepository('stranger', 'things', { 'README.md': 'x' })
  await stranger.push('main', { 'README.md': 'y' })
  await scenario.landfall.logged(({ msg, repository }) => msg.includes('does not serve') && repository === 'stranger/things')
  expect(other.repository.fullName).toBe('acme/blog')
})

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
