import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStreet, type Street } from './street.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet({ production: ['after: staging', 'approve: { count: 1 }'] })
})
afterAll(() => street?.close())

test('promote while main moved on: what goes to production is what staging verified, and never what nobody saw', async () => {
  const { repository } = street
  const first = await street.merge(await street.propose('The shop opens', 'mona'), 'mona')
  await street.check(first, 'production', 'action_required')
  expect(await street.answers('staging')).toBe(first)

  // While lisa reads the plan, mona merges the next one.
  const second = await street.merge(await street.propose('A new colour', 'mona'), 'mona')
  await street.check(first, 'production', 'neutral')
  const asked = await street.check(second, 'production', 'action_required')
  expect(await street.answers('staging')).toBe(second)
  await street.say('lisa', '/promote production', /is approved for production/)
  await repository.waitForStatus(second, 'landfall/production', 'success', 60)
  expect(await street.answers('production')).toBe(second)
  expect(await street.running('production')).toBe(await street.running('staging'))
  expect(asked.output.summary).toContain(second.slice(0, 7))

  // The next one does not come through staging: production never sees it.
  const broken = await street.merge(await street.propose('A broken colour', 'mona'), 'mona', 'unhealthy')
  await repository.waitForStatus(broken, 'landfall/staging', 'failure', 60)
  const refused = await street.check(broken, 'production', 'failure')
  expect(refused.output.summary).toContain('failed or was rolled back on staging')
  await street.say('lisa', '/promote production', /runs the newest that staging verified/)
  expect(await street.answers('production')).toBe(second)
  expect(await street.answers('staging')).toBe(second)
}, 240_000)

test('a hotfix that never saw staging is refused, and says how it gets there', async () => {
  const { repository } = street
  await street.say('lisa', '/lock staging we look for something there', /staging is locked/)
  const hotfix = await street.merge(await street.propose('Mend it quickly', 'mona'), 'mona')
  await street.shows(hotfix, 'staging', /is locked by lisa/)
  await street.shows(hotfix, 'production', /is verified on staging/)
  await street.say('lisa', '/cancel staging', /Nothing was changed on any host/)
  const refused = await street.check(hotfix, 'production', 'failure')
  expect(refused.output.summary).toContain(`/deploy staging ${hotfix}`)
  await street.say('lisa', '/unlock staging', /staging is unlocked/)
  await street.say('mona', `/deploy staging ${hotfix.slice(0, 10)}`, /went live on staging/)
  await street.say('mona', '/promote production', /waiting to go to production/)
  await street.say('lisa', '/approve production', /is approved/)
  await repository.waitForStatus(hotfix, 'landfall/production', 'success', 60)
  expect(await street.answers('production')).toBe(hotfix)
}, 240_000)

test('everything asked of GitHub was as its API is described', () => street.scenario.github.assertFaithful())
