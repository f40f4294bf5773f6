import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWork } from '../bench/burst/open-work.ts'
import { type BurstScene, openBurstScene } from '../bench/burst/scene.ts'
import { recordsOf } from '../lab/landfall/records.ts'

let scene: BurstScene
beforeAll(async () => {
  scene = await openBurstScene({ total: 600, perSecond: 200, connections: 64, seed: 7 })
})
afterAll(() => scene?.close())

test('webhooks that come by hundreds while Redis is killed are all answered, stored once, and done', async () => {
  const { scenario, servers, sender, databaseUrl } = scene
  const sending = sender.send()
  await scenario.landfall.logged(({ msg }) => msg === 'intent stored')
  await servers.redis.kill()
  await scenario.landfall.logged(({ msg }) => msg === 'queue connection lost')
  const stored = scenario.landfall.log.filter(({ msg }) => msg === 'intent stored').length
  const { answers } = await sending
  await servers.redis.start()
  expect(scenario.landfall.log.filter(({ msg }) => msg === 'intent stored').length).toBeGreaterThan(stored)

  expect(new Set(answers.map(([status]) => status))).toEqual(new Set([200]))
  const { lost, doubled, strange, stored: intents } = await scene.ledger(answers)
  expect({ lost, doubled, strange }).toEqual({ lost: [], doubled: [], strange: [] })
  expect(intents).toBeGreaterThan(200)

  await expect.poll(() => openWork(databaseUrl), { timeout: 45_000, interval: 500 }).toEqual({ intents: 0, deployments: 0, reports: 0 })
  expect(scene.wanted.length).toBeGreaterThan(0)
  for (const { repository, head } of scene.wanted) expect(repository.statuses(head).at(-1)).toMatchObject({ state: 'success' })
  scenario.github.assertFaithful()

  // The comparison would have seen it: one intent made another's.
  const [spoilt] = await recordsOf(scenario.environment).query(
    "update intents set repository = 'acme/other' where id = (select id from intents where ref is not null limit 1) returning ref, after",
  )
  const seen = await scene.ledger(answers)
  const move = `${String(spoilt?.ref)} ${String(spoilt?.after)}`
  expect(seen).toMatchObject({ lost: [expect.stringContaining(move)], doubled: [], strange: [`acme/other ${move}`] })
})
