import { describe, expect, test } from 'vitest'
import type { Command } from '../../src/host/command.ts'
import type { FakeHost } from '../support/fake-host.ts'
import { refused } from '../support/host-answers.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const hosts = ['web-1', 'web-2', 'web-3', 'web-4']
const waves = { hosts, rollout: '{ batch: 2, pause: 15s, canary: { hosts: 1, soak: 1m } }' }

/** A shop on four hosts, with one verified release, that goes in three waves. */
async function withWaves(more: TownOptions = {}) {
  const town = await openTown({ ...waves, ...more, started: false })
  const landfall = await town.start()
  return { town, landfall, before: await town.deploy() }
}

/** As Docker does when the process in it ended. */
function restart(host: FakeHost): void {
  const web = host.container('web')
  if (!web) throw new Error('there is no such container')
  web.restarts += 1
}
const never = (): never => {
  throw new Error('nothing was put there')
}
const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)
const switches = (town: Town, generation: number) =>
  [...town.hosts.values()].map((host) => host.heard.filter((verb) => verb === `switch ${generation}`).length)
const began = async (town: Town, id: string) =>
  (await town.store.timeline.read(id)).filter(({ step }) => step === 'switch').map(({ host, at }) => [host, Date.parse(at)] as const)

/** Until the wave of this position is proved and the next one waits. */
async function pausedAfter(town: Town, wave: number) {
  await town.until(async () => {
    const { state, rollout } = await town.newest()
    return state === 'paused' && rollout?.wave === wave
  })
  return town.newest()
}

describe('hosts in waves', () => {
  test('go one after the other, each when the one before is proved and its pause is over', async () => {
    const { town } = await withWaves()
    const { id, revision, state } = await town.deploy()
    expect(state).toBe('succeeded')
    expect(versions(town)).toEqual([revision, revision, revision, revision])
    expect(switches(town, 2)).toEqual([1, 1, 1, 1])
    const at = await began(town, id)
    expect(at.map(([host]) => host)).toEqual(hosts)
    const [one = 0, two = 0, three = 0, four = 0] = at.map(([, moment]) => moment / 1000)
    expect(two - one).toBeGreaterThanOrEqual(60)
    expect(three - two).toBeLessThan(5)
    expect(four - three).toBeGreaterThanOrEqual(15)
  })

  test('have pulled everywhere before the first of them changes', async () => {
    const { town } = await withWaves()
    await town.tellPush(town.commit())
    await pausedAfter(town, 0)
    for (const host of town.hosts.values()) expect(host.heard).toContain('put 2')
    expect(switches(town, 2)).toEqual([1, 0, 0, 0])
  })

  test('are in the plan, with their pauses, and in one receipt', async () => {
    const { town } = await withWaves()
    const { id, plan } = await town.deploy()
    expect(plan?.waves).toEqual([
      { hosts: ['web-1'], pause: 60 },
      { hosts: ['web-2', 'web-3'], pause: 15 },
      { hosts: ['web-4'], pause: 0 },
    ])
    expect((await town.store.receipts.of(id))?.hosts.map(({ host }) => host)).toEqual(hosts)
    expect((await town.record(id)).find((line) => line.startsWith('plan'))).toMatch(/wave 1 +web-1.*\n +then a pause of 1 min\n/)
  })

  test('tell how far they are', async () => {
    const { town } = await withWaves()
    const sha = town.commit()
    await town.tellPush(sha)
    const { id } = await pausedAfter(town, 1)
    await town.pass(12)
    const check = town.github.checkRuns.find(({ externalId }) => externalId === id)
    expect(check).toMatchObject({ state: 'in_progress', buttons: [{ label: 'Cancel' }] })
    expect(check?.title).toMatch(/Wave 2 of 3 is proved and watched; the next begins on 21 Nov 2026, 10:\d\d:\d\d UTC/)
    expect(await town.record(id)).toContain('pause: wave 2 of 3 is proved (web-2, web-3); it is watched for 15 s')
  })

  test('all go at once on the way back to the release before', async () => {
    const { town, before } = await withWaves()
    await town.deploy()
    await town.tellComment('/rollback')
    const back = await town.reaches('succeeded')
    expect(back.plan?.waves).toEqual([{ hosts, pause: 0 }])
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('are those that the head of the branch asks for, also where the commit is an older one', async () => {
    const { town, before } = await withWaves()
    await town.deploy({ '.github/landfall.yml': landfallYml({ follows: hosts, rollout: '{ batch: 3 }' }) })
    await town.tellComment(`/deploy production ${before.revision}`)
    await town.quiet()
    expect((await town.newest()).plan?.waves.map((wave) => wave.hosts.length)).toEqual([3, 1])
  })
})

describe('what goes wrong in a later wave takes every host back', () => {
  test.each<[why: string, host: string, answers: (command: Command) => ReturnType<typeof refused> | undefined]>([
    ['cannot switch', 'web-2', ({ verb }) => (verb === 'switch' ? refused(15, 'docker compose up failed') : undefined)],
    ['is not proved', 'web-4', ({ verb, args }) => (verb === 'probe' && args[2] === '2' ? refused(20, 'no curl') : undefined)],
  ])('a host that %s', async (_why, name, answers) => {
    const { town, before } = await withWaves()
    town.host(name).instead = answers
    const failed = await town.deploy()
    expect(failed.state).toBe('rolled-back')
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('a canary that is not well any more during its pause, at once, with its last words', async () => {
    const { town, before } = await withWaves()
    await town.tellPush(town.commit({}, { behaviour: { says: 'out of boats\n' } }))
    const { id } = await pausedAfter(town, 0)
    await town.pass(30)
    const web = town.host('web-1').container('web')
    if (web) web.image.behaviour.answers = 500
    await town.reaches('rolled-back', 60)
    expect(await town.newest()).toMatchObject({ reason: { code: 'verification-failed', evidence: { host: 'web-1', service: 'web' } } })
    expect(switches(town, 2)).toEqual([1, 0, 0, 0])
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
    expect((await town.record(id)).some((line) => line.startsWith('logs web-1') && line.includes('out of boats'))).toBe(true)
  })

  test('a host of an early wave that is not well any more in a later pause, at once', async () => {
    const { town, before } = await withWaves()
    await town.tellPush(town.commit())
    await pausedAfter(town, 1)
    town.host('web-1').docker.remove('web')
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: 'rolled-back', reason: { evidence: { host: 'web-1', service: 'web' } } })
    expect(switches(town, 2)).toEqual([1, 1, 1, 0])
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test.each<[what: string, happens: (host: FakeHost) => void]>([
    ['dies', (host) => host.docker.remove('web')],
    ['restarts', (host) => restart(host)],
    ['is replaced', (host) => void host.docker.up(host.releases.get(2) ?? never(), ['web'], { force: true })],
  ])('a container of an early wave that %s while later ones roll', async (_what, happens) => {
    const { town, before } = await withWaves()
    town.host('web-4').instead = ({ verb }) => {
      if (verb === 'switch') happens(town.host('web-1'))
      return undefined
    }
    await town.deploy()
    expect(await town.newest()).toMatchObject({ state: 'rolled-back', reason: { evidence: { host: 'web-1', service: 'web' } } })
    expect(switches(town, 2)).toEqual([1, 1, 1, 1])
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })
})

test('a host of an early wave that is not well any more stops the wave at work, and nobody waits for the end of its soak', async () => {
  const { town, before } = await withWaves({ soak: '5m' })
  await town.tellPush(town.commit({}, { behaviour: { says: 'out of boats\n' } }))
  await town.until(() => switches(town, 2)[3] === 1)
  const from = town.clock.now().getTime()
  restart(town.host('web-1'))
  const { id, reason } = await town.reaches('rolled-back', 60)
  expect(town.clock.now().getTime() - from).toBeLessThan(60_000)
  expect(reason).toMatchObject({ code: 'verification-failed', evidence: { host: 'web-1', service: 'web' } })
  expect(versions(town)).toEqual(hosts.map(() => before.revision))
  expect((await town.record(id)).some((line) => line.startsWith('logs web-1') && line.includes('out of boats'))).toBe(true)
})

test('a restart between the proof of a host and the next look at it counts, however short that is', async () => {
  const { town } = await withWaves()
  const host = town.host('web-1')
  await town.tellPush(town.commit())
  // The first watch of the new release is its proof; the one after that begins with a container that came back at once.
  let watches = 0
  host.instead = ({ verb, args }) => {
    if (verb === 'probe' && args[2] === '2') watches += 1
    if (verb === 'probe' && args[2] === '2' && watches === 2) restart(host)
    return undefined
  }
  expect(await town.reaches('rolled-back', 300)).toMatchObject({ reason: { evidence: { host: 'web-1', service: 'web' } } })
  expect(switches(town, 2)).toEqual([1, 0, 0, 0])
})

describe('a Landfall that dies', () => {
  const dies: [when: string, where: (call: string, args: unknown[]) => boolean][] = [
    ['once the second wave is to roll', (call, [, , to, patch]) => isStep(call, to, 'rolling') && isWave(patch, 1)],
    ['while the second wave switches', (call, [rule, command]) => call === 'hosts.run' && isSwitch(rule, command)],
    [
      'while the second wave is proved',
      (call, [rule, command]) => call === 'hosts.run' && Object(rule).name === 'web-2' && isProbe(command),
    ],
    ['as the pause after it begins', (call, [, , to, patch]) => isStep(call, to, 'paused') && isWave(patch, 1)],
  ]
  const isStep = (call: string, to: unknown, state: string) => call === 'store.deployments.advance' && to === state
  const isWave = (patch: unknown, wave: number) => Object(patch).rollout?.wave === wave
  const isSwitch = (rule: unknown, command: unknown) => Object(rule).name === 'web-2' && Object(command).verb === 'switch'
  const isProbe = (command: unknown) => Object(command).verb === 'probe' && Object(command).args[2] === '2'

  test.each(dies)('%s is continued by the next, and no wave is skipped or made twice', async (_when, where) => {
    const { town, landfall } = await withWaves()
    landfall.life.endsAfter = where
    const sha = town.commit()
    await town.tellPush(sha)
    await town.until(() => landfall.life.ended)
    const made = (name: string) => town.host(name).container('web')?.id
    const kept = [made('web-1'), made('web-2'), made('web-3')]
    const [first, , , last] = switches(town, 2)
    expect([first, last]).toEqual([1, 0])
    await town.start()
    await town.quiet()
    expect(await town.newest()).toMatchObject({ revision: sha, state: 'succeeded' })
    expect(versions(town)).toEqual([sha, sha, sha, sha])
    expect(switches(town, 2)[0]).toBe(1)
    expect(switches(town, 2)[3]).toBe(1)
    // What ran the new release already was left as it was.
    for (const [index, name] of ['web-1', 'web-2', 'web-3'].entries()) {
      const had = kept[index]
      if (index === 0 || town.host(name).heard.filter((verb) => verb === 'switch 2').length > 1) expect(made(name)).toBe(had)
    }
  })

  test('in a pause waits for no more than what is left of it', async () => {
    const { town, landfall } = await withWaves()
    await town.tellPush(town.commit())
    const { rollout } = await pausedAfter(town, 0)
    await town.pass(40)
    landfall.kill()
    await town.start()
    await town.until(() => town.host('web-2').heard.includes('switch 2'))
    const over = (town.clock.now().getTime() - Date.parse(rollout?.until ?? '')) / 1000
    expect(over).toBeGreaterThanOrEqual(0)
    expect(over).toBeLessThan(20)
    expect(switches(town, 2)[0]).toBe(1)
  })
})

test('a rollback in a pause does not wait for its end, and goes to what ran before', async () => {
  const { town, before } = await withWaves()
  await town.tellPush(town.commit())
  const { id } = await pausedAfter(town, 0)
  await town.tellComment('/rollback')
  await town.until(async () => (await town.newest()).kind === 'rollback' && (await town.newest()).state === 'succeeded', 30)
  expect(await town.store.deployments.read(id)).toMatchObject({ state: 'rolled-back', reason: { code: 'taken-back' } })
  expect(versions(town)).toEqual(hosts.map(() => before.revision))
  expect(switches(town, 2)).toEqual([1, 0, 0, 0])
})

test('/cancel in a pause ends it at once and takes back the hosts that had gone', async () => {
  const { town, before } = await withWaves()
  await town.tellPush(town.commit())
  const { id } = await pausedAfter(town, 0)
  await town.tellComment('/cancel')
  await town.reaches('rolled-back', 30)
  expect(await town.newest()).toMatchObject({ id, reason: { code: 'stopped-by', evidence: { person: 'mona', wave: '1', waves: '3' } } })
  expect(versions(town)).toEqual(hosts.map(() => before.revision))
  expect(switches(town, 2)).toEqual([1, 0, 0, 0])
  await town.quiet()
  expect(town.github.comments.at(-1)?.body).toContain('goes back to what it ran before')
})
