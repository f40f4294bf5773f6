import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeFile } from '../lab/landfall/shop.ts'
import { openStreet, type Street, streetFile } from './street.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet({ production: ['after: staging', 'approve: { count: 1 }'] })
})
afterAll(() => street?.close())

test('a pull request says what merging it would do, and that is what happens', async () => {
  const { repository, scenario } = street
  const { address } = scenario.lab.registry
  const opening = await street.merge(await street.propose('The shop opens', 'mona'), 'mona')
  await street.press(await street.check(opening, 'production', 'action_required'), 'Approve', 'lisa')
  await repository.waitForStatus(opening, 'landfall/production', 'success', 60)

  const louder = composeFile(address, 'shop').replace('GREETING:', 'VOLUME: loud\n      GREETING:')
  const number = await street.propose('A louder greeting', 'mona', { 'compose.yml': louder })
  const { body } = await repository.waitForComment(number, /staging/, 60)
  expect(body).toContain('+      VOLUME: loud')
  expect(body).toMatch(/production waits for approval/)
  expect(body).toMatch(/staging has to verify it/)
  const head = await repository.head('change-2')
  const check = await repository.waitForCheck(head, 'Landfall plan', 'success', 60)
  expect(check.output.summary).toContain('web')

  const merged = await street.merge(number, 'mona')
  const asked = await street.check(merged, 'production', 'action_required')
  // What was said before is what is asked now, with the digest that nobody could know then.
  expect(asked.output.summary).toMatch(/web.*recreated/)
  expect(asked.output.summary).toMatch(/db.*untouched/)
  await street.press(asked, 'Approve', 'lisa')
  await repository.waitForStatus(merged, 'landfall/production', 'success', 60)
  expect(repository.comments(number).filter((one) => one.author.login.endsWith('[bot]'))).toHaveLength(1)
}, 240_000)

test('one that cannot be deployed is told so before anybody merges it, and again when it is mended', async () => {
  const { repository, scenario } = street
  const { address } = scenario.lab.registry
  const broken = streetFile(address, ['after: staging']).replace('hosts: [web-1]', 'hosts: [web-9]')
  const number = await street.propose('Another host', 'mona', { '.github/landfall.yml': broken })
  const head = await repository.head('change-3')
  const check = await repository.waitForCheck(head, 'Landfall plan', 'failure', 60)
  expect(check.output.annotations[0]).toMatchObject({ path: '.github/landfall.yml', message: expect.stringContaining('web-9') })

  await repository.push('change-3', { '.github/landfall.yml': streetFile(address, ['after: staging']) })
  const mended = await repository.head('change-3')
  await repository.waitForCheck(mended, 'Landfall plan', 'success', 60)
  await street.say('otto', '/plan', /What merging/, number)
  // The rule that it takes away holds for itself.
  expect((await repository.waitForComment(number, /waits for approval/, 30)).body).toContain('production')
}, 240_000)

test('everything asked of GitHub was as its API is described', () => street.scenario.github.assertFaithful())
