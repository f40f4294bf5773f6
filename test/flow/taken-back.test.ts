import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { CommandResult } from '../../src/flow/ports.ts'
import type { Command } from '../../src/host/command.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const version = (town: Town, host = 'web-1') => town.host(host).container('web')?.image.behaviour.version
const seconds = (from: number, to: string | undefined) => (Date.parse(to ?? '') - from) / 1000

interface Hanging {
  town: Town
  /** The first verified release, the one before that which hangs, and the one that hangs. */
  first: Deployment
  before: Deployment
  bad: Deployment
}

/** Two verified releases, and a third that is left in this state: its app starts and never becomes well. */
async function hanging(state: Deployment['state'], { instead, ...options }: TownOptions & { instead?: Instead } = {}): Promise<Hanging> {
  const town = await openTown({ within: '600s', ...options })
  const [first, before] = [await town.deploy(), await town.deploy()]
  if (instead) town.host().instead = (command) => instead(command, town)
  await town.tellPush(town.commit({}, { behaviour: { answers: 503 } }))
  const bad = await town.reaches(state)
  return { town, first, before, bad }
}

type Instead = (command: Command, town: Town) => CommandResult | Promise<CommandResult | undefined> | undefined

/** Whose answer takes half an hour. */
const slow =
  (verb: string): Instead =>
  (command, town) =>
    command.verb === verb ? town.clock.sleep(1800).then(() => undefined) : undefined

async function rollBack(town: Town, body = '/rollback') {
  const asked = town.clock.now().getTime()
  await town.tellComment(body)
  await town.until(async () => (await town.newest()).kind === 'rollback' && (await town.newest()).finishedAt !== undefined, 120)
  const back = await town.newest()
  return { back, took: seconds(asked, back.finishedAt) }
}

/** What runs is what ran before, what hung is quarantined, and nothing more comes of it. */
async function wentBack({ town, before, bad }: Hanging, back: Deployment) {
  expect(back).toMatchObject({ state: 'succeeded', revision: before.revision, over: { deployment: bad.id, revision: bad.revision } })
  await town.quiet()
  for (const name of town.hosts.keys()) expect(version(town, name)).toBe(before.revision)
  expect(town.github.statusesOf(bad.revision ?? '').at(-1)).toEqual(['failure', `Rolled back by mona to ${before.revision?.slice(0, 7)}`])
  await town.tellComment(`/deploy production ${bad.revision}`)
  await town.quiet()
  expect(await town.newest()).toMatchObject({ state: 'rejected', reason: { code: 'quarantine-asks' } })
  expect(town.host().highest).toBe(back.plan?.generation)
  return town.store.deployments.read(bad.id)
}

describe('a rollback does not wait for a deployment that', () => {
  test('waits for its app to become well: it ends, and the release before it is verified', async () => {
    const there = await hanging('verifying')
    const { back, took } = await rollBack(there.town)
    const ended = await wentBack(there, back)
    expect(ended).toMatchObject({ state: 'rolled-back', reason: { code: 'taken-back', evidence: { person: 'mona' } } })
    expect(took).toBeLessThan(30)
    expect((await there.town.record(there.bad.id)).filter((line) => /^(logs|return) /.test(line))).toEqual([
      expect.stringMatching(/^logs web-1: web /),
      'return web-1: generation 2 runs again; the rollback that comes next proves it',
    ])
  })

  test('soaks', async () => {
    const town = await openTown({ soak: '120s' })
    const [first, before] = [await town.deploy(), await town.deploy()]
    await town.tellPush(town.commit())
    const bad = await town.reaches('verifying')
    await town.pass(30)
    const { back, took } = await rollBack(town)
    expect(await wentBack({ town, first, before, bad }, back)).toMatchObject({ state: 'rolled-back' })
    expect(took).toBeLessThan(30)
  })

  test('pulls: nothing was changed, and it is cancelled', async () => {
    const there = await hanging('pulling', { instead: slow('put') })
    there.town.host().instead = () => undefined
    const { back, took } = await rollBack(there.town)
    expect(await wentBack(there, back)).toMatchObject({ state: 'cancelled', reason: { code: 'taken-back' } })
    expect(took).toBeLessThan(30)
  })

  test('is on one host of two, and comes to the other no more', async () => {
    const there = await hanging('verifying', { hosts: ['web-1', 'web-2'] })
    const { back } = await rollBack(there.town)
    await wentBack(there, back)
    expect(back.plan?.hosts.map(({ name }) => name)).toEqual(['web-1', 'web-2'])
  })

  test('fails and returns: the return is not proved twice', async () => {
    const there = await hanging('verifying', { soak: '60s' })
    there.town.host().instead = (command) => (command.verb === 'restore' ? there.town.clock.sleep(2).then(() => undefined) : undefined)
    const web = there.town.host().container('web')
    if (web) web.restarts = 9
    await there.town.reaches('rolling-back')
    const { back, took } = await rollBack(there.town)
    await wentBack(there, back)
    expect(took).toBeLessThan(30)
  })

  test('waits for a host that is busy', async () => {
    const busy: Instead = ({ verb, args }) =>
      verb === 'switch' && args[2] === '3' ? { kind: 'exited', code: 14, stdout: '', stderr: 'landfall-shell: busy' } : undefined
    const there = await hanging('rolling', { instead: busy })
    const { back, took } = await rollBack(there.town)
    await wentBack(there, back)
    expect(took).toBeLessThan(30)
  })
})

test('a switch that is under way on a host is waited for', async () => {
  const there = await hanging('rolling', {
    instead: (command, town) => (command.verb === 'switch' ? town.clock.sleep(20).then(() => undefined) : undefined),
  })
  const { back, took } = await rollBack(there.town)
  await wentBack(there, back)
  expect(took).toBeGreaterThan(15)
  expect(
    there.town
      .host()
      .heard.slice(-9)
      .map((verb) => verb.split(' ')[0]),
  ).toEqual(expect.arrayContaining(['switch', 'restore', 'inspect', 'put']))
})

describe('asked for by two people', () => {
  test('while it is on its way it is one, told to both from what to what', async () => {
    const { town, before, bad } = await hanging('verifying')
    town.github.roles.lisa = 'write'
    const told: string[] = []
    const edit = town.github.editComment.bind(town.github)
    const comment = town.github.comment.bind(town.github)
    town.github.comment = (...said) => comment(...said).finally(() => told.push(said[2]))
    town.github.editComment = (...said) => edit(...said).finally(() => told.push(said[2]))
    await town.tellComment('/rollback')
    await town.tellComment('/rollback', { actor: 'lisa' })
    await town.quiet()
    expect(version(town)).toBe(before.revision)
    expect((await town.deployments()).filter(({ kind }) => kind === 'rollback')).toHaveLength(1)
    const [from, to] = [bad, before].map(({ revision = '' }) => revision.slice(0, 7))
    expect(told).toContainEqual(expect.stringContaining(`being rolled back by mona, from ${from} to ${to}, so nothing more is done`))
    const ended = town.github.comments.filter(({ body }) => body.includes(`production went back to ${to} from ${from}`))
    expect(ended).toHaveLength(2)
  })

  test.each([
    ['before its end means the same', true, 1],
    ['after its end goes one further', false, 2],
  ])('%s, however late it is read', async (_which, early, rollbacks) => {
    const town = await openTown()
    for (let release = 0; release < 3; release += 1) await town.deploy()
    town.github.roles.lisa = 'write'
    const role = town.github.role.bind(town.github)
    // GitHub says of the second person only later what she may.
    town.github.role = async (...who) => {
      if (who[1] === 'lisa') await town.clock.sleep(300)
      return role(...who)
    }
    await town.tellComment('/rollback')
    if (early) await town.tellComment('/rollback', { actor: 'lisa' })
    else {
      await town.until(async () => (await town.newest()).kind === 'rollback' && (await town.newest()).state === 'succeeded')
      await town.tellComment('/rollback', { actor: 'lisa' })
    }
    await town.quiet()
    expect((await town.deployments()).filter(({ kind }) => kind === 'rollback')).toHaveLength(rollbacks)
  })
})

test('one that failed and returned before the rollback was read is what it takes back', async () => {
  const { town, before, bad } = await hanging('verifying', { within: '30s' })
  const role = town.github.role.bind(town.github)
  town.github.role = async (...who) => {
    await town.clock.sleep(300)
    return role(...who)
  }
  await town.tellComment('/rollback')
  await town.until(async () => (await town.store.deployments.read(bad.id))?.state === 'rolled-back')
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: before.revision })
})

test('a named release is gone to over a deployment that hangs', async () => {
  const { town, first, bad } = await hanging('verifying')
  const { back } = await rollBack(town, `/rollback to ${first.revision?.slice(0, 8)}`)
  expect(back).toMatchObject({ state: 'succeeded', revision: first.revision, over: { deployment: bad.id } })
  expect(version(town)).toBe(first.revision)
})

test('a named release is gone to over a rollback that hangs, and what that was to take away stays away', async () => {
  const town = await openTown({ within: '600s' })
  const first = await town.deploy()
  const unwell = await town.deploy()
  const image = town.host().container('web')?.image
  const bad = await town.deploy()
  if (image) image.behaviour.answers = 503
  await town.tellComment('/rollback')
  const hangs = await town.reaches('verifying')
  expect(hangs.revision).toBe(unwell.revision)
  await town.tellComment(`/rollback to ${first.revision?.slice(0, 8)}`)
  await town.quiet()
  expect(await town.newest()).toMatchObject({ state: 'succeeded', revision: first.revision, over: { revision: bad.revision } })
  expect(await town.store.deployments.read(hangs.id)).toMatchObject({ state: 'halted', reason: { code: 'taken-back' } })
  expect(version(town)).toBe(first.revision)
  expect(town.github.statusesOf(bad.revision ?? '').at(-1)?.[1]).toContain('Rolled back by mona')
})

test('without a release before it there is nothing to take it back to: it comes to its own end', async () => {
  const town = await openTown({ within: '60s' })
  await town.tellPush(town.commit({}, { behaviour: { answers: 503 } }))
  const bad = await town.reaches('verifying')
  await town.tellComment('/rollback')
  await town.quiet()
  expect(await town.store.deployments.read(bad.id)).toMatchObject({ state: 'halted', reason: { code: 'first-release-failed' } })
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'rejected', reason: { code: 'nothing-to-return-to' } })
})

test('a newer commit that was pushed after the rollback is deployed after it', async () => {
  const { town } = await hanging('verifying')
  await town.tellComment('/rollback')
  const newer = town.commit()
  await town.tellPush(newer)
  await town.quiet()
  expect(version(town)).toBe(newer)
})

describe('with a Landfall that dies', () => {
  test.each<[when: string, dies: (call: string, args: unknown[]) => boolean]>([
    ['once it was told to stop', (call, [, , to]) => call === 'store.deployments.advance' && to === 'rolling-back'],
    ['while the host goes back', (call, [, command]) => call === 'hosts.run' && Object(command).verb === 'restore'],
    ['once hosts are back', (call, [, , to]) => call === 'store.deployments.advance' && to === 'rolled-back'],
    [
      'once the rollback is planned',
      (call, [, , to, patch]) => call === 'store.deployments.advance' && to === 'planned' && Object(patch).plan,
    ],
    ['while the rollback is switched to', (call, [, command]) => call === 'hosts.run' && Object(command).verb === 'switch'],
    ['before anybody heard of the end', (call, [, , to]) => call === 'store.deployments.advance' && to === 'succeeded'],
  ])('%s the next one goes on', async (_when, dies) => {
    const town = await openTown({ within: '600s', started: false, hosts: ['web-1', 'web-2'] })
    const mortal = await town.start()
    const [first, before] = [await town.deploy(), await town.deploy()]
    await town.tellPush(town.commit({}, { behaviour: { answers: 503 } }))
    const bad = await town.reaches('verifying')
    mortal.life.endsAfter = dies
    await town.tellComment('/rollback')
    await town.until(() => mortal.life.ended, 120)
    await town.start()
    await town.quiet(300)
    const back = (await town.deployments()).find(({ kind }) => kind === 'rollback')
    if (!back) throw new Error('there is no rollback')
    expect(await wentBack({ town, first, before, bad }, back)).toMatchObject({ state: 'rolled-back', reason: { code: 'taken-back' } })
    for (const { docker } of town.hosts.values()) expect(docker.containers.map(({ service }) => service).sort()).toEqual(['db', 'web'])
  })

  test('before the rollback was stored at all: the one that comes next finds both', async () => {
    const town = await openTown({ within: '600s', started: false })
    const mortal = await town.start()
    const [first, before] = [await town.deploy(), await town.deploy()]
    await town.tellPush(town.commit({}, { behaviour: { answers: 503 } }))
    const bad = await town.reaches('verifying')
    mortal.kill()
    await town.tellComment('/rollback')
    await town.start()
    await town.quiet(300)
    await wentBack({ town, first, before, bad }, await town.newest())
  })
})

test('whose wake-up gets lost is noticed in the database', async () => {
  const town = await openTown({ within: '600s', started: false })
  const working = await town.start()
  const [first, before] = [await town.deploy(), await town.deploy()]
  await town.tellPush(town.commit({}, { behaviour: { answers: 503 } }))
  const bad = await town.reaches('verifying')
  working.ports.queue.wake = async () => undefined
  const { back, took } = await rollBack(town)
  await wentBack({ town, first, before, bad }, back)
  expect(took).toBeLessThan(30)
})
