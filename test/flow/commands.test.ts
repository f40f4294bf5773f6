import { describe, expect, test } from 'vitest'
import type { PullRequestFacts } from '../../src/flow/ports.ts'
import { commentAnswer } from '../../src/report/answer.ts'
import { sha } from '../support/builders.ts'
import { httpError } from '../support/fake-github.ts'
import { openTown, type Town } from '../support/town.ts'

const openPull: PullRequestFacts = {
  number: 1,
  title: 'A change',
  author: 'lisa',
  bot: false,
  head: { branch: 'change', sha: sha('c'), repository: 'acme/shop' },
  base: { branch: 'main' },
  fork: false,
  state: 'open',
  draft: false,
  labels: [],
}

/** Says it, and lets everything settle that can. */
async function say(town: Town, body: string, changes: Parameters<Town['tellComment']>[1] = {}): Promise<string> {
  const before = town.github.comments.length
  await town.tellComment(body, changes)
  await town.pass(15)
  return town.github.comments[before]?.body ?? ''
}

const running = (town: Town) => town.host().container('web')?.image.behaviour.version
const reactions = (town: Town) => town.github.reactions.map(({ reaction }) => reaction)

describe('a lock', () => {
  test('holds back what others merge, says so on the commit, and lets the newest go when it is taken back', async () => {
    const town = await openTown()
    const { revision: first } = await town.deploy()
    town.github.roles.lisa = 'write'
    expect(await say(town, '/lock the database moves --for 2h', { actor: 'lisa' })).toContain('production is locked')
    const [older, newer] = [town.commit(), town.commit()]
    await town.tellPush(newer)
    await town.reaches('waiting')
    expect(town.github.statusesOf(newer).at(-1)?.[1]).toContain('locked by lisa')
    await town.pass(600)
    expect(running(town)).toBe(first)
    expect(await say(town, '/unlock')).toContain('was locked by lisa')
    await town.quiet()
    expect(running(town)).toBe(newer)
    expect(older).not.toBe(newer)
    expect(reactions(town)).toEqual(['eyes', 'eyes'])
  })

  test('lets its holder deploy, and rollbacks of anybody', async () => {
    const town = await openTown()
    const { revision: first } = await town.deploy()
    await say(town, '/lock')
    const second = await town.deploy()
    expect(second.state).toBe('succeeded')
    town.github.roles.lisa = 'write'
    await say(town, '/rollback', { actor: 'lisa' })
    await town.quiet()
    expect(running(town)).toBe(first)
  })

  test("of somebody else is not taken over; one's own is set anew", async () => {
    const town = await openTown()
    await town.deploy()
    town.github.roles.lisa = 'write'
    await say(town, '/lock first', { actor: 'lisa' })
    expect(await say(town, '/lock mine')).toContain('already locked by lisa')
    await say(town, '/lock second', { actor: 'lisa' })
    expect((await town.store.locks.of('acme/shop')).map(({ person, reason }) => [person, reason])).toEqual([['lisa', 'second']])
  })

  test('runs out by itself', async () => {
    const town = await openTown()
    await town.deploy()
    town.github.roles.lisa = 'write'
    await say(town, '/lock --all release day --for 30m', { actor: 'lisa' })
    await town.tellPush(town.commit())
    await town.reaches('waiting')
    await town.reaches('succeeded', 1900)
    expect(await town.store.locks.of('acme/shop')).toEqual([])
  })
})

test('a lock that was set in a pull request ends with it', async () => {
  const town = await openTown({ sweeps: true })
  await town.deploy()
  town.github.roles.lisa = 'write'
  town.github.pulls.set(12, { ...openPull, number: 12 })
  town.github.branches.set(openPull.head.branch, town.commit())
  expect(await say(town, '/lock', { actor: 'lisa' })).toMatch(/until .*12 is closed/)
  const waiting = town.commit()
  await town.tellPush(waiting)
  await town.reaches('waiting')
  town.github.pulls.set(12, { ...openPull, number: 12, state: 'closed' })
  await town.reaches('succeeded', 200)
  expect(running(town)).toBe(waiting)
})

test('/status tells what runs, what is locked and what waits', async () => {
  const town = await openTown()
  const { revision = '' } = await town.deploy()
  await say(town, '/lock --all freeze')
  const told = await say(town, '/status')
  expect(told).toContain(revision.slice(0, 7))
  expect(told).toContain('locked with all environments by mona')
})

test('/status tells how far what runs is behind, what is quarantined, and what mends what went wrong', async () => {
  const town = await openTown()
  await town.deploy()
  const { revision: bad = '' } = await town.deploy()
  await say(town, '/rollback')
  const late = town.commit({}, { build: false })
  await town.tellPush(late)
  await town.reaches('failed', 3600)
  const asked = town.github.calls.length
  const told = await say(town, '/status')
  expect(told).toContain('2 commits behind main')
  expect(told).toContain(`${bad.slice(0, 7)} was rolled back by mona`)
  expect(told).toContain(`\`/deploy production ${bad} --again\``)
  expect(told).toContain('then `/retry production`')
  expect(town.github.calls.slice(asked).filter((call) => call === 'changes')).toHaveLength(1)
})

test('/status is told also where GitHub does not compare', async () => {
  const town = await openTown()
  const { revision = '' } = await town.deploy()
  await town.tellPush(town.commit({}, { build: false }))
  await town.reaches('waiting')
  town.github.fails = (call) => (call === 'changes' ? httpError(502) : undefined)
  expect(await say(town, '/status')).toContain(revision.slice(0, 7))
})

test('/help lists the commands there are', async () => {
  const told = await say(await openTown(), '/help')
  expect(told).toContain('/rollback [environment]')
  expect(told).toContain('/plan')
})

test('/cancel ends what waits, before any host is touched', async () => {
  const town = await openTown()
  const { revision: first } = await town.deploy()
  const missing = town.commit({}, { build: false })
  await town.tellPush(missing)
  await town.reaches('waiting')
  expect(await say(town, '/cancel')).toContain('Nothing was changed on any host')
  expect(await town.newest()).toMatchObject({ state: 'cancelled', reason: { code: 'cancelled-by', evidence: { person: 'mona' } } })
  town.build(missing)
  await town.pass(60)
  expect(running(town)).toBe(first)
  expect(await say(town, '/cancel')).toContain('There is nothing to cancel')
})

/** One is deployed; of two later commits the newer was told of, and cancelled before its image was there. */
async function cancelledHead(town: Town) {
  const { revision: first } = await town.deploy()
  const late = town.commit()
  const head = town.commit({}, { build: false })
  await town.tellPush(head)
  await town.reaches('waiting')
  await say(town, '/cancel')
  town.build(head)
  return { first, late, head }
}

test('what was cancelled is not brought by an older push that is told of late', async () => {
  const town = await openTown()
  const { first, late, head } = await cancelledHead(town)
  await town.tellPush(late)
  await town.pass(60)
  expect(running(town)).toBe(first)
  const ends = (await town.deployments()).map(({ revision, state }) => [revision, state])
  expect(ends).toContainEqual([late, 'superseded'])
  expect(ends.filter(([revision]) => revision === head)).toEqual([[head, 'cancelled']])
})

test('what was cancelled is not brought by a look that finds it again', async () => {
  const town = await openTown()
  const { first, head } = await cancelledHead(town)
  await town.tellPush(head)
  await town.pass(60)
  expect(running(town)).toBe(first)
  expect((await town.deployments()).filter(({ revision }) => revision === head).map(({ state }) => state)).toEqual(['cancelled'])
})

test('/retry tries what failed once more, and nothing that went well', async () => {
  const town = await openTown()
  await town.deploy()
  expect(await say(town, '/retry')).toContain('nothing to try again')
  const late = town.commit({}, { build: false })
  await town.tellPush(late)
  await town.reaches('failed', 3600)
  town.build(late)
  await say(town, '/retry')
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'deploy', revision: late, state: 'succeeded' })
  expect(running(town)).toBe(late)
})

describe('/rollback to', () => {
  test.each<[what: string, name: (revisions: string[]) => string]>([
    ['a commit', ([first = '']) => first.slice(0, 8)],
    ['a generation', () => '1'],
  ])('%s brings that very release', async (_what, name) => {
    const town = await openTown()
    const revisions: string[] = []
    for (let times = 0; times < 3; times += 1) revisions.push((await town.deploy()).revision ?? '')
    await say(town, `/rollback to ${name(revisions)}`)
    await town.quiet()
    expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: revisions[0] })
    expect(running(town)).toBe(revisions[0])
  })

  test('what was never verified is refused with what was', async () => {
    const town = await openTown()
    const { revision = '' } = await town.deploy()
    const answer = await say(town, '/rollback to abcdef1')
    expect(answer).toContain('No release of that name')
    expect(answer).toContain(revision.slice(0, 7))
    expect(await town.deployments()).toHaveLength(1)
  })
})

describe('a slip', () => {
  test('of somebody who may give commands is answered with what was meant', async () => {
    const town = await openTown()
    await town.deploy()
    expect(await say(town, '/rolback')).toContain('did you mean')
    expect(await town.deployments()).toHaveLength(1)
    expect(reactions(town)).toEqual(['-1'])
  })

  test('of a stranger is not answered', async () => {
    const town = await openTown()
    await town.deploy()
    town.github.roles.stranger = 'read'
    expect(await say(town, '/rolback', { actor: 'stranger' })).toBe('')
    expect(reactions(town)).toEqual([])
  })
})

describe('a comment with several commands', () => {
  test('is answered once, with a part for each in their order', async () => {
    const town = await openTown()
    await town.deploy()
    const told = await say(town, '/lock while I look\n/status\n/unlock')
    expect(town.github.comments).toHaveLength(1)
    expect(told.match(/production is (un)?locked|What runs where/g)).toEqual([
      'production is locked',
      'What runs where',
      'production is unlocked',
    ])
    expect(told).toContain('**`/lock while I look`**')
    expect(reactions(town)).toEqual(['eyes'])
  })

  test('tells of each deployment as it goes on, and what is refused beside it', async () => {
    const town = await openTown()
    const [{ revision: first = '' }] = [await town.deploy(), await town.deploy()]
    const told = await say(town, '/rolback\n/rollback')
    expect(told).toContain('did you mean')
    expect(told).toContain(`production went back to ${first.slice(0, 7)}`)
    expect(town.github.comments).toHaveLength(1)
    expect(reactions(town).toSorted()).toEqual(['-1', 'eyes'])
  })

  test('is answered once also where Landfall dies while it answers', async () => {
    const town = await openTown({ started: false })
    const first = await town.start({ leaseSeconds: 5 })
    await town.deploy()
    town.github.loses = (call) => {
      if (call === 'comment') first.kill()
      return undefined
    }
    await town.tellComment('/lock while I look\n/status')
    await town.until(() => first.life.ended)
    town.github.loses = () => undefined
    await town.start({ leaseSeconds: 5 })
    await town.pass(30)
    expect(town.github.comments).toHaveLength(1)
    expect(town.github.comments[0]?.body).toMatch(/production is locked[\s\S]*What runs where/)
  })

  test('of the greatest length keeps room for the others', () =>
    expect(
      commentAnswer(5, [
        { command: '/status', said: 'x'.repeat(61_000) },
        { command: '/unlock', said: 'production is unlocked\n' },
      ]),
    ).toMatch(/`\/status`[\s\S]*no room here[\s\S]*production is unlocked/))
})
