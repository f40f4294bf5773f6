import { describe, expect, test } from 'vitest'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const hosts = ['web-1', 'web-2', 'web-3']
const asking = { hosts, rollout: '{ canary: { hosts: 1, then: approve, within: 15m } }' }

/** A shop whose second release went to its canary, which is proved: people are asked. */
async function asked(more: TownOptions = {}) {
  const town = await openTown({ ...asking, ...more, started: false })
  const landfall = await town.start()
  town.github.roles.lisa = 'write'
  await town.tellPush(town.commit())
  await answered(town)
  await town.tellComment('/approve', { actor: 'lisa' })
  await town.quiet()
  const before = await town.newest()
  const sha = town.commit()
  await town.tellPush(sha)
  await answered(town)
  return { town, landfall, before, sha }
}

/** Until people are asked about what went to its canary; a comment of the same second would count for nothing. */
async function answered(town: Town) {
  await town.until(async () => {
    const { state, reason } = await town.newest()
    return state === 'paused' && reason !== undefined
  }, 120)
  await town.pass(12)
}

const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)
const checkRun = async (town: Town) => {
  const { id } = await town.newest()
  return town.github.checkRuns.findLast(({ externalId }) => externalId === id)
}

/** Lisa presses a button of a check run. */
function press(town: Town, run: Awaited<ReturnType<typeof checkRun>>, identifier = ''): Promise<void> {
  const { id = 0, name = '', revision = '', externalId = '' } = run ?? {}
  const check = { id, name, revision, externalId, shown: 'as it was' }
  return town.tellOf({ kind: 'button', bot: false, identifier, check }, { actor: 'lisa' })
}

describe('after a canary people are asked', () => {
  test('and nothing more happens until somebody lets the others follow', async () => {
    const { town, before, sha } = await asked()
    await town.pass(300)
    expect(versions(town)).toEqual([sha, before.revision, before.revision])
    await town.tellComment('/approve', { actor: 'lisa' })
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: 'succeeded', revision: sha })
    expect((await town.newest()).reason).toBeUndefined()
    expect(versions(town)).toEqual([sha, sha, sha])
    expect(await town.record((await town.newest()).id)).toContain('approval: the other hosts follow, as lisa approved')
  })

  test('and who let it begin and who let it go on are both on record', async () => {
    const town = await openTown({ ...asking, gates: 'approve: { count: 1, not-author: false }' })
    town.github.roles.lisa = 'write'
    await town.tellPush(town.commit())
    await town.until(async () => (await town.newest()).proposal !== undefined, 120)
    await town.pass(12)
    await town.tellComment('/approve', { actor: 'lisa' })
    await answered(town)
    await town.tellComment('/approve', { actor: 'lisa' })
    await town.quiet()
    const { id, state } = await town.newest()
    expect(state).toBe('succeeded')
    const words = await town.store.verdicts.of(id)
    expect(words.map(({ person, verdict }) => [person, verdict])).toEqual([
      ['lisa', 'approve'],
      ['lisa', 'approve'],
    ])
    expect((await checkRun(town))?.summary).toMatch(
      /\*\*Approved by\*\*\n\n- lisa on [^,]*, \d\d:\d\d[^,\n]*\n- lisa on [^\n]*, that the other hosts follow/,
    )
  })

  test('with buttons, a time limit in sight and the page that leads there', async () => {
    const { town } = await asked()
    const run = await checkRun(town)
    expect(run?.state).toBe('action_required')
    expect(run?.buttons.map(({ label }) => label)).toEqual(['Approve', 'Reject', 'Cancel'])
    expect(run?.title).toMatch(/Wave 1 of 2 is proved: production waits for approval: 1 required, 0 found/)
    expect(run?.summary).toMatch(/anybody with write access. Where nobody does until 21 Nov 2026, 10:\d\d UTC, every host goes back/)
    expect(town.github.statuses.at(-1)).toMatchObject({ state: 'pending', description: expect.stringContaining('waits for approval') })
    expect(town.chat.said.at(-1)?.message.fallback).toContain('production waits for anybody with write access to approve')
  })

  test('by the button as well, which holds for nothing but what it shows', async () => {
    const { town, sha } = await asked()
    const run = await checkRun(town)
    await press(town, run, 'approve:000000000000')
    await town.pass(60)
    expect((await town.newest()).state).toBe('paused')
    await press(town, run, run?.buttons[0]?.identifier)
    await town.quiet()
    expect(versions(town)).toEqual([sha, sha, sha])
  })

  test('and who may not let them follow is told so beside the button', async () => {
    const { town, before, sha } = await asked()
    const [grant] = town.operator.repositories
    if (grant) grant.require = { production: { approve: { by: ['peter'], count: 1, notAuthor: false } } }
    const run = await checkRun(town)
    await press(town, run, run?.buttons[0]?.identifier)
    await town.pass(60)
    expect((await checkRun(town))?.summary).toMatch(/\*\*Refused\*\*[\s\S]*lisa may not approve[\s\S]*peter/)
    expect(versions(town)).toEqual([sha, before.revision, before.revision])
  })

  test.each([
    ['somebody rejects it', '/reject production it is slow', { code: 'rejected-by', evidence: { person: 'lisa', reason: 'it is slow' } }],
    ['somebody cancels it', '/cancel', { code: 'stopped-by', evidence: { person: 'lisa' } }],
  ])('and every host goes back where %s', async (_who, comment, reason) => {
    const { town, before } = await asked()
    await town.tellComment(comment, { actor: 'lisa' })
    await town.reaches('rolled-back', 60)
    expect(await town.newest()).toMatchObject({ reason })
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
    for (const name of ['web-2', 'web-3']) expect(town.host(name).heard).not.toContain('switch 2')
  })

  test('and every host goes back where nobody says anything for too long', async () => {
    const { town, before } = await asked()
    await town.pass(800)
    expect((await town.newest()).state).toBe('paused')
    await town.reaches('rolled-back', 200)
    expect(await town.newest()).toMatchObject({ reason: { code: 'approval-never-came' } })
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('and what they said before the canary went counts for nothing', async () => {
    const town = await openTown({ ...asking, gates: 'approve: {}' })
    const sha = town.commit()
    await town.tellPush(sha)
    await town.reaches('waiting')
    await town.pass(12)
    await town.tellComment('/approve')
    await answered(town)
    expect(versions(town)).toEqual([sha, undefined, undefined])
    expect((await town.newest()).reason).toMatchObject({ code: 'approval-missing', evidence: { found: '0' } })
    await town.tellComment('/approve')
    await town.quiet()
    expect(versions(town)).toEqual([sha, sha, sha])
  })

  test('also by the next Landfall, where the first one dies', async () => {
    const { town, landfall, sha } = await asked()
    const { rollout } = await town.newest()
    landfall.kill()
    await town.start()
    await town.pass(120)
    expect((await town.newest()).rollout).toEqual(rollout)
    await town.tellComment('/approve', { actor: 'lisa' })
    await town.quiet()
    expect(versions(town)).toEqual([sha, sha, sha])
    expect(town.host('web-1').heard.filter((verb) => verb === 'switch 2')).toHaveLength(1)
  })
})

test('a rollback does not wait for their answer', async () => {
  const { town, before } = await asked()
  await town.tellComment('/rollback', { actor: 'lisa' })
  await town.quiet()
  const [back, undone] = await town.deployments()
  expect(undone).toMatchObject({ state: 'rolled-back', reason: { code: 'taken-back' } })
  expect(back).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: before.revision })
  expect(versions(town)).toEqual(hosts.map(() => before.revision))
})

test('the button to cancel ends the canary it stands beside, and not what waits behind it', async () => {
  const { town, before } = await asked()
  const run = await checkRun(town)
  const { id } = await town.newest()
  const newer = town.commit()
  await town.tellPush(newer)
  await town.pass(30)
  await press(town, run, 'cancel')
  await answered(town)
  expect(await town.store.deployments.read(id)).toMatchObject({ state: 'rolled-back', reason: { code: 'stopped-by' } })
  expect(versions(town)).toEqual([newer, before.revision, before.revision])
})

test('a newer commit waits until they have answered', async () => {
  const { town, sha } = await asked()
  const newer = town.commit()
  await town.tellPush(newer)
  await town.pass(300)
  expect(versions(town)[0]).toBe(sha)
  await town.tellComment('/approve', { actor: 'lisa' })
  await answered(town)
  expect(versions(town)).toEqual([newer, sha, sha])
})
