import assert from 'node:assert/strict'
import { toldInBoth } from '../lab/landfall/chat.ts'
import type { Merged } from '../lab/landfall/shop.ts'
import type { Town } from '../lab/landfall/town.ts'

const channels = ['slack', 'telegram'] as const

/** Waits until everybody was told that the merge succeeded, and sees that nobody was told twice. */
export async function toldOnce({ scenario, shop }: Town, { sha }: Merged): Promise<void> {
  const { repository } = shop
  await repository.waitForStatus(sha, 'landfall/production', 'success')
  const own = () => repository.deployments().filter((one) => one.sha === sha)
  const shown = () => own().flatMap(({ statuses }) => statuses.filter(({ state }) => state === 'success'))
  await scenario.github.until('a deployment on GitHub that succeeded', () => shown()[0])
  const messages = await toldInBoth(scenario.chat, sha)

  const successes = repository.statuses(sha).filter(({ context, state }) => context === 'landfall/production' && state === 'success')
  assert.equal(successes.length, 1, 'the commit status says success more than once')
  assert.equal(own().length, 1, 'the merge has more than one deployment on GitHub')
  assert.equal(shown().length, 1, 'its deployment says success more than once')
  for (const channel of channels)
    assert.equal(messages.filter((one) => one.channel === channel).length, 1, `${channel} was told more than once`)
}
