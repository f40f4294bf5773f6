import { describe, expect, test } from 'vitest'
import { lookEverywhere } from '../../src/flow/look.ts'
import { unreachable } from '../support/host-answers.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

/** A town whose Landfall was down for a while after so many releases, and what was deployed before. */
async function withoutLandfall(releases = 3, options: TownOptions = {}) {
  const town = await openTown({ ...options, started: false })
  const landfall = await town.start()
  const deployed = []
  for (let release = 0; release < releases; release += 1) deployed.push(await town.deploy())
  landfall.kill()
  return { town, deployed }
}

/** Landfall is back, and looks around. */
async function back(town: Town, seconds = 60) {
  const { ports } = await town.start()
  await town.pass(31)
  await lookEverywhere(ports)
  await town.pass(seconds)
  return town.newest()
}
const commits = (one: { revision?: string }[]) => one.map(({ revision = '' }) => revision)
const version = (town: Town, host?: string) => town.host(host).container('web')?.image.behaviour.version

describe('a rollback on the host while Landfall was down', () => {
  test('is recorded as what it is, proved, and told everywhere', async () => {
    const { town, deployed } = await withoutLandfall()
    const [, good = '', bad = ''] = commits(deployed)
    town.host().rollBackByHand('lisa')
    const at = town.clock.now().toISOString().slice(0, 19)
    const found = await back(town)
    expect(found).toMatchObject({
      ...{ kind: 'rollback', state: 'succeeded', revision: good, actor: 'administrator on web-1', soak: { state: 'well' } },
      plan: { generation: 2, release: deployed[1]?.id, hosts: [{ name: 'web-1', previous: { generation: 3, revision: bad } }] },
    })
    expect(await town.record(found.id)).toContain(`host web-1: lisa went back from generation 3 to 2 at ${at}Z, as the host tells`)
    expect(await town.store.receipts.of(found.id)).toMatchObject({ actor: 'administrator on web-1', hosts: [{ host: 'web-1' }] })
    expect(town.github.statusesOf(bad).at(-1)).toEqual(['failure', `Rolled back by administrator on web-1 to ${good.slice(0, 7)}`])
    expect(town.github.statusesOf(good).at(-1)?.[0]).toBe('success')
    expect(town.github.deployments.at(-1)).toMatchObject({
      revision: good,
      statuses: expect.arrayContaining([expect.objectContaining({ state: 'success' })]),
    })
    expect(town.chat.said.at(-1)?.message.fallback).toContain('went back to')
    expect(town.host().heard.filter((verb) => verb.startsWith('switch'))).toHaveLength(3)
  })

  test('is not undone: not by a push of the same commit, a redelivery, a sweep, nor somebody who does not know', async () => {
    const { town, deployed } = await withoutLandfall()
    const [, good = '', bad = ''] = commits(deployed)
    town.host().rollBackByHand()
    await back(town)
    town.host().hold = undefined
    await town.tellPush(bad, { forced: true })
    await town.pass(60)
    await town.tellMerge(bad)
    await town.tellComment(`/deploy production ${bad.slice(0, 8)}`)
    await town.quiet(300)
    expect(version(town)).toBe(good)
    const refused = (await town.deployments()).filter(({ state }) => state === 'rejected')
    expect(refused.map(({ reason }) => reason?.code).sort()).toEqual(['quarantine-asks', 'quarantined'])
  })

  test('a newer commit is deployed once the administrator lets go', async () => {
    const { town } = await withoutLandfall()
    town.host().rollBackByHand()
    await back(town)
    const newer = town.commit()
    await town.tellPush(newer)
    await town.reaches('waiting')
    expect(await town.newest()).toMatchObject({ revision: newer, reason: { code: 'host-held' } })
    town.host().hold = undefined
    await town.quiet(120)
    expect(await town.newest()).toMatchObject({ revision: newer, state: 'succeeded', plan: { generation: 4 } })
    expect([version(town), town.host().wentBack]).toEqual([newer, []])
  })

  test('it takes no gate away that came since', async () => {
    const { town } = await withoutLandfall(2)
    await town.start()
    await town.deploy({ '.github/landfall.yml': landfallYml({ gates: 'windows: [{ deny: "Mon 01:00 - Mon 02:00", zone: UTC }]' }) })
    const gated = await town.newest()
    expect(gated.plan?.gates?.windows).toHaveLength(1)
    town.close()
    town.host().rollBackByHand()
    expect((await back(town)).plan?.gates).toEqual(gated.plan?.gates)
  })

  test('a commit that was waiting before comes after it', async () => {
    const { town } = await withoutLandfall(2)
    const newer = town.commit()
    await town.tellPush(newer)
    town.host().rollBackByHand()
    town.host().hold = undefined
    await town.start()
    await town.quiet(300)
    const [newest, found] = await town.deployments()
    expect([newest?.revision, newest?.state, found?.actor]).toEqual([newer, 'succeeded', 'administrator on web-1'])
    await town.tellComment('/rollback')
    await town.quiet(300)
    expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: found?.revision })
  })

  test('of several steps each commit is quarantined, and a rollback goes one further than all', async () => {
    const { town, deployed } = await withoutLandfall(4)
    const [first = '', second = '', third = '', fourth = ''] = commits(deployed)
    for (let steps = 0; steps < 2; steps += 1) town.host().rollBackByHand()
    town.host().hold = undefined
    await back(town)
    for (const bad of [third, fourth]) expect(town.github.statusesOf(bad).at(-1)?.[0]).toBe('failure')
    expect(town.github.statusesOf(second).at(-1)?.[0]).toBe('success')
    await town.tellComment('/rollback')
    await town.quiet(300)
    expect(version(town)).toBe(first)
  })

  test('a step that is taken later is learnt as well, and what is known already is not told twice', async () => {
    const { town, deployed } = await withoutLandfall()
    town.host().rollBackByHand()
    await back(town)
    const before = (await town.deployments()).length
    await lookEverywhere(town.ports())
    await back(town)
    expect(await town.deployments()).toHaveLength(before)
    town.host().rollBackByHand()
    expect(await back(town)).toMatchObject({
      revision: deployed[0]?.revision,
      plan: { generation: 1, hosts: [{ previous: { generation: 2 } }] },
    })
  })

  test('somebody who asked for a rollback meanwhile has it: it does not go one too far', async () => {
    const { town, deployed } = await withoutLandfall()
    await town.tellComment('/rollback')
    town.host().rollBackByHand()
    town.host().hold = undefined
    await town.start()
    await town.quiet(300)
    const asked = (await town.deployments()).find(({ kind, actor }) => kind === 'rollback' && actor === 'mona')
    expect(asked).toMatchObject({ state: 'superseded', reason: { evidence: { by: 'the rollback by administrator on web-1' } } })
    expect(version(town)).toBe(deployed[1]?.revision)
  })

  test('what is not well there is told loudly at once', async () => {
    const { town, deployed } = await withoutLandfall()
    const web = town.host().releases.get(2)
    expect(web).toBeDefined()
    town.host().rollBackByHand()
    const container = town.host().container('web')
    if (container) container.image.behaviour.answers = 500
    const found = await back(town)
    expect(found).toMatchObject({ state: 'succeeded', soak: { state: 'unwell', reason: { code: 'verification-failed' } } })
    expect(town.chat.said.at(-1)?.message).toMatchObject({ anew: true, fallback: expect.stringContaining('which is not well') })
    expect(town.github.statusesOf(deployed[1]?.revision ?? '').at(-1)?.[0]).toBe('error')
    expect(town.github.statusesOf(deployed[2]?.revision ?? '').at(-1)?.[0]).toBe('failure')
  })

  test('is seen by what runs, where the host has lost its note of it', async () => {
    const { town, deployed } = await withoutLandfall()
    town.host().rollBackByHand()
    town.host().wentBack.length = 0
    const found = await back(town)
    expect(found).toMatchObject({ actor: 'administrator on web-1', revision: deployed[1]?.revision, state: 'succeeded' })
    expect(await town.record(found.id)).toContain('host: web-1 went back from generation 3 to 2; nobody tells when, and who did it')
  })

  test('is learnt before anything is planned, also when nobody looked', async () => {
    const { town, deployed } = await withoutLandfall()
    town.host().rollBackByHand()
    town.host().hold = undefined
    await town.start()
    await town.tellComment(`/deploy production ${deployed[2]?.revision?.slice(0, 8)}`)
    await town.quiet(300)
    expect(version(town)).toBe(deployed[1]?.revision)
    const [newest, found] = await town.deployments()
    expect([newest?.reason?.code, found?.actor]).toEqual(['quarantine-asks', 'administrator on web-1'])
  })
})

describe('of several hosts', () => {
  const two = { hosts: ['web-1', 'web-2'] }

  test('all have to be at one release to be believed', async () => {
    const { town, deployed } = await withoutLandfall(3, two)
    for (const name of two.hosts) town.host(name).rollBackByHand()
    expect(await back(town)).toMatchObject({ state: 'succeeded', actor: 'administrator on web-1, web-2', revision: deployed[1]?.revision })
  })

  test('those that differ are told of, and nothing is guessed', async () => {
    const { town, deployed } = await withoutLandfall(3, two)
    const [, good = '', bad = ''] = commits(deployed)
    town.host('web-1').rollBackByHand()
    const found = await back(town)
    expect(found).toMatchObject({
      ...{ kind: 'rollback', state: 'halted', actor: 'administrator on web-1' },
      reason: { code: 'hosts-differ', evidence: { hosts: expect.stringMatching(/^web-1 runs generation 2 .*, web-2 runs generation 3 /) } },
    })
    expect([version(town, 'web-1'), version(town, 'web-2')]).toEqual([good, bad])
    expect(town.chat.said.at(-1)?.message.fallback).toContain('is halted')
    for (const commit of [good, bad]) expect(town.github.statusesOf(commit).at(-1)?.[0]).toBe('error')
    await back(town)
    expect((await town.newest()).id).toBe(found.id)
  })

  test('once the other one went back too, it is the rollback it was meant to be', async () => {
    const { town, deployed } = await withoutLandfall(3, two)
    town.host('web-1').rollBackByHand()
    await back(town)
    town.host('web-2').rollBackByHand()
    expect(await back(town)).toMatchObject({ state: 'succeeded', revision: deployed[1]?.revision })
    expect(town.github.statusesOf(deployed[2]?.revision ?? '').at(-1)?.[0]).toBe('failure')
  })

  test('once it is let go, /retry brings all to the older release, and /rollback does too', async () => {
    for (const command of ['/retry', '/rollback']) {
      const { town, deployed } = await withoutLandfall(3, two)
      town.host('web-1').rollBackByHand()
      await back(town)
      town.host('web-1').hold = undefined
      await town.tellComment(command)
      await town.quiet(300)
      expect(await town.newest()).toMatchObject({ state: 'succeeded', revision: deployed[1]?.revision })
      for (const name of two.hosts) expect(version(town, name)).toBe(deployed[1]?.revision)
    }
  })

  test('one that does not answer is asked again before anything is said', async () => {
    const { town, deployed } = await withoutLandfall(3, two)
    for (const name of two.hosts) town.host(name).rollBackByHand()
    town.host('web-2').instead = () => unreachable
    expect((await back(town)).id).toBe(deployed[2]?.id)
    town.host('web-2').instead = () => undefined
    await town.until(async () => (await town.newest()).actor.startsWith('administrator'), 600)
    await town.quiet(120)
  })
})

test('after a deployment that halted, going back by hand makes an end of it', async () => {
  const { town, deployed } = await withoutLandfall(2)
  await town.start()
  town.host().loses = () => false
  town.host().instead = ({ verb }) => (verb === 'restore' ? { kind: 'exited', code: 15, stdout: '', stderr: '' } : undefined)
  expect((await town.deploy({}, { behaviour: { answers: 500 } })).state).toBe('halted')
  town.host().instead = () => undefined
  town.close()
  town.host().rollBackByHand()
  expect(await back(town)).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: deployed[1]?.revision, plan: { generation: 2 } })
})
