import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { refused } from '../support/host-answers.ts'
import { landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const running = (town: Town) => town.host().container('web')?.image.behaviour.version

async function rollback(town: Town, body = '/rollback', changes: Parameters<Town['tellComment']>[1] = {}) {
  await town.tellComment(body, changes)
  await town.quiet()
  return town.newest()
}

test('goes back to the release before, by its very digests and without asking the registry', async () => {
  const town = await openTown()
  const [first, second] = [await town.deploy(), await town.deploy()]
  const asked = town.registry.asked.length
  const back = await rollback(town)
  expect(back).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: first.revision, plan: { release: first.id } })
  expect(back.plan?.images).toEqual(first.plan?.images)
  expect(town.registry.asked).toHaveLength(asked)
  expect(running(town)).toBe(first.revision)
  expect(town.github.statusesOf(second.revision ?? '').at(-1)).toEqual(['failure', `Rolled back by mona to ${first.revision?.slice(0, 7)}`])
  expect(town.github.reactions).toEqual([{ comment: expect.any(Number), reaction: 'eyes' }])
  expect(town.github.comments).toEqual([{ id: 1, issue: 12, body: expect.stringContaining('went back to') }])
})

test('shows on the check run of what it takes away that it is gone, and not on what was brought again', async () => {
  const town = await openTown()
  const [first, second] = [await town.deploy(), await town.deploy()]
  const checkOf = ({ revision }: Deployment) => town.github.checkRuns.findLast((run) => run.revision === revision)
  const before = town.github.calls.length
  await town.tellComment('/rollback')
  await town.quiet()
  const gone = `Rolled back by mona to ${first.revision?.slice(0, 7)}`
  expect(checkOf(second)).toMatchObject({ state: 'failure', title: gone, buttons: [] })
  expect(checkOf(second)?.summary).toContain(gone)
  expect(checkOf(first)).toMatchObject({ state: 'success', title: expect.stringContaining('went back to') })
  expect(town.github.calls.slice(before).filter((call) => call === 'createCheck')).toHaveLength(2)
  await town.tellComment(`/deploy production ${second.revision} --again`)
  await town.quiet()
  expect(checkOf(second)).toMatchObject({ state: 'success' })
  expect(town.github.statusesOf(second.revision ?? '').at(-1)?.[0]).toBe('success')
})

test('twice goes one further, and never to and fro', async () => {
  const town = await openTown()
  const first = await town.deploy()
  await town.deploy()
  await town.deploy()
  await rollback(town)
  await rollback(town)
  expect(running(town)).toBe(first.revision)
  expect(await rollback(town)).toMatchObject({ state: 'rejected', reason: { code: 'nothing-to-return-to' } })
  expect(running(town)).toBe(first.revision)
})

test('brings back the Compose file and the configuration of then', async () => {
  const town = await openTown()
  const first = await town.deploy()
  const compose = town.github.commits.get(first.revision ?? '')?.files['compose.yml'] ?? ''
  await town.deploy({ 'compose.yml': compose.replace('  db:', '  worker:\n    image: registry.example.com/acme/database:1\n  db:') })
  const database = town.host().container('db')?.id
  expect(town.host().container('worker')).toBeDefined()
  await rollback(town)
  expect(town.host().container('worker')).toBeUndefined()
  expect(town.host().container('db')?.id).toBe(database)
})

test('finds every image again, also where two lines come to one digest', async () => {
  const town = await openTown()
  const compose = `services:\n  web:\n    image: ${shopImage}:\${TAG}\n  worker:\n    image: ${shopImage}:\${TAG:-none}\n`
  const first = await town.deploy({ 'compose.yml': compose })
  await town.deploy()
  expect(await rollback(town)).toMatchObject({ state: 'succeeded', revision: first.revision })
})

test('of a release that fails returns to where it came from', async () => {
  const town = await openTown()
  await town.deploy()
  const old = town.host().container('web')?.image
  const second = await town.deploy()
  if (old) old.behaviour.answers = 500
  expect(await rollback(town)).toMatchObject({ state: 'rolled-back', reason: { code: 'verification-failed' } })
  expect(running(town)).toBe(second.revision)
})

test('after a deployment that halted goes to what was verified last', async () => {
  const town = await openTown()
  const first = await town.deploy()
  const second = await town.deploy()
  town.host().instead = ({ verb }) => (verb === 'restore' ? refused(15, 'docker compose up failed') : undefined)
  expect((await town.deploy({}, { behaviour: { answers: 500 } })).state).toBe('halted')
  town.host().instead = () => undefined
  expect(await rollback(town)).toMatchObject({ state: 'succeeded', revision: second.revision })
  expect(running(town)).toBe(second.revision)
  expect(await rollback(town)).toMatchObject({ state: 'succeeded', revision: first.revision })
})

test('after a release halted on a host that had just joined brings both to one release', async () => {
  const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'] })
  const first = await town.deploy()
  const joined = { '.github/landfall.yml': landfallYml({ follows: ['web-1', 'web-2'] }) }
  expect((await town.deploy(joined, { behaviour: { answers: 500 } })).state).toBe('halted')
  expect(await rollback(town)).toMatchObject({ state: 'succeeded', revision: first.revision })
  for (const host of town.hosts.values()) expect(host.container('web')?.image.behaviour.version).toBe(first.revision)
})

describe('is refused with a reaction and one answer', () => {
  test.each<[why: string, role: 'none' | 'read' | 'triage']>([
    ['a stranger', 'none'],
    ['a reader', 'read'],
    ['a triager', 'triage'],
  ])('to %s', async (_who, role) => {
    const town = await openTown()
    await town.deploy()
    await town.deploy()
    const before = running(town)
    town.github.roles.hubot = role
    await rollback(town, '/rollback', { actor: 'hubot' })
    expect(running(town)).toBe(before)
    expect(town.github.reactions).toEqual([{ comment: expect.any(Number), reaction: '-1' }])
    expect(town.github.comments).toEqual([{ id: 1, issue: 12, body: expect.stringContaining('needs write access') }])
    expect(await town.deployments()).toHaveLength(2)
  })

  test('for an environment there is none of', async () => {
    const town = await openTown()
    await town.deploy()
    await rollback(town, '/rollback stagging')
    expect(town.github.comments[0]?.body).toContain('There is no environment stagging; there are production')
  })
})

test('a bot rolls nothing back, and neither does a quote', async () => {
  const town = await openTown()
  await town.deploy()
  await town.tellComment('/rollback', { bot: true })
  await town.tellComment('> /rollback\n\nWhy did you do that?')
  expect(await town.store.intents.open()).toEqual([])
})

test('a comment delivered again rolls back once', async () => {
  const town = await openTown()
  const first = await town.deploy()
  await town.deploy()
  await town.deploy()
  const comment = { id: 77, issue: 12 }
  await Promise.all([1, 2, 3].map(() => town.tellComment('/rollback', { comment })))
  await rollback(town, '/rollback', { comment })
  expect((await town.deployments()).filter(({ kind }) => kind === 'rollback')).toHaveLength(1)
  expect(running(town)).not.toBe(first.revision)
})

test('asked for by two people at once goes one step back, and the second is told', async () => {
  const town = await openTown()
  await town.deploy()
  const second = await town.deploy()
  await town.deploy()
  town.github.roles.lisa = 'write'
  await Promise.all([town.tellComment('/rollback'), town.tellComment('/rollback', { actor: 'lisa' })])
  await town.quiet()
  expect(town.host().container('web')?.image.behaviour.version).toBe(second.revision)
  expect((await town.deployments()).filter(({ kind }) => kind === 'rollback')).toHaveLength(1)
  expect(town.github.comments.map(({ body }) => body).join('\n')).toContain('already being rolled back by mona')
})
