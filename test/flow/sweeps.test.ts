import { describe, expect, test } from 'vitest'
import { httpError } from '../support/fake-github.ts'
import { openTown, type Town } from '../support/town.ts'

/** A town whose repository Landfall has looked at once already, with a first release. */
async function watched(): Promise<Town> {
  const town = await openTown({ sweeps: true, hosts: ['web-1', 'web-2'], follows: ['web-1'] })
  await town.deploy()
  await town.pass(70)
  return town
}

const statesOf = async (town: Town) => (await town.deployments()).map(({ revision, state }) => [revision, state])

describe('without any webhook', () => {
  test('a merge is found and deployed once', async () => {
    const town = await watched()
    const sha = town.commit()
    await town.until(async () => (await town.newest()).revision === sha, 75)
    await town.quiet()
    await town.pass(300)
    expect((await statesOf(town)).slice(0, 2)).toEqual([
      [sha, 'succeeded'],
      [expect.any(String), 'succeeded'],
    ])
    expect(await town.deployments()).toHaveLength(2)
  })

  test('a command is found, obeyed and answered once', async () => {
    const town = await watched()
    const first = await town.newest()
    await town.deploy()
    town.github.say('/rollback', { at: town.clock.now() })
    await town.until(async () => (await town.newest()).kind === 'rollback', 75)
    await town.quiet()
    await town.pass(300)
    expect(await town.newest()).toMatchObject({ kind: 'rollback', revision: first.revision, state: 'succeeded' })
    expect(await town.deployments()).toHaveLength(3)
    expect(town.github.comments.filter(({ body }) => body.includes('answer:'))).toHaveLength(1)
  })

  test.each([
    ['was edited', { edited: true }],
    ['comes from a bot', { bot: true }],
  ])('a command that %s is left alone', async (_which, changes) => {
    const town = await watched()
    town.github.say('/rollback', { at: town.clock.now(), ...changes })
    await town.pass(200)
    expect(await town.deployments()).toHaveLength(1)
  })

  test('a command from the time before Landfall is left alone', async () => {
    const town = await openTown({ sweeps: true, started: false })
    town.github.say('/rollback', { at: town.clock.now() })
    await town.start()
    await town.deploy()
    await town.pass(200)
    expect(await town.deployments()).toHaveLength(1)
  })

  test('a branch that was moved back is deployed again, and a rollback is not undone', async () => {
    const town = await watched()
    const first = await town.newest()
    await town.deploy()
    await town.tellComment('/rollback')
    await town.quiet()
    await town.pass(300)
    expect(await town.newest()).toMatchObject({ kind: 'rollback', revision: first.revision })
    const third = town.commit()
    await town.until(async () => (await town.newest()).revision === third, 75)
    town.github.branches.set('main', first.revision ?? '')
    await town.until(async () => (await town.newest()).revision === first.revision, 75)
    await town.quiet()
    expect(town.host().container('web')?.image.behaviour.version).toBe(first.revision)
  })

  test('what was found is not deployed again when its forced push is delivered late', async () => {
    const town = await watched()
    const first = await town.newest()
    const lost = town.commit()
    const sha = town.commit()
    await town.until(async () => (await town.newest()).revision === sha, 75)
    await town.quiet()
    await town.tellPush(lost, { before: first.revision ?? '' })
    await town.tellPush(sha, { before: lost, forced: true })
    await town.quiet()
    expect((await statesOf(town)).toSorted()).toEqual(
      [
        [sha, 'succeeded'],
        [lost, 'superseded'],
        [first.revision, 'succeeded'],
      ].toSorted(),
    )
  })

  test('a branch an environment comes to follow is deployed', async () => {
    const town = await watched()
    const file = (await town.github.file({ owner: 'acme', name: 'shop', installation: 1 }, '.github/landfall.yml')) ?? ''
    const both = file.replace('environments:', 'environments:\n  staging: { branch: next, hosts: [web-2] }')
    const head = town.commit({ '.github/landfall.yml': both })
    town.github.branches.set('next', head)
    await town.until(async () => (await town.deployments()).some(({ environment }) => environment === 'staging'), 75)
  })
})

describe('the first look at a repository', () => {
  test('deploys nothing that was there before', async () => {
    const town = await openTown({ sweeps: true })
    await town.pass(200)
    expect(await town.deployments()).toEqual([])
    const sha = town.commit()
    await town.until(async () => (await town.deployments()).some(({ revision }) => revision === sha), 75)
  })

  test('finds what was merged while Landfall was down', async () => {
    const town = await openTown()
    await town.deploy()
    const sha = town.commit()
    await town.store.sweeps.next('repositories', 0)
    await town.until(async () => (await town.newest()).revision === sha, 75)
  })

  test('leaves repositories alone that the operator does not serve', async () => {
    const town = await openTown({ sweeps: true })
    town.operator = { ...town.operator, repositories: [] }
    await town.pass(200)
    expect(new Set(town.github.calls)).toEqual(new Set(['repositories', 'missedDeliveries']))
  })
})

describe('webhooks GitHub could not deliver', () => {
  test('are asked for again, three times at most, and recorded', async () => {
    const town = await openTown({ sweeps: true })
    town.github.missed.push({ id: '7', guid: 'guid-7', event: 'push', deliveredAt: '2026-11-21T09:00:00Z', status: 'timed out' })
    await town.pass(3000)
    expect(town.github.redelivered).toEqual(['7', '7', '7'])
    expect(await town.store.replays.recent(10)).toMatchObject([{ guid: 'guid-7', event: 'push', status: 'timed out' }, {}, {}])
  })

  test('are asked for again by one of two Landfalls', async () => {
    const town = await openTown({ sweeps: true })
    town.github.missed.push({ id: '7', guid: 'guid-7', event: 'push', deliveredAt: '2026-11-21T09:00:00Z', status: 'timed out' })
    await town.start()
    await town.pass(60)
    expect(town.github.redelivered).toEqual(['7'])
  })
})

test('a pause GitHub asks for is kept', async () => {
  const town = await openTown({ sweeps: true })
  await town.pass(70)
  town.github.fails = (call) => (call === 'head' ? httpError(403, { 'retry-after': '600' }) : undefined)
  town.commit()
  await town.pass(100)
  const asked = town.github.calls.length
  await town.pass(400)
  expect(town.github.calls.slice(asked).filter((call) => call === 'head')).toEqual([])
})
