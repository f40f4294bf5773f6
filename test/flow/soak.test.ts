import { expect, test } from 'vitest'
import { unreachable } from '../support/host-answers.ts'
import { openTown, type Town } from '../support/town.ts'

/** A shop whose app is watched for so long, on its second release. */
async function withSoak(soak = '60s', hosts = ['web-1']) {
  const town = await openTown({ soak, hosts })
  return { town, first: await town.deploy(), second: await town.deploy() }
}

async function goBack(town: Town) {
  await town.tellComment('/rollback')
  return town.reaches('succeeded')
}

const seconds = (town: Town, since: string | undefined) => (town.clock.now().getTime() - Date.parse(since ?? '')) / 1000
const soakOf = async (town: Town, id: string) => (await town.store.deployments.read(id))?.soak

test('a rollback is verified after two good looks, and told so; the soak goes on behind', async () => {
  const { town, first } = await withSoak()
  const back = await goBack(town)
  expect(seconds(town, back.startedAt)).toBeLessThan(20)
  expect(back).toMatchObject({ kind: 'rollback', revision: first.revision, plan: { soak: 'behind' }, soak: { state: 'under-way' } })
  expect(await town.store.receipts.of(back.id)).toMatchObject({ soak: 'behind', hosts: [{ host: 'web-1' }] })
  await town.until(() => town.github.comments.some(({ body }) => body.includes('went back to')), 10)
  await town.quiet()
  expect(seconds(town, back.finishedAt)).toBeGreaterThanOrEqual(60)
  expect(await soakOf(town, back.id)).toEqual({ state: 'well' })
  expect((await town.record(back.id)).at(-1)).toBe('soak: well for as long as its services ask for')
  expect(town.github.statusesOf(first.revision ?? '').at(-1)?.[0]).toBe('success')
})

test('a deployment is verified when its soak is over, and nothing goes on behind it', async () => {
  const { second } = await withSoak()
  expect(Date.parse(second.finishedAt ?? '') - Date.parse(second.startedAt ?? '')).toBeGreaterThanOrEqual(60_000)
  expect([second.plan?.soak, second.soak]).toEqual([undefined, undefined])
})

test('what does not stay well is told loudly, and Landfall goes no further back', async () => {
  const { town, first } = await withSoak()
  const back = await goBack(town)
  await town.until(() => town.chat.said.length === 3, 10)
  const web = town.host().container('web')
  if (web) web.image.behaviour.answers = 500
  await town.quiet()
  expect(await town.newest()).toMatchObject({
    id: back.id,
    state: 'succeeded',
    soak: { state: 'unwell', reason: { code: 'soak-failed', evidence: { host: 'web-1', service: 'web' } } },
  })
  expect((await town.record(back.id)).at(-1)).toMatch(/^soak: not well: Service web on web-1 was well at first and is not any more: .*500/)
  expect(town.chat.said.at(-1)?.message).toMatchObject({ anew: true, fallback: expect.stringContaining('which is not well') })
  expect(town.github.comments.at(-1)?.body).toMatch(/which is not well[\s\S]*goes no further back by itself/)
  expect(town.github.statusesOf(first.revision ?? '').at(-1)).toEqual(['error', expect.stringContaining('Not well')])
  expect(town.github.deployments.at(-1)?.statuses.at(-1)?.state).toBe('error')
  expect(town.host().container('web')?.image.behaviour.version).toBe(first.revision)
})

test.each<[what: string, act: (town: Town) => Promise<void>]>([
  ['a newer commit', async (town) => void (await town.tellPush(town.commit()))],
  ['another rollback', (town) => town.tellComment('/rollback')],
])('%s does not wait for it, and ends it', async (_what, act) => {
  const town = await openTown({ soak: '60s' })
  for (let release = 0; release < 3; release += 1) await town.deploy()
  const back = await goBack(town)
  await act(town)
  await town.until(async () => (await town.newest()).state === 'verifying', 10)
  await town.until(async () => (await soakOf(town, back.id))?.state !== 'under-way', 10)
  expect(await soakOf(town, back.id)).toEqual({ state: 'cut-short' })
  await town.quiet()
  expect((await town.newest()).state).toBe('succeeded')
})

test('one that waits for a gate leaves it alone', async () => {
  const { town } = await withSoak()
  const back = await goBack(town)
  await town.tellPush(town.commit({}, { build: false }))
  await town.reaches('waiting')
  await town.until(async () => (await soakOf(town, back.id))?.state !== 'under-way', 120)
  expect(await soakOf(town, back.id)).toEqual({ state: 'well' })
})

test('a Landfall that was killed leaves it to the next', async () => {
  const town = await openTown({ soak: '60s', started: false })
  const killed = await town.start()
  await town.deploy()
  await town.deploy()
  const back = await goBack(town)
  killed.kill()
  await town.start()
  await town.quiet()
  expect(await soakOf(town, back.id)).toEqual({ state: 'well' })
})

test('a host that cannot be reached says nothing of the release', async () => {
  const { town } = await withSoak('60s', ['web-1', 'web-2'])
  let watches = 0
  town.host('web-2').instead = ({ verb }) => {
    if (verb === 'probe') watches += 1
    return watches > 1 ? unreachable : undefined
  }
  const back = await goBack(town)
  await town.until(async () => (await soakOf(town, back.id))?.state !== 'under-way', 600)
  expect(await soakOf(town, back.id)).toMatchObject({ state: 'cut-short', reason: { code: 'host-unreachable' } })
  expect((await town.newest()).state).toBe('succeeded')
})

test('somebody who goes further back on the host is not taken for a fault of the release', async () => {
  const town = await openTown({ soak: '60s' })
  const first = await town.deploy()
  await town.deploy()
  await town.deploy()
  const back = await goBack(town)
  town.host().rollBackByHand()
  await town.until(async () => (await town.newest()).id !== back.id, 60)
  await town.quiet()
  expect(await soakOf(town, back.id)).toMatchObject({ state: 'cut-short' })
  expect(await town.newest()).toMatchObject({ actor: 'administrator on web-1', revision: first.revision, soak: { state: 'well' } })
})
