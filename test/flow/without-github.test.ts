import { expect, test } from 'vitest'
import { httpError } from '../support/fake-github.ts'
import { openTown, type Town } from '../support/town.ts'

/** A shop whose password was another one in its first release, and a `/rollback` that is heard while GitHub goes down. */
async function goBackWithout(town: Town, body = '/rollback') {
  await town.tellComment(body)
  town.github.fails = (call) => (call === 'snapshot' ? httpError(502) : undefined)
  await town.until(async () => (await town.newest()).state === 'succeeded' && (await town.newest()).kind === 'rollback', 300)
  return town.newest()
}

async function twoReleases(town: Town) {
  const first = await town.deploy()
  const compose = town.github.commits.get(first.revision ?? '')?.files['compose.yml'] ?? ''
  const second = await town.deploy({
    'deploy/production.env': 'DB_PASSWORD=another\n',
    'compose.yml': compose.replace('  db:', '  worker:\n    image: registry.example.com/acme/database:1\n  db:'),
  })
  return { first, second }
}
const password = (town: Town) => town.host().container('web')?.variables.get('DB_PASSWORD')

test('a rollback goes back with the files that hosts keep, as a new generation, by the digests of then', async () => {
  const town = await openTown()
  const { first, second } = await twoReleases(town)
  const database = town.host().container('db')?.id
  expect(password(town)).toBe('another')
  const back = await goBackWithout(town)
  expect(back).toMatchObject({
    ...{ kind: 'rollback', revision: first.revision },
    plan: { generation: 3, kept: 1, release: first.id, soak: 'behind', removed: ['worker'], envFingerprint: first.plan?.envFingerprint },
  })
  expect(back.plan?.images).toEqual(first.plan?.images)
  expect(back.plan?.services.map(({ name, change }) => [name, change])).toEqual([
    ['db', 'untouched'],
    ['web', 'recreated'],
  ])
  expect(back.plan?.hosts).toMatchObject([{ name: 'web-1', previous: { generation: 2, revision: second.revision } }])
  expect([password(town), town.host().container('db')?.id, town.host().container('worker')]).toEqual(['open-sesame', database, undefined])
  expect(await town.record(back.id)).toContainEqual(
    'plan: GitHub does not answer: the files and the values of .env are those of generation 1, as hosts keep them',
  )
  expect(await town.store.receipts.of(back.id)).toMatchObject({ generation: 3, revision: first.revision })
})

test('GitHub being back is told of it, and a newer commit is deployed with its own files', async () => {
  const town = await openTown()
  const { first, second } = await twoReleases(town)
  await goBackWithout(town)
  town.github.fails = () => undefined
  await town.quiet(600)
  expect(town.github.statusesOf(second.revision ?? '').at(-1)?.[0]).toBe('failure')
  expect(town.github.statusesOf(first.revision ?? '').at(-1)?.[0]).toBe('success')
  expect(await town.deploy()).toMatchObject({ state: 'succeeded', plan: { generation: 4 } })
  expect(password(town)).toBe('another')
})

test('twice goes one further; what took the files of another leads to them', async () => {
  const town = await openTown()
  const first = await town.deploy()
  await town.deploy()
  await town.deploy()
  expect((await goBackWithout(town)).plan).toMatchObject({ generation: 4, kept: 2 })
  await town.tellComment('/rollback')
  await town.until(async () => (await town.newest()).plan?.generation === 5 && (await town.newest()).state === 'succeeded', 300)
  expect((await town.newest()).plan).toMatchObject({ kept: 1, revision: first.revision })
  town.host().releases.delete(2)
  town.github.fails = () => undefined
  await town.deploy()
  const back = await goBackWithout(town, `/rollback to ${first.revision?.slice(0, 8)}`)
  expect(back.plan).toMatchObject({ kept: 1 })
})

test('while GitHub answers, the files come from there', async () => {
  const town = await openTown()
  await town.deploy()
  await town.deploy()
  await town.tellComment('/rollback')
  await town.quiet()
  expect((await town.newest()).plan).not.toHaveProperty('kept')
})

test('a GitHub that says nothing at all is not waited for', async () => {
  const town = await openTown()
  const first = await town.deploy()
  await town.deploy()
  await town.tellComment('/rollback')
  town.github.snapshot = () => new Promise(() => undefined)
  await town.until(async () => (await town.newest()).state === 'succeeded', 30)
  expect(await town.newest()).toMatchObject({ revision: first.revision, plan: { kept: 1 } })
})

test('a release that a host keeps no more is said to be gone, and nothing is touched', async () => {
  const town = await openTown({ hosts: ['web-1', 'web-2'] })
  const first = await town.deploy()
  const second = await town.deploy()
  town.host('web-2').releases.delete(first.plan?.generation ?? 0)
  await town.tellComment('/rollback')
  town.github.fails = (call) => (call === 'snapshot' ? httpError(502) : undefined)
  await town.quiet(300)
  expect(await town.newest()).toMatchObject({
    state: 'failed',
    reason: { code: 'host-refused', evidence: { host: 'web-2', detail: 'release 1 is not kept here any more' } },
  })
  for (const host of town.hosts.values()) expect(host.container('web')?.image.behaviour.version).toBe(second.revision)
})
