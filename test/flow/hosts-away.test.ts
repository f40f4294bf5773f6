import { describe, expect, test } from 'vitest'
import type { CommandResult } from '../../src/flow/ports.ts'
import { composeYml, landfallYml } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const hosts = ['web-1', 'web-2', 'web-3']
const skipping = '{ unreachable: skip }'

/** A shop on three hosts with one verified release; hosts that do not answer are passed over. */
async function withThree(more: TownOptions = {}) {
  const town = await openTown({ hosts, rollout: skipping, ...more })
  return { town, before: await town.deploy() }
}

const silent: CommandResult = { kind: 'unreachable', detail: 'connect ETIMEDOUT' }
function cutOff(town: Town, ...names: string[]): void {
  for (const name of names) town.host(name).instead = () => silent
}
function bringBack(town: Town, ...names: string[]): void {
  for (const name of names) town.host(name).instead = () => undefined
}
const isSwitchOf3 = (rule: unknown, command: unknown): boolean =>
  Object(rule).name === 'web-3' && Object(command).verb === 'switch' && Object(command).args[2] === '3'
const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)
const databases = (town: Town) => [...town.hosts.values()].map((host) => host.container('db')?.id)
const statusOf = (town: Town, revision = '') => town.github.statuses.findLast((one) => one.revision === revision)
const caughtUp = (town: Town) => town.until(async () => (await town.newest()).plan?.late !== undefined && (await isOver(town)))
const isOver = async (town: Town) => ['succeeded', 'rolled-back', 'failed', 'halted'].includes((await town.newest()).state)

describe('a host that does not answer before the start', () => {
  test('fails the deployment, unless it may be passed over', async () => {
    const { town, before } = await withThree({ rollout: '{ unreachable: fail }' })
    cutOff(town, 'web-3')
    expect(await town.deploy()).toMatchObject({ state: 'failed', reason: { code: 'host-unreachable', evidence: { host: 'web-3' } } })
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('is passed over with `unreachable: skip`: the plan says so, and the others get it', async () => {
    const { town, before } = await withThree()
    cutOff(town, 'web-3')
    const { id, revision, plan, state } = await town.deploy()
    expect(state).toBe('succeeded')
    expect(plan).toMatchObject({ away: ['web-3'], waves: [{ hosts }], hosts: [{ name: 'web-1' }, { name: 'web-2' }] })
    expect(versions(town)).toEqual([revision, revision, before.revision])
    expect((await town.record(id)).find((line) => line.startsWith('plan'))).toMatch(/web-3 +away, gets it when it is back/)
    expect(await town.store.receipts.of(id)).toMatchObject({ away: ['web-3'], hosts: [{ host: 'web-1' }, { host: 'web-2' }] })
  })

  test('is never called a success, wherever it is told', async () => {
    const { town } = await withThree()
    cutOff(town, 'web-3')
    const { id, revision } = await town.deploy()
    const text = 'verified on 2 of 3 hosts; web-3 is away and gets it when it is back'
    expect(statusOf(town, revision)).toMatchObject({ state: 'error', description: `${revision?.slice(0, 7)} ${text}` })
    const check = town.github.checkRuns.findLast(({ externalId }) => externalId === id)
    expect(check).toMatchObject({ state: 'failure', title: expect.stringContaining('but not on web-3') })
    expect(JSON.stringify(town.chat.said.at(-1))).toContain('⚠️')
    expect(JSON.stringify(town.chat.said.at(-1))).not.toContain('✅')
    await town.tellComment('/status')
    await town.until(() => town.github.comments.at(-1)?.body.includes('What runs where') ?? false)
    expect(town.github.comments.at(-1)?.body).toContain('proved, but not on web-3: away')
  })

  test.each<[why: string, rollout: string, away: string[]]>([
    ['no host is there', skipping, hosts],
    ['no canary is there', '{ canary: 1, unreachable: skip }', ['web-1']],
    ['nobody could follow the canary', '{ canary: { hosts: 1, then: approve }, unreachable: skip }', ['web-2', 'web-3']],
  ])('fails it all the same where %s', async (_why, rollout, away) => {
    const { town, before } = await withThree({ rollout: skipping })
    const sha = town.commit({ '.github/landfall.yml': landfallYml({ follows: hosts, rollout }) })
    cutOff(town, ...away)
    await town.tellPush(sha)
    expect(await town.reaches('failed')).toMatchObject({ reason: { code: 'host-unreachable' } })
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('fails it where it shows another key: that is no host that is away', async () => {
    const { town } = await withThree()
    town.host('web-3').instead = () => ({ kind: 'host-key-changed', shown: 'SHA256:other' })
    expect(await town.deploy()).toMatchObject({ state: 'failed', reason: { code: 'host-key-changed' } })
  })

  test('is waited for no longer than half a minute', async () => {
    const { town } = await withThree()
    town.host('web-3').instead = async () => {
      await town.clock.sleep(10)
      return silent
    }
    const from = town.clock.now().getTime()
    await town.tellPush(town.commit())
    await town.until(() => town.host('web-1').heard.includes('switch 2'))
    expect(town.clock.now().getTime() - from).toBeLessThan(35_000)
  })

  test('that dies once it was pulled to takes every host back', async () => {
    const { town, before } = await withThree()
    town.host('web-3').instead = ({ verb }) => (verb === 'switch' ? silent : undefined)
    const { state } = await town.deploy()
    expect(state).toBe('rolled-back')
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('keeps its wave, and what was approved is what is deployed whether or not it is away', async () => {
    const town = await openTown({ hosts, rollout: '{ batch: 1, pause: 15s, unreachable: skip }', gates: 'approve: {}' })
    town.github.roles.lisa = 'write'
    await town.tellPush(town.commit())
    await town.reaches('waiting')
    await town.pass(12)
    cutOff(town, 'web-2')
    await town.tellComment('/approve', { actor: 'lisa' })
    const { plan } = await town.reaches('succeeded')
    expect(plan?.waves.map((wave) => wave.hosts)).toEqual([['web-1'], ['web-2'], ['web-3']])
    expect(plan?.away).toEqual(['web-2'])
  })
})

describe('when it is back', () => {
  /** Its second release passed web-3 over. */
  async function passedOver(more: TownOptions = {}) {
    const { town, before } = await withThree(more)
    cutOff(town, 'web-3')
    return { town, before, partly: await town.deploy() }
  }

  test('it is brought up by itself, and nothing restarts on the others', async () => {
    const { town, partly } = await passedOver()
    const [one, two] = versions(town)
    const containers = () => ['web-1', 'web-2'].map((name) => town.host(name).container('web')?.id)
    const [had, dbs] = [containers(), databases(town)]
    await town.pass(900)
    expect([one, two]).toEqual([partly.revision, partly.revision])
    bringBack(town, 'web-3')
    await caughtUp(town)
    expect(await town.newest()).toMatchObject({ state: 'succeeded', revision: partly.revision, plan: { late: ['web-3'] } })
    expect(versions(town)).toEqual(hosts.map(() => partly.revision))
    expect(containers()).toEqual(had)
    expect(databases(town)).toEqual(dbs)
  })

  test('the receipt is complete, and everybody is told of the success', async () => {
    const { town, partly } = await passedOver()
    bringBack(town, 'web-3')
    await caughtUp(town)
    await town.quiet()
    const { id } = await town.newest()
    const receipt = await town.store.receipts.of(id)
    expect(receipt?.hosts.map(({ host }) => host)).toEqual(hosts)
    expect(receipt?.away).toBeUndefined()
    expect(statusOf(town, partly.revision)).toMatchObject({ state: 'success' })
    expect(town.github.checkRuns.findLast(({ externalId }) => externalId === id)).toMatchObject({ state: 'success' })
    expect(JSON.stringify(town.chat.said.at(-1))).toContain('on web-3 now too')
    await town.pass(60)
    expect(await town.store.deployments.awaiting()).toEqual([])
  })

  test('also by a Landfall that was started since, and once', async () => {
    const { town, partly } = await passedOver()
    town.close()
    await town.pass(60)
    await town.start()
    bringBack(town, 'web-3')
    await caughtUp(town)
    await town.pass(900)
    expect(versions(town)).toEqual(hosts.map(() => partly.revision))
    expect((await town.deployments()).filter(({ plan }) => plan?.late)).toHaveLength(1)
  })

  test.each<[when: string, where: (call: string, args: unknown[]) => boolean]>([
    ['as it stores what the others got', (call, [, , to]) => call === 'store.deployments.advance' && to === 'succeeded'],
    ['with the way up stored, before anybody hears of it', (call) => call === 'store.deployments.found'],
    ['while the host that is back switches', (call, [rule, command]) => call === 'hosts.run' && isSwitchOf3(rule, command)],
  ])('also where Landfall dies %s, and once', async (_when, where) => {
    const town = await openTown({ hosts, rollout: skipping, started: false })
    const first = await town.start()
    await town.deploy()
    first.life.endsAfter = where
    cutOff(town, 'web-3')
    const sha = town.commit()
    await town.tellPush(sha)
    await town.until(() => first.life.ended || town.host('web-2').releases.get(2)?.confirmed === true)
    bringBack(town, 'web-3')
    await town.until(() => first.life.ended, 300)
    await town.start()
    await town.until(() => versions(town).every((version) => version === sha), 300)
    await town.pass(120)
    expect(versions(town)).toEqual([sha, sha, sha])
    expect((await town.deployments()).filter(({ plan }) => plan?.late).map(({ state }) => state)).toEqual(['succeeded'])
  })

  test('it is looked for now and then, ever more rarely', async () => {
    const { town } = await passedOver()
    const looks = () => town.host('web-3').heard.filter((verb) => verb === 'inspect').length
    const before = looks()
    await town.pass(300)
    const soon = looks() - before
    await town.pass(6000)
    const seen = looks()
    await town.pass(1800)
    expect(soon).toBeGreaterThanOrEqual(8)
    expect(looks() - seen).toBeGreaterThanOrEqual(2)
    expect(looks() - seen).toBeLessThanOrEqual(4)
  })

  test('it gets all that it missed, also what the last release did not change', async () => {
    const { town } = await withThree()
    cutOff(town, 'web-3')
    town.registry.push('registry.example.com/acme/database', '2')
    await town.deploy({ 'compose.yml': composeYml.replace('database:1', 'database:2') })
    const partly = await town.deploy()
    expect(partly.plan?.services.find(({ name }) => name === 'db')?.change).toBe('untouched')
    bringBack(town, 'web-3')
    await caughtUp(town)
    expect(await town.newest()).toMatchObject({ state: 'succeeded' })
    const images = hosts.map((name) => town.host(name).container('db')?.reference)
    expect(new Set(images).size).toBe(1)
  })

  test('and was new altogether it gets everything', async () => {
    const town = await openTown({ hosts, follows: ['web-1', 'web-2'], rollout: skipping })
    await town.deploy()
    cutOff(town, 'web-3')
    const partly = await town.deploy({ '.github/landfall.yml': landfallYml({ follows: hosts, rollout: skipping }) })
    bringBack(town, 'web-3')
    await caughtUp(town)
    expect(versions(town)).toEqual(hosts.map(() => partly.revision))
    expect(town.host('web-3').container('db')).toBeDefined()
  })

  test('not over a lock, until that is gone', async () => {
    const { town, before, partly } = await passedOver()
    await town.tellComment('/lock production the disk is being replaced')
    await town.pass(30)
    bringBack(town, 'web-3')
    await town.pass(900)
    expect(versions(town).at(2)).toBe(before.revision)
    await town.tellComment('/unlock production')
    await caughtUp(town)
    expect(versions(town).at(2)).toBe(partly.revision)
  })

  test.each(['web-1', 'web-3'])('not over a hold on %s, until that is gone', async (name) => {
    const { town, before, partly } = await passedOver()
    bringBack(town, 'web-3')
    town.host(name).hold = 'the disk is being replaced'
    await town.pass(900)
    expect(versions(town).at(2)).toBe(before.revision)
    town.host(name).hold = undefined
    await caughtUp(town)
    expect(versions(town).at(2)).toBe(partly.revision)
  })

  test('not with what a newer deployment has replaced: that one has brought it its own', async () => {
    const { town } = await passedOver()
    bringBack(town, 'web-3')
    const sha = town.commit()
    await town.tellPush(sha)
    await town.until(async () => (await town.newest()).revision === sha && (await isOver(town)))
    await town.pass(900)
    expect(versions(town)).toEqual([sha, sha, sha])
    expect((await town.deployments()).filter(({ plan }) => plan?.late)).toEqual([])
  })

  test('not after a newer deployment that failed: people decide then', async () => {
    const { town, before } = await passedOver()
    await town.deploy({}, { behaviour: { answers: 500 } })
    bringBack(town, 'web-3')
    await town.pass(900)
    expect(versions(town).at(2)).toBe(before.revision)
    expect(await town.store.deployments.awaiting()).toEqual([])
  })

  test('one of two is brought up, and the other is waited for still', async () => {
    const { town } = await withThree()
    cutOff(town, 'web-2', 'web-3')
    const { revision } = await town.deploy()
    bringBack(town, 'web-2')
    await caughtUp(town)
    expect(await town.newest()).toMatchObject({ state: 'succeeded', plan: { late: ['web-2'], away: ['web-3'] } })
    expect(statusOf(town, revision)?.state).not.toBe('success')
    bringBack(town, 'web-3')
    await town.until(async () => (await town.newest()).plan?.late?.[0] === 'web-3' && (await isOver(town)))
    expect(versions(town)).toEqual(hosts.map(() => revision))
  })

  test('and fails there, the others keep what they have, the commit is no worse for it, and it is not tried over and over', async () => {
    const { town, before, partly } = await passedOver()
    bringBack(town, 'web-3')
    town.host('web-3').instead = ({ verb, args }) =>
      verb === 'probe' && args[2] === '3' ? { kind: 'exited', code: 20, stdout: '', stderr: 'landfall-shell: no curl\n' } : undefined
    await caughtUp(town)
    expect(await town.newest()).toMatchObject({ state: 'rolled-back', plan: { late: ['web-3'] } })
    expect(versions(town)).toEqual([partly.revision, partly.revision, before.revision])
    await town.pass(900)
    expect((await town.deployments()).filter(({ plan }) => plan?.late)).toHaveLength(1)
    bringBack(town, 'web-3')
    await town.tellComment('/retry')
    await town.until(async () => (await town.newest()).retried === true && (await isOver(town)))
    expect(versions(town)).toEqual(hosts.map(() => partly.revision))
  })
})

describe('a rollback', () => {
  test('does not wait for a host that is away, and that one follows when it is back', async () => {
    const { town, before } = await withThree()
    const bad = await town.deploy()
    cutOff(town, 'web-3')
    await town.tellComment('/rollback')
    await town.until(async () => (await town.newest()).kind === 'rollback' && (await isOver(town)), 120)
    expect(versions(town)).toEqual([before.revision, before.revision, bad.revision])
    expect(statusOf(town, before.revision)?.state).toBe('error')
    bringBack(town, 'web-3')
    await caughtUp(town)
    await town.quiet()
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
    expect(statusOf(town, before.revision)?.state).toBe('success')
  })

  test('does not ask for a host that was away and that the operator has taken away since', async () => {
    const { town, before } = await withThree()
    cutOff(town, 'web-3')
    const bad = await town.deploy()
    const { 'web-3': _, ...hostsLeft } = town.operator.hosts
    town.operator = { ...town.operator, hosts: hostsLeft }
    await town.tellComment('/rollback')
    await town.until(async () => (await town.newest()).kind === 'rollback' && (await isOver(town)), 120)
    expect(await town.newest()).toMatchObject({ state: 'succeeded', plan: { waves: [{ hosts: ['web-1', 'web-2'] }] } })
    expect(versions(town)).toEqual([before.revision, before.revision, before.revision])
    expect(bad.plan?.away).toEqual(['web-3'])
  })

  test('of what some hosts never got takes it from all that did', async () => {
    const { town, before } = await withThree()
    cutOff(town, 'web-3')
    await town.deploy()
    bringBack(town, 'web-3')
    await town.tellComment('/rollback')
    await town.until(async () => (await town.newest()).kind === 'rollback' && (await isOver(town)), 120)
    expect(await town.newest()).toMatchObject({ state: 'succeeded', revision: before.revision })
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })
})

test('what some hosts of staging did not get goes no further before they have', async () => {
  const town = await openTown({
    hosts: ['web-1', 'web-2', 'web-3'],
    follows: ['web-1'],
    staging: ['web-2', 'web-3'],
    gates: 'after: staging',
    stagingSays: `rollout: ${skipping}`,
  })
  await town.deploy()
  await town.quiet()
  cutOff(town, 'web-3')
  const sha = town.commit()
  await town.tellPush(sha)
  await town.pass(120)
  const here = async (environment: string) =>
    (await town.deployments()).find((one) => one.environment === environment && one.revision === sha)
  expect(await here('staging')).toMatchObject({ state: 'succeeded', awaits: ['web-3'] })
  expect(await here('production')).toMatchObject({ state: 'waiting', reason: { code: 'promotion-pending' } })
  bringBack(town, 'web-3')
  await town.until(async () => (await here('production'))?.state === 'succeeded')
  expect(versions(town)).toEqual([sha, sha, sha])
})
