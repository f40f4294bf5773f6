import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStreet, type Street, streetFile } from './street.ts'

/** Two people other than whoever wrote the change have to agree to production. */
const rule = 'approve: { count: 2, not-author: true }'

let street: Street
beforeAll(async () => {
  street = await openStreet({ production: ['after: staging', rule] })
})
afterAll(() => street?.close())

test('two people approve at once: one deployment, and both are told', async () => {
  const { repository } = street
  const opening = await street.merge(await street.propose('The shop opens', 'mona'), 'mona')
  const waiting = await street.check(opening, 'production', 'action_required')
  expect(waiting.output.summary).toContain('2 required, 0 found')
  expect(waiting.actions.map(({ label }) => label)).toEqual(['Approve', 'Reject', 'Cancel'])
  // Nobody is shown a yellow dot for as long as people take.
  expect(repository.statuses(opening).filter(({ context }) => context === 'landfall/production')).toEqual([])

  const issue = repository.openIssue('Shall we open?', 'mona')
  await street.say('mona', '/approve production', /may not approve .*the change is theirs/, issue)
  await Promise.all([
    street.say('lisa', '/approve production', /approvals? of|is approved/, issue),
    street.press(waiting, 'Approve', 'otto'),
  ])
  await repository.waitForStatus(opening, 'landfall/production', 'success', 60)
  expect(await street.answers('production')).toBe(opening)
  expect(repository.deployments().filter((one) => one.environment === 'production')).toHaveLength(1)
  const log = (await street.check(opening, 'production', 'success')).output.text ?? ''
  expect(log).toContain('approved by lisa')
  expect(log).toContain('approved by otto')
  await street.say('otto', '/approve production', /Nothing waits for approval/, issue)
}, 180_000)

test('a force-push after the approval: what was approved is gone, and the new commit is asked about anew', async () => {
  const { repository } = street
  const before = await repository.head()
  const shown = await street.merge(await street.propose('A harmless change', 'mona'), 'mona')
  await street.check(shown, 'production', 'action_required')
  await street.say('lisa', '/approve production', /1 of 2 approvals/)
  const running = await street.running('production')

  // Somebody rewrites main: the harmless change becomes another one.
  const { sha: rewritten } = await repository.push('rewritten', { 'CHANGES.md': 'not so harmless\n' }, { author: 'mona', deliver: 'never' })
  expect(await repository.head('rewritten')).toBe(rewritten)
  await street.shopImage(rewritten)
  await repository.forcePush('main', rewritten, { by: 'mona' })
  const asked = await street.check(rewritten, 'production', 'action_required')
  expect(asked.output.summary).toContain('0 found')
  // The second approval was meant for what is gone.
  await expect(street.press(await street.check(shown, 'production', 'neutral'), 'Approve', 'otto')).rejects.toThrow('no button')
  expect(await street.running('production')).toBe(running)
  expect(before).not.toBe(rewritten)
  await street.say('lisa', '/reject production who rewrote main?', /was rejected for production/)
  await street.check(rewritten, 'production', 'failure')
  expect(await street.running('production')).toBe(running)
}, 180_000)

test('a pull request that removes its own approval rule has to pass it', async () => {
  const { repository, scenario } = street
  const without = { '.github/landfall.yml': streetFile(scenario.lab.registry.address, ['after: staging']) }
  const sneaky = await street.merge(await street.propose('Less bureaucracy', 'mona', without), 'mona')
  const asked = await street.check(sneaky, 'production', 'action_required')
  expect(asked.output.summary).toContain('2 required')
  await street.press(asked, 'Approve', 'lisa')
  await street.press(asked, 'Approve', 'otto')
  await repository.waitForStatus(sneaky, 'landfall/production', 'success', 60)
  // From now on nobody has to agree: they agreed to that.
  const free = await street.merge(await street.propose('Free at last', 'mona'), 'mona')
  await repository.waitForStatus(free, 'landfall/production', 'success', 60)
  expect(await street.answers('production')).toBe(free)
}, 180_000)

test('everything asked of GitHub was as its API is described', () => street.scenario.github.assertFaithful())
