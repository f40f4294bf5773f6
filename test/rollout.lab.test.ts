import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookAtHost } from './demo/host-view.ts'
import { webStarts } from './faults/host-record.ts'
import { installGates } from './lab/gates.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { landfallFile, openShop, type Shop } from './lab/landfall/shop.ts'

/** Three engines, one of them with the containerd image store. */
const hosts = ['web-1', 'web-2', 'web-3'] as const
const rollout = '{ strategy: rolling, pause: 2s, canary: { hosts: 1, soak: 6s } }'
const options = { name: 'shop', hosts: [...hosts], within: 8, soak: 0, rollout }
let scenario: Scenario
let shop: Shop

beforeAll(async () => {
  scenario = await startScenario({ hosts: ['web-1', { name: 'web-2', images: 'containerd' }, 'web-3'] })
  shop = await openShop(scenario.github, scenario.lab.registry, options)
})
afterAll(() => scenario?.stop())

const answered = async () =>
  (await Promise.all(hosts.map((name) => lookAtHost(scenario.lab.host(name), 'shop')))).map((view) => view.answered)
const containers = () => Promise.all(hosts.map((name) => scenario.lab.host(name).docker('inspect', '--format', '{{.Id}}', 'shop-web-1')))

/** The switches a host began and ended for a generation, as its own record has them: time, word. */
async function switches(name: string, generation: number): Promise<{ at: number; word: string }[]> {
  const log = await scenario.lab.host(name).sh('cat /var/lib/landfall/shop/production/log')
  return log
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , verb, of]) => verb === 'switch' && of === String(generation))
    .map(([at = '', , , , , word = '']) => ({ at: Date.parse(at), word }))
}

test('a canary goes first and is watched, then the others one after the other', async () => {
  const { sha } = await shop.merge({ title: 'First' })
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 90)
  expect(await answered()).toEqual([sha, sha, sha])
  const [one, two, three] = await Promise.all(hosts.map((name) => switches(name, 1)))
  const [canary = 0, second = 0, third = 0] = [one, two, three].map((own) => own?.[0]?.at ?? 0)
  expect(second - canary).toBeGreaterThanOrEqual(6000)
  expect(third - second).toBeGreaterThanOrEqual(2000)
}, 120_000)

test('a Landfall killed in the pause goes on where it was: no wave is skipped, and none is switched twice', async () => {
  const since = Date.now()
  const { sha } = await shop.merge({ title: 'Second' })
  await scenario.landfall.logged(({ msg, state, time }) => msg === 'deployment advanced' && state === 'paused' && time >= since, 60)
  await scenario.landfall.kill()
  const [one, two] = await answered()
  expect(one).toBe(sha)
  expect(two).not.toBe(sha)
  await scenario.restart()
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 90)
  expect(await answered()).toEqual([sha, sha, sha])
  for (const name of hosts) expect((await switches(name, 2)).map(({ word }) => word)).toEqual(['began', 'switched'])
}, 120_000)

test('a Landfall killed while a host of the second wave switches: that one is made once, and so are the others', async () => {
  const { lab } = scenario
  const since = new Date()
  const up = await (await installGates(lab.host('web-2'))).hold('compose', 'up')
  const { sha } = await shop.merge({ title: 'Third' })
  await up.arrived(60)
  await scenario.landfall.kill()
  await up.release()
  await scenario.restart()
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 90)
  expect(await answered()).toEqual([sha, sha, sha])
  expect(await Promise.all(hosts.map((name) => webStarts({ host: lab.host(name) }, since)))).toEqual([1, 1, 1])
  for (const name of ['web-1', 'web-3']) expect((await switches(name, 3)).map(({ word }) => word)).toEqual(['began', 'switched'])
}, 120_000)

test('a canary that fails takes itself back, and the others never hear of it', async () => {
  const before = await answered()
  const [, ...untouched] = await containers()
  const { sha } = await shop.merge({ title: 'Ill', behaviour: 'unhealthy' })
  await shop.repository.waitForStatus(sha, 'landfall/production', 'failure', 90)
  expect(await answered()).toEqual(before)
  const [, ...after] = await containers()
  expect(after).toEqual(untouched)
  expect(await Promise.all(hosts.slice(1).map((name) => switches(name, 4)))).toEqual([[], []])
}, 120_000)

test('with `then: approve` nothing follows the canary until somebody lets it, whoever was killed meanwhile', async () => {
  const asking = landfallFile(scenario.lab.registry.address, { ...options, rollout: '{ canary: { hosts: 1, then: approve } }' })
  const { sha, pullRequest } = await shop.merge({ title: 'Asks', files: { '.github/landfall.yml': asking } })
  const run = await shop.repository.waitForCheck(sha, 'Deploy to production', 'action_required', 90)
  expect(run.actions.map(({ label }) => label)).toEqual(['Approve', 'Reject', 'Cancel'])
  await scenario.landfall.kill()
  await scenario.restart()
  const [canary, ...others] = await answered()
  expect(canary).toBe(sha)
  expect(others).not.toContain(sha)
  await shop.repository.commentOn(pullRequest, '/approve', 'mona')
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 90)
  expect(await answered()).toEqual([sha, sha, sha])
}, 180_000)

test('a host that joins others gets every service, and the database of the others does not restart for that', async () => {
  const { github, lab } = scenario
  const alone = { name: 'toys', hosts: ['web-1'], within: 8, soak: 0 }
  const toys = await openShop(github, lab.registry, alone)
  const first = await toys.merge({ title: 'Alone' })
  await toys.repository.waitForStatus(first.sha, 'landfall/production', 'success', 60)
  const { database } = await lookAtHost(lab.host('web-1'), 'toys')
  const files = { '.github/landfall.yml': landfallFile(lab.registry.address, { ...alone, hosts: [...hosts] }) }
  const { sha } = await toys.merge({ title: 'Joined by two', files })
  await toys.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  const views = await Promise.all(hosts.map((name) => lookAtHost(lab.host(name), 'toys')))
  expect(views.map((view) => view.answered)).toEqual([sha, sha, sha])
  expect(views[0]?.database).toEqual(database)
}, 120_000)

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
