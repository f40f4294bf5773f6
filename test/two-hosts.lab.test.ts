import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HostView, lookAtHost } from './demo/host-view.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { composeFile, openShop, type Shop } from './lab/landfall/shop.ts'

/** What people put into env files, and what has to arrive in the container, byte for byte. */
const awkward = {
  DOLLAR: 'pa$$word$HOME${PATH}',
  QUOTES: `it's "quoted" \\ and #not a comment`,
  LINES: 'first\nsecond\ttabbed',
  SPACES: '  kept  ',
}
const envFile = [
  'GREETING=hello',
  `DOLLAR='${awkward.DOLLAR}'`,
  `QUOTES="it's \\"quoted\\" \\\\ and #not a comment"`,
  'LINES="first\\nsecond\\ttabbed"',
  "SPACES='  kept  '",
  '',
].join('\n')

/** A classic and a containerd image store: they know the same image by different digests. */
const hosts = ['web-1', 'web-2'] as const
let scenario: Scenario
let shop: Shop
let compose = ''

beforeAll(async () => {
  scenario = await startScenario({ hosts: ['web-1', { name: 'web-2', images: 'containerd' }] })
  const { github, lab } = scenario
  compose = composeFile(lab.registry.address, 'shop')
    .replace(
      'GREETING: ${GREETING}',
      Object.keys(awkward)
        .map((name) => `${name}: \${${name}}`)
        .join('\n      '),
    )
    .replace('depends_on: [db]', 'depends_on: { prepare: { condition: service_completed_successfully } }\n    env_file: .env')
    .replace(
      '  db:\n',
      `  prepare:\n    image: ${lab.registry.address}/acme/shop:\${TAG}\n    entrypoint: [/bin/busybox, sh, -c, "sleep 2; echo prepared"]\n  db:\n`,
    )
  shop = await openShop(github, lab.registry, {
    name: 'shop',
    hosts: [...hosts],
    within: 8,
    soak: 0,
    files: { 'compose.yml': compose, 'deploy/production.env': envFile },
  })
})
afterAll(() => scenario?.stop())

const look = (): Promise<HostView[]> => Promise.all(hosts.map((name) => lookAtHost(scenario.lab.host(name), 'shop')))
const started = async (host: string, container: string) =>
  Date.parse((await scenario.lab.host(host).docker('inspect', '--format', '{{.State.StartedAt}}', container)).trim())
const ended = async (host: string, container: string) =>
  Date.parse((await scenario.lab.host(host).docker('inspect', '--format', '{{.State.FinishedAt}}', container)).trim())

test('both hosts run the one digest, whatever their image store calls it, and the status names both', async () => {
  const { sha, digest } = await shop.merge({ title: 'A' })
  const status = await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  expect(status.description).toContain('web-1 and web-2')
  expect((await look()).map(({ running, answered }) => ({ running, answered }))).toEqual([
    { running: digest, answered: sha },
    { running: digest, answered: sha },
  ])
})

test('a service that waits for another to complete starts after it', async () => {
  for (const host of hosts) expect(await started(host, 'shop-web-1')).toBeGreaterThanOrEqual(await ended(host, 'shop-prepare-1'))
})

test('values arrive in the container byte for byte, through interpolation and through env_file; .env is for its owner alone', async () => {
  for (const name of hosts) {
    const host = scenario.lab.host(name)
    const environment = JSON.parse(await host.docker('inspect', '--format', '{{json .Config.Env}}', 'shop-web-1'))
    expect(environment).toEqual(expect.arrayContaining(Object.entries(awkward).map(([key, value]) => `${key}=${value}`)))
    expect(environment).toContain('GREETING=hello')
    expect((await host.sh('stat -c %a:%U /var/lib/landfall/shop/production/files/.env')).trim()).toBe('600:landfall')
  }
})

test('one host that cannot pull leaves both as they were', async () => {
  const before = await look()
  await scenario.lab.host('web-2').sh('mv /usr/local/bin/landfall-shell /usr/local/bin/landfall-shell.away')
  const { sha } = await shop.merge({ title: 'Not everywhere' })
  const status = await shop.repository.waitForStatus(sha, 'landfall/production', 'failure', 60)
  await scenario.lab.host('web-2').sh('mv /usr/local/bin/landfall-shell.away /usr/local/bin/landfall-shell')
  expect(status.description).toContain('web-2')
  expect(await look()).toEqual(before)
})

test('a release that fails on one host brings both back', async () => {
  const before = await look()
  // Only this host lacks what the app's new version mounts, so it dies there and lives on the other.
  await scenario.lab.host('web-1').sh('mkdir -p /srv/shop && touch /srv/shop/licence')
  const needsLicence = compose.replace(
    '    env_file: .env\n',
    '    env_file: .env\n    volumes: ["/srv/shop:/srv/shop:ro"]\n    entrypoint: [/bin/busybox, sh, -c, "cat /srv/shop/licence && exec /app/serve"]\n',
  )
  const { sha } = await shop.merge({ title: 'Needs a licence', files: { 'compose.yml': needsLicence } })
  const status = await shop.repository.waitForStatus(sha, 'landfall/production', 'failure', 60)
  expect(status.description).toMatch(/web on web-2 was not proved/)
  const [one, two] = await look()
  for (const [after, was] of [
    [one, before[0]],
    [two, before[1]],
  ]) {
    expect(after).toMatchObject({ running: was?.running, answered: was?.answered, database: was?.database })
  }
})

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
