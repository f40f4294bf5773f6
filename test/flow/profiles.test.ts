import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { recover } from '../../src/flow/recover.ts'
import { verifyReceipt } from '../../src/flow/verify-receipt.ts'
import { httpError } from '../support/fake-github.ts'
import { openPull } from '../support/pull-requests.ts'
import { composeYml, databaseImage, landfallYml, type ShopOptions, shopImage } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const hosts = ['web-1', 'web-2']
const compose = composeYml.replace(
  '  db:',
  `  cron:
    image: ${databaseImage}:1
    profiles: [cron]
  tool:
    image: nobody/pulls/this:1
    profiles: [tools]
  db:`,
)
const onFirst = '{ web-1: [cron], web-2: [] }'
const onSecond = '{ web-1: [], web-2: [cron] }'
/** Of which no commit here builds the app anew. */
const placed = (where: string, more: ShopOptions = {}) => ({
  '.github/landfall.yml': landfallYml({ placed: where, ...more }).replace(
    `repository: ${shopImage}`,
    `repository: ${shopImage}, paths: [app/**]`,
  ),
})

/** A shop on two hosts, with cron on one of them. */
async function shop(where = onFirst): Promise<Town> {
  const town = await openTown({ hosts, placed: where })
  await town.deploy({ 'compose.yml': compose })
  return town
}
const services = (town: Town) =>
  hosts.map((name) =>
    town
      .host(name)
      .docker.containers.map(({ service }) => service)
      .toSorted(),
  )
const ids = (town: Town) => hosts.flatMap((name) => ['web', 'db'].map((service) => town.host(name).container(service)?.id))

describe('a service of a Compose profile', () => {
  test('runs on the hosts that have it, and what runs nowhere is in the plan and asked for in no registry', async () => {
    const town = await shop()
    expect(services(town)).toEqual([
      ['cron', 'db', 'web'],
      ['db', 'web'],
    ])
    const { id, plan, state } = await town.newest()
    expect(state).toBe('succeeded')
    expect(plan?.hosts.map(({ profiles }) => profiles)).toEqual([['cron'], undefined])
    const record = (await town.record(id)).join('\n')
    expect(record).toMatch(/cron +created +new, only on web-1;/)
    expect(record).toMatch(/tool +untouched +no host has the profile tools, not started\n/)
    expect((await town.store.receipts.of(id))?.hosts.map((proof) => proof.services.map(({ service }) => service))).toEqual([
      ['cron', 'db', 'web'],
      ['db', 'web'],
    ])
    const bundles = hosts.map((name) => town.host(name).releases.get(1))
    expect(bundles.map((bundle) => [bundle?.manifest('profile'), bundle?.manifest('service')])).toEqual([
      [['cron'], ['cron', 'db', 'web']],
      [[], ['db', 'web']],
    ])
  })

  test('moves in one deployment, in which nothing else restarts', async () => {
    const town = await shop()
    const before = ids(town)
    const { plan } = await town.deploy(placed(onSecond))
    expect(services(town)).toEqual([
      ['db', 'web'],
      ['cron', 'db', 'web'],
    ])
    expect(plan?.hosts.map(({ removes }) => removes)).toEqual([['cron'], undefined])
    const check = town.github.checkRuns.find(({ revision }) => revision === plan?.revision)
    expect(check?.summary).toContain('| cron | created | moves from web-1, only on web-2 |')
    expect(check?.summary).toContain('**Expected gap:** cron is stopped for good on web-1.')
    expect(plan?.services.find(({ name }) => name === 'cron')).toMatchObject({ change: 'created', because: ['moves from web-1'] })
    expect(ids(town)).toEqual(before)
  })

  test('is where it was again after a rollback, also while GitHub is down', async () => {
    for (const down of [false, true]) {
      const town = await shop()
      await town.deploy(placed(onSecond))
      const databases = hosts.map((name) => town.host(name).container('db')?.id)
      if (down) town.github.fails = (call) => (call === 'snapshot' ? httpError(502) : undefined)
      await town.tellComment('/rollback')
      await town.until(async () => (await town.newest()).state === 'succeeded' && (await town.newest()).kind === 'rollback', 300)
      expect(services(town)).toEqual([
        ['cron', 'db', 'web'],
        ['db', 'web'],
      ])
      expect(hosts.map((name) => town.host(name).container('db')?.id)).toEqual(databases)
    }
  })

  test('goes back with all others where a deployment that moves it fails', async () => {
    const town = await shop()
    await town.deploy({ '.github/landfall.yml': landfallYml({ placed: onSecond }) }, { behaviour: { answers: 500 } })
    expect((await town.newest()).state).toBe('rolled-back')
    expect(services(town)).toEqual([
      ['cron', 'db', 'web'],
      ['db', 'web'],
    ])
  })

  test('that somebody started on another host is removed there with the next deployment', async () => {
    const town = await shop()
    const [cron] = town.host('web-1').docker.containers.filter(({ service }) => service === 'cron')
    if (cron) town.host('web-2').docker.containers.push({ ...cron, id: 'f'.repeat(64) })
    const { plan } = await town.deploy()
    expect(plan?.hosts[1]?.removes).toEqual(['cron'])
    expect(services(town)[1]).toEqual(['db', 'web'])
    expect(town.host('web-1').container('cron')?.id).toBe(cron?.id)
  })

  test('holds by its receipt where it runs, and is known again to a Landfall that lost its database', async () => {
    const town = await shop()
    const verified = await verifyReceipt('acme/shop', 'production', { ...town.ports(), store: town.store })
    expect(verified.kind === 'compared' && verified.hosts.map((host) => [host.problems, host.services.map(({ kind }) => kind)])).toEqual([
      [[], ['holds', 'holds', 'holds']],
      [[], ['holds', 'holds']],
    ])
    const before = services(town)
    const cron = town.host('web-1').container('cron')?.id
    await town.restoreDatabase()
    await recover({ dryRun: false, without: [], lostKey: false }, { ...town.ports(), store: town.store, ids: randomUUID }, () => undefined)
    await town.start()
    expect((await town.deploy()).state).toBe('succeeded')
    expect([services(town), town.host('web-1').container('cron')?.id]).toEqual([before, cron])
  })
})

test.each([
  ['moves', onSecond, 'cron created', 'cron removed on web-1'],
  ['gets a second host', '{ web-1: [cron], web-2: [cron] }', 'cron untouched', 'cron created on web-2'],
])('a pull request by which a service %s says so', async (_why, where, change, more) => {
  const town = await shop()
  await openPull(town, placed(where))
  await town.pass(60)
  const [comment] = town.github.comments
  expect(comment?.body).toContain(`${change}, db untouched, tool untouched, web untouched, ${more}`)
  expect(comment?.body).toContain('1 service created on 2 hosts')
})

test('a profile that no service has is refused at its place, with what was probably meant', async () => {
  const town = await shop()
  const { state, reason } = await town.deploy(placed('{ web-1: [crom], web-2: [] }'))
  expect(state).toBe('rejected')
  expect(reason?.evidence.problems).toMatch(
    /landfall\.yml:8:\d+: environments\.production\.hosts\["web-1"\]\[0\]: no service has the Compose profile "crom" \(did you mean "cron"\?\)/,
  )
})

test('whoever approved a service here did not approve it there', async () => {
  const gates = 'approve: { count: 1 }'
  const town = await shop()
  await town.tellPush(town.commit(placed(onFirst, { gates })))
  const shown = (await town.reaches('waiting')).proposal
  // Nobody tells of it: the head of the branch names other hosts for the commit that waits.
  town.commit(placed(onSecond, { gates }))
  await town.until(async () => (await town.newest()).proposal?.content !== shown?.content, 300)
  const { proposal } = await town.newest()
  expect(proposal?.draft.revision).toBe(shown?.draft.revision)
  expect(proposal?.draft.hosts.map(({ profiles }) => profiles)).toEqual([undefined, ['cron']])
})
