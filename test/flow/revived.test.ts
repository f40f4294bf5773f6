import { expect, test } from 'vitest'
import type { Sha } from '../../src/domain/repository.ts'
import { refused } from '../support/host-answers.ts'
import { openTown, type Town } from '../support/town.ts'

/** A chain of two, in which a commit failed on staging and so was refused for production. */
async function refusedChain(): Promise<{ town: Town; bad: Sha }> {
  const town = await openTown({ hosts: ['web-1', 'staging-1'], follows: ['web-1'], staging: ['staging-1'], gates: 'after: staging' })
  await town.tellPush(town.commit())
  await town.quiet()
  town.host('staging-1').instead = ({ verb }) => (verb === 'put' ? refused(15, 'docker could not pull the images') : undefined)
  const bad = town.commit()
  await town.tellPush(bad)
  await town.quiet()
  expect(await newestOf(town, 'staging')).toMatchObject({ state: 'failed', revision: bad })
  expect(await newestOf(town)).toMatchObject({ state: 'rejected', reason: { code: 'promotion-quarantined' } })
  return { town, bad }
}

const newestOf = async (town: Town, environment = 'production') =>
  (await town.deployments()).find((deployment) => deployment.environment === environment)

async function retry(town: Town) {
  town.github.roles.lisa = 'write'
  await town.tellComment('/retry staging', { actor: 'lisa' })
  await town.quiet()
}

test('what was refused because it failed on staging goes on once staging verified it after all', async () => {
  const { town, bad } = await refusedChain()
  town.host('staging-1').instead = () => undefined
  await retry(town)
  expect(await newestOf(town, 'staging')).toMatchObject({ state: 'succeeded', revision: bad, actor: 'lisa' })
  expect(await newestOf(town)).toMatchObject({ state: 'succeeded', revision: bad, actor: 'mona' })
  expect(town.host('web-1').container('web')?.image.behaviour.version).toBe(bad)
})

test('where it fails there again it is refused again', async () => {
  const { town } = await refusedChain()
  await retry(town)
  expect(await newestOf(town)).toMatchObject({ state: 'rejected', reason: { code: 'promotion-quarantined' } })
  expect((await town.deployments()).filter(({ environment }) => environment === 'production')).toHaveLength(3)
})

test('a newer wish for production is not overtaken by it', async () => {
  const { town } = await refusedChain()
  town.host('staging-1').instead = () => undefined
  const newer = town.commit()
  await town.tellPush(newer)
  await town.quiet()
  const before = (await town.deployments()).length
  await retry(town)
  expect(await newestOf(town)).toMatchObject({ state: 'succeeded', revision: newer })
  expect(await town.deployments()).toHaveLength(before)
})
