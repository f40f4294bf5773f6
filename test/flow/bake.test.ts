import { describe, expect, test } from 'vitest'
import { reason, sentenceOf } from '../../src/domain/reason.ts'
import { goBack } from '../../src/flow/return-by-itself.ts'
import { unreachable } from '../support/host-answers.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

/** A shop on its second release, which bakes. */
async function baking(options: TownOptions = {}) {
  const town = await openTown({ bake: '3m', ...options })
  const first = await town.deploy()
  const sha = town.commit({}, { subject: 'Carts' })
  await town.tellPush(sha)
  await town.until(async () => {
    const newest = await town.newest()
    return newest.revision === sha && newest.state === 'succeeded'
  })
  return { town, first, second: await town.newest() }
}

const watchOf = async (town: Town, id: string) => (await town.store.deployments.read(id))?.soak
const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)
const minutes = (from = '', to = '') => (Date.parse(to) - Date.parse(from)) / 60_000
/** From now on the release answers errors on every host. */
function degrade(town: Town): void {
  const web = town.host().container('web')
  if (web) web.image.behaviour.answers = 500
}
function restart(town: Town, host = 'web-1'): void {
  const web = town.host(host).container('web')
  if (web) web.restarts += 1
}

test('what stays well stays, and is told to bake meanwhile', async () => {
  const { town, second } = await baking()
  expect(second.soak).toEqual({ state: 'under-way' })
  await town.tellComment('/status')
  await town.until(() => town.github.comments.some(({ body }) => body.includes('What runs where')), 60)
  expect(town.github.comments.at(-1)?.body).toMatch(/proved · bakes until 21 Nov 2026/)
  const check = () => town.github.checkRuns.at(-1)
  await town.until(() => /bakes until/.test(JSON.stringify(check())), 60)
  await town.quiet()
  expect(await watchOf(town, second.id)).toEqual({ state: 'well' })
  expect(minutes(second.finishedAt, town.clock.now().toISOString())).toBeGreaterThanOrEqual(3)
  expect(minutes(second.finishedAt, town.clock.now().toISOString())).toBeLessThan(5)
  expect((await town.record(second.id)).at(-1)).toBe('soak: well for as long as it baked')
  expect(JSON.stringify(check())).not.toContain('bakes until')
  expect(town.github.statusesOf(second.revision ?? '').at(-1)?.[0]).toBe('success')
})

test('what does not stay well is taken back on every host by a rollback of its own, once, and everybody is told', async () => {
  const { town, first, second } = await baking({ hosts: ['web-1', 'web-2'] })
  await town.pass(60)
  restart(town, 'web-2')
  await town.quiet()
  const [back, ...others] = await town.deployments()
  expect(back).toMatchObject({ kind: 'rollback', state: 'succeeded', actor: 'landfall', revision: first.revision })
  expect(back?.over).toEqual({ deployment: second.id, revision: second.revision, baked: true })
  expect(others.filter(({ kind }) => kind === 'rollback')).toEqual([])
  expect(versions(town)).toEqual([first.revision, first.revision])
  const evidence = { host: 'web-2', service: 'web', environment: 'production', to: first.revision?.slice(0, 7) }
  expect(await watchOf(town, second.id)).toMatchObject({ state: 'unwell', reason: { code: 'bake-failed', evidence } })
  expect(await town.record(second.id)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^soak: not well: Service web on web-2 was well at first .* restarted .*; Landfall goes back to \w{7} by itself$/,
      ),
      expect.stringMatching(/^logs web-2: web/),
    ]),
  )
  expect(town.github.statusesOf(second.revision ?? '').at(-1)).toEqual(['failure', expect.stringContaining('Rolled back by landfall')])
  const said = town.chat.said.map(({ message }) => message.fallback)
  expect(said.at(-2)).toMatch(/which is not well/)
  expect(said.at(-1)).toMatch(/production went back to/)
})

test('the pull request that brought it is told what was seen, with evidence and what comes next', async () => {
  const town = await openTown({ bake: '3m' })
  const first = await town.deploy()
  const sha = town.commit({}, { behaviour: { says: 'out of carts\n' } })
  town.github.merged.set(sha, 12)
  await town.tellPush(sha)
  await town.until(async () => (await town.newest()).revision === sha && (await town.newest()).state === 'succeeded')
  degrade(town)
  await town.quiet()
  const told = town.github.comments.find(({ issue, body }) => issue === 12 && body.includes('landfall:unwell'))
  expect(told?.body).toMatch(/which is not well[\s\S]*was well at first and is not any more[\s\S]*answers 500/)
  expect(told?.body).toContain(`Landfall takes production back to ${first.revision?.slice(0, 7)} by itself`)
  expect(told?.body).toContain('out of carts')
})

test('the commit is not brought again by machines, and a newer one is', async () => {
  const { town, second } = await baking()
  degrade(town)
  await town.quiet()
  await town.tellPush(second.revision ?? '', { forced: true })
  await town.quiet()
  expect(await town.newest()).toMatchObject({ state: 'rejected', reason: { code: 'quarantined' } })
  await town.tellPush(town.commit())
  await town.until(async () => (await town.newest()).state === 'succeeded' && (await town.newest()).kind === 'deploy')
})

test.each<[what: string, spoil: (town: Town) => unknown]>([
  ['a container that restarts', (town) => restart(town)],
  [
    'a container that ends',
    (town) => {
      const web = town.host().container('web')
      if (web) web.status = 'exited'
    },
  ],
  [
    'another version',
    (town) => {
      const web = town.host().container('web')
      if (web) web.image.behaviour.version = 'f'.repeat(40)
    },
  ],
  [
    'a public address that answers errors',
    (town) => Object.assign(town.web, { instead: () => ({ kind: 'answered', status: 503, body: '' }) }),
  ],
])('%s counts', async (_what, spoil) => {
  const { town, first } = await baking({ atUrl: '{ health: / }' })
  await town.pass(60)
  spoil(town)
  await town.until(async () => (await town.newest()).kind === 'rollback', 120)
  town.web.instead = () => undefined
  await town.quiet()
  expect(await town.newest()).toMatchObject({ state: 'succeeded', revision: first.revision })
})

describe('Landfall leaves it to people', () => {
  test.each<[what: string, act: (town: Town) => Promise<unknown> | unknown, stays: RegExp]>([
    ['who locked it since', (town) => town.tellComment('/lock production looking at it'), /mona has locked production since/],
    ['who froze everything since', (town) => town.tellComment('/lock --all looking at it'), /mona has locked everything since/],
    [
      'who hold it on a host',
      (town) => Object.assign(town.host(), { hold: 'looking at it' }),
      /an administrator holds it \(looking at it\)/,
    ],
  ])('%s', async (_what, act, stays) => {
    const { town, second } = await baking()
    await act(town)
    await town.pass(20)
    degrade(town)
    await town.quiet()
    expect((await town.newest()).id).toBe(second.id)
    const soak = await watchOf(town, second.id)
    expect(soak).toMatchObject({ state: 'unwell', reason: { code: 'bake-failed', evidence: { stays: expect.stringMatching(stays) } } })
    expect(town.chat.said.at(-1)?.message.fallback).toMatch(/which is not well/)
  })

  test('where there is nothing to go back to', async () => {
    const town = await openTown({ bake: '3m' })
    await town.tellPush(town.commit())
    await town.until(async () => (await town.newest()).state === 'succeeded')
    degrade(town)
    await town.quiet()
    expect(await town.deployments()).toHaveLength(1)
    expect((await town.newest()).soak).toMatchObject({ reason: { evidence: { stays: 'there is no earlier verified release' } } })
  })
})

test('a lock from before is no reason to leave it', async () => {
  const town = await openTown({ bake: '3m' })
  const first = await town.deploy()
  await town.tellComment('/lock production mine')
  await town.tellPush(town.commit())
  await town.until(async () => (await town.newest()).state === 'succeeded' && (await town.newest()).id !== first.id)
  degrade(town)
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', revision: first.revision })
})

test.each<[what: string, act: (town: Town) => Promise<unknown>]>([
  ['a newer commit', (town) => town.tellPush(town.commit())],
  ['a rollback', (town) => town.tellComment('/rollback')],
])('%s does not wait for it, and ends it', async (_what, act) => {
  const { town, second } = await baking()
  await act(town)
  await town.until(async () => (await watchOf(town, second.id))?.state !== 'under-way', 60)
  expect(await watchOf(town, second.id)).toEqual({ state: 'cut-short' })
  expect((await town.deployments()).filter(({ actor }) => actor === 'landfall')).toEqual([])
})

test('a Landfall that was killed leaves what is left of it to the next, which takes back all the same', async () => {
  const town = await openTown({ bake: '3m', started: false })
  const killed = await town.start()
  const first = await town.deploy()
  await town.tellPush(town.commit())
  await town.until(async () => (await town.newest()).state === 'succeeded' && (await town.newest()).id !== first.id)
  const { id, finishedAt } = await town.newest()
  await town.pass(100)
  killed.kill()
  const next = await town.start()
  await town.quiet()
  expect(await watchOf(town, id)).toEqual({ state: 'well' })
  expect(minutes(finishedAt, town.clock.now().toISOString())).toBeLessThan(5)

  await town.tellPush(town.commit())
  await town.until(async () => (await town.newest()).state === 'succeeded' && (await town.newest()).id !== id)
  next.kill()
  degrade(town)
  await town.start()
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', actor: 'landfall' })
})

test('a host that nobody reaches for a while is watched again, and is no reason to go back', async () => {
  const town = await openTown({ bake: '3m', hosts: ['web-1', 'web-2'] })
  await town.deploy()
  let watches = 0
  let away = true
  town.host('web-2').instead = ({ verb }) => {
    if (verb === 'probe') watches += 1
    // The first of them proves it.
    return away && verb === 'probe' && watches > 1 ? unreachable : undefined
  }
  await town.tellPush(town.commit())
  await town.until(() => watches > 8, 120)
  away = false
  await town.quiet()
  const { state, kind, soak } = await town.newest()
  expect({ state, kind, soak }).toEqual({ state: 'succeeded', kind: 'deploy', soak: { state: 'well' } })
})

test('somebody who goes back on the host meanwhile is not taken for a fault of the release', async () => {
  const { town, second } = await baking()
  town.host().rollBackByHand()
  await town.until(async () => (await town.newest()).id !== second.id, 60)
  expect(await watchOf(town, second.id)).toMatchObject({ state: 'cut-short' })
  expect(await town.newest()).toMatchObject({ actor: 'administrator on web-1' })
})

test('what came since it was found unwell is not taken back with it', async () => {
  const { town, second } = await baking()
  const first = (await town.deployments()).at(-1)
  const { revision } = await town.deploy()
  const lease = await town.store.leases.claim('a watch that hung', 'somebody', 60)
  if (!first || !lease) throw new Error('there is nothing to go back to')
  await goBack(second, first, reason('bake-failed', { to: 'aaaaaaa' }), lease, town.ports())
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'superseded', reason: { evidence: { by: revision?.slice(0, 7) } } })
  expect(versions(town)).toEqual([revision])
})

test('a rollback bakes no second time: people chose it', async () => {
  const { town } = await baking()
  await town.tellComment('/rollback')
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded' })
  expect((await town.newest()).plan?.bake).toBeUndefined()
})

describe('what comes after an environment that bakes', () => {
  /** A shop whose next commit is proved in staging, and bakes there before production gets it. */
  async function bakingInStaging() {
    const town = await openTown({
      hosts: ['web-1', 'web-2'],
      follows: ['web-1'],
      staging: ['web-2'],
      stagingSays: 'bake: 3m',
      gates: 'after: staging',
    })
    await town.deploy()
    const sha = town.commit()
    await town.tellPush(sha)
    const here = async (environment: string) =>
      (await town.deployments()).find((one) => one.environment === environment && one.revision === sha)
    await town.until(async () => Boolean((await here('production'))?.reason?.evidence.bakes))
    return { town, sha, here }
  }

  test('waits until the bake is over, says until when, and goes on at once', async () => {
    const { town, sha, here } = await bakingInStaging()
    expect(await here('staging')).toMatchObject({ state: 'succeeded', soak: { state: 'under-way' } })
    const waits = await here('production')
    expect(waits).toMatchObject({ state: 'waiting', reason: { code: 'promotion-pending' } })
    expect(sentenceOf(waits?.reason ?? reason('promotion-pending'))).toMatch(
      /^Waiting until \w{7} has baked on staging, at 21 Nov 2026, \d\d:\d\d/,
    )
    await town.until(async () => (await here('production'))?.state === 'succeeded')
    const [before, after] = [await here('staging'), await here('production')]
    expect(before?.soak).toEqual({ state: 'well' })
    expect(minutes(before?.finishedAt, after?.finishedAt)).toBeGreaterThanOrEqual(3)
    expect(minutes(before?.finishedAt, after?.finishedAt)).toBeLessThan(3.5)
    expect(versions(town)).toEqual([sha, sha])
  })

  test('never gets what did not stay well there', async () => {
    const { town, here } = await bakingInStaging()
    restart(town, 'web-2')
    await town.quiet()
    expect(await here('staging')).toMatchObject({ soak: { state: 'unwell' } })
    expect(await here('production')).toMatchObject({ state: 'rejected', reason: { code: 'promotion-quarantined' } })
  })

  test('nor what is left there because somebody locked it', async () => {
    const { town, here } = await bakingInStaging()
    await town.tellComment('/lock staging the database moves')
    await town.pass(20)
    restart(town, 'web-2')
    await town.quiet()
    expect(await here('staging')).toMatchObject({
      soak: { state: 'unwell', reason: { evidence: { stays: expect.stringMatching(/lock/) } } },
    })
    expect(await here('production')).toMatchObject({ state: 'rejected', reason: { code: 'promotion-quarantined' } })
  })
})
