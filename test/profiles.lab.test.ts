import { afterAll, beforeAll, expect, test } from 'vitest'
import { readIt } from './lab/landfall/reading.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { composeFile, landfallFile, openShop, type Shop } from './lab/landfall/shop.ts'

const hosts = ['web-1', 'web-2'] as const
const options = { name: 'shop', hosts: [...hosts], within: 8, soak: 0 }
let scenario: Scenario
let shop: Shop

/** Cron with a service that needs it, and a tool that no host runs. */
const services = (registry: string): string => `  cron:
    image: ${registry}/acme/database:1
    profiles: [cron]
    init: true
  clock:
    image: ${registry}/acme/database:1
    profiles: [cron]
    depends_on: [cron]
    init: true
  tool:
    image: ${registry}/acme/database:1
    profiles: [tools]
    depends_on: [cron]
`

/** With these hosts, and an app that nothing here builds anew. */
const placed = (written: string) => ({
  '.github/landfall.yml': landfallFile(scenario.lab.registry.address, options)
    .replace('/acme/shop }', '/acme/shop, paths: [app/**] }')
    .replace(`hosts: [${hosts.join(', ')}]`, `hosts: ${written}`),
})

beforeAll(async () => {
  scenario = await startScenario({ hosts: ['web-1', { name: 'web-2', images: 'containerd' }] })
  const { address } = scenario.lab.registry
  const compose = composeFile(address, 'shop').replace('  db:\n', `${services(address)}  db:\n`)
  const files = { 'compose.yml': compose, 'deploy/production.env': 'GREETING=hello\n' }
  shop = await openShop(scenario.github, scenario.lab.registry, {
    ...options,
    files: { ...files, ...placed('{ web-1: [cron], web-2: [] }') },
  })
})
afterAll(() => scenario?.stop())

/** Ids of the containers of each host, by service. */
const containers = (): Promise<Record<string, string>[]> =>
  Promise.all(
    hosts.map(async (name) => {
      const format = '{{.Label "com.docker.compose.service"}} {{.ID}}'
      const listed = await scenario.lab.host(name).docker('ps', '--no-trunc', '--filter', 'status=running', '--format', format)
      return Object.fromEntries(
        listed
          .trim()
          .split('\n')
          .toSorted()
          .map((line) => line.split(' ')),
      )
    }),
  )
const named = (all: Record<string, string>[]) => all.map((of) => Object.keys(of))
const untouched = (all: Record<string, string>[]) => all.map(({ web, db }) => [web, db])

test('cron runs on one of two hosts, moves to the other and comes back with a rollback, and nothing else restarts for that', async () => {
  const first = await shop.merge({ title: 'First' })
  await shop.repository.waitForStatus(first.sha, 'landfall/production', 'success', 90)
  const before = await containers()
  expect(named(before)).toEqual([
    ['clock', 'cron', 'db', 'web'],
    ['db', 'web'],
  ])

  const moved = await shop.merge({ title: 'Moved', files: placed('{ web-1: [], web-2: [cron] }') })
  await shop.repository.waitForStatus(moved.sha, 'landfall/production', 'success', 90)
  const after = await containers()
  expect(named(after)).toEqual([
    ['db', 'web'],
    ['clock', 'cron', 'db', 'web'],
  ])
  expect(untouched(after)).toEqual(untouched(before))

  await shop.repository.commentOn(moved.pullRequest, '/rollback', 'mona')
  await shop.repository.waitForStatus(moved.sha, 'landfall/production', 'failure', 90)
  const back = await containers()
  expect(named(back)).toEqual(named(before))
  expect(untouched(back)).toEqual(untouched(before))
}, 240_000)

test('while a merge waits for approval each host fetches what runs there, and pulls nothing once it goes', async () => {
  const files = Object.fromEntries(
    Object.entries(placed('{ web-1: [cron], web-2: [] }')).map(([path, text]) => [
      path,
      text.replace('env: ', 'approve: { count: 1 }, env: '),
    ]),
  )
  const { sha, pullRequest, digest } = await shop.merge({ title: 'Waits', files: { ...files, 'app/boat.txt': 'a new one\n' } })
  await shop.repository.waitForCheck(sha, 'Deploy to production', 'action_required', 60)
  const image = `${scenario.lab.registry.address}/acme/shop@${digest}`
  const there = (name: string) => scenario.lab.host(name).docker('image', 'inspect', '--format', '{{.Id}}', image)
  await expect
    .poll(
      () =>
        Promise.all(hosts.map(there)).then(
          () => true,
          () => false,
        ),
      { timeout: 30_000 },
    )
    .toBe(true)
  await expect
    .poll(() => shop.repository.checkRuns(sha).at(-1)?.output.summary, { timeout: 30_000 })
    .toContain('The images are on 2 of 2 hosts.')

  await readIt()
  const since = new Date().toISOString()
  await shop.repository.commentOn(pullRequest, '/approve', 'mona')
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  for (const name of hosts) {
    const until = new Date().toISOString()
    const events = ['events', '--since', since, '--until', until, '--filter', 'type=image', '--filter', 'event=pull']
    expect(await scenario.lab.host(name).docker(...events)).toBe('')
  }
}, 240_000)
