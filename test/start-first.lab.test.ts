import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { openShop, type Shop } from './lab/landfall/shop.ts'

let scenario: Scenario
let shop: Shop

beforeAll(async () => {
  scenario = await startScenario()
  const rollout = '{ start-first: { web: { drain: 1s, hook: [/bin/busybox, "true"] } } }'
  shop = await openShop(scenario.github, scenario.lab.registry, { name: 'shop', hosts: ['web-1'], within: 8, soak: 3, rollout })
})
afterAll(() => scenario?.stop())

/** Ids of the web containers that run, and the commit each tells, oldest first. */
async function webs(): Promise<{ id: string; version: string }[]> {
  const filter = ['--filter', 'label=com.docker.compose.project=shop', '--filter', 'label=com.docker.compose.service=web']
  const told = await scenario.lab.host('web-1').docker('ps', '--no-trunc', ...filter, '--format', '{{.ID}} {{.Image}}')
  const lines = told.split('\n').filter(Boolean).toReversed()
  return lines.map((line) => ({ id: line.split(' ')[0] ?? '', version: line.split('@')[1] ?? '' }))
}
const status = (sha: string, state: 'success' | 'failure') => shop.repository.waitForStatus(sha, 'landfall/production', state, 90)

test('a Landfall killed while old and new stand side by side leaves both, and the next one proves the new and takes the old away', async () => {
  const first = await shop.merge({ title: 'First' })
  await status(first.sha, 'success')
  const [old] = await webs()
  const since = Date.now()
  const second = await shop.merge({ title: 'Second' })
  await scenario.landfall.logged(({ msg, state, time }) => msg === 'deployment advanced' && state === 'verifying' && time >= since, 60)
  await scenario.landfall.kill()
  const [same, fresh, ...more] = await webs()
  expect([same, fresh?.version, more]).toEqual([old, second.digest, []])
  await scenario.restart()
  await status(second.sha, 'success')
  expect(await webs()).toEqual([fresh])
}, 120_000)

test('a version that is not well goes again, and the container that served is the same', async () => {
  const before = await webs()
  const { sha } = await shop.merge({ title: 'Ill', behaviour: 'unhealthy' })
  await status(sha, 'failure')
  expect(await webs()).toEqual(before)
}, 120_000)

test('one that falls over in its soak never takes the old one away', async () => {
  const before = await webs()
  const { sha } = await shop.merge({ title: 'Falls', behaviour: { crashesAfter: 2 } })
  await status(sha, 'failure')
  expect(await webs()).toEqual(before)
}, 120_000)

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
