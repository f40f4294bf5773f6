import { expect, test } from 'vitest'
import { composeYml, landfallYml } from '../support/shop.ts'
import { openTown, type TownOptions } from '../support/town.ts'

const hosts = ['web-1', 'web-2']

/** A shop that runs on its first host and is asked to run on both from now on. */
async function grown(more: TownOptions = {}, files: Record<string, string> = {}) {
  const town = await openTown({ hosts, follows: ['web-1'], ...more })
  const before = await town.deploy()
  const database = town.host('web-1').container('db')?.id
  const after = await town.deploy({ '.github/landfall.yml': landfallYml({ follows: hosts, ...more }), ...files })
  return { town, before, after, database }
}

test('a host that joins others gets every service, and what the others keep does not restart for that', async () => {
  const { town, after, database } = await grown()
  expect(after).toMatchObject({ state: 'succeeded' })
  expect(after.plan?.services.map(({ name, change }) => [name, change])).toEqual([
    ['db', 'untouched'],
    ['web', 'recreated'],
  ])
  expect(after.plan?.hosts.map(({ name, creates }) => [name, creates])).toEqual([
    ['web-1', undefined],
    ['web-2', ['db']],
  ])
  expect(town.host('web-1').container('db')?.id).toBe(database)
  expect(
    town
      .host('web-2')
      .docker.containers.map(({ service }) => service)
      .toSorted(),
  ).toEqual(['db', 'web'])
})

test('what is created there is proved as such, and the receipt says so', async () => {
  const { town, after } = await grown()
  const receipt = await town.store.receipts.of(after.id)
  expect(receipt?.hosts.map(({ host, services }) => [host, services.find(({ service }) => service === 'db')?.untouched])).toEqual([
    ['web-1', true],
    ['web-2', false],
  ])
})

test('each host has the bundle that is meant for it, with the one plan in both', async () => {
  const { town, after } = await grown()
  const [one, two] = hosts.map((name) => town.host(name).releases.get(2))
  expect([one?.manifest('up'), two?.manifest('up')]).toEqual([['web'], ['db', 'web']])
  expect(one?.plan).toBe(two?.plan)
  expect(JSON.parse(one?.plan ?? '')).toEqual(after.plan)
})

test('the next deployment finds nothing new there any more', async () => {
  const { town } = await grown()
  const { plan } = await town.deploy()
  expect(plan?.hosts.map(({ creates }) => creates)).toEqual([undefined, undefined])
  expect(plan?.services.map(({ change }) => change)).toEqual(['untouched', 'recreated'])
})

test('what depends on something that is created there waits for it there', async () => {
  const ordered = composeYml.replace('    environment: {', '    depends_on: { db: { condition: service_started } }\n    environment: {')
  const { town, after } = await grown({}, { 'compose.yml': ordered })
  expect(after.plan?.override).toContain('depends_on: !override {}')
  expect(town.host('web-2').releases.get(2)?.override).not.toContain('depends_on')
})

test('a deployment that fails there takes the others back', async () => {
  const town = await openTown({ hosts, follows: ['web-1'] })
  const before = await town.deploy()
  town.host('web-2').instead = ({ verb }) =>
    verb === 'put' ? { kind: 'exited', code: 15, stdout: '', stderr: 'landfall-shell: docker could not pull the images\n' } : undefined
  const failed = await town.deploy({ '.github/landfall.yml': landfallYml({ follows: hosts }) })
  expect(failed.state).toBe('failed')
  expect(town.host('web-1').container('web')?.image.behaviour.version).toBe(before.revision)
})
