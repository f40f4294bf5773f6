import { describe, expect, test } from 'vitest'
import type { Sha } from '../../src/domain/repository.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const running = (town: Town) => town.host().container('web')?.image.behaviour.version
const orders = (town: Town) => town.host().heard.filter((verb) => /^(put|switch)/.test(verb)).length

/** Says it as somebody with write access, and lets some seconds pass; resolves to the answer. */
async function say(town: Town, body: string, { actor = 'lisa' } = {}): Promise<string> {
  town.github.roles[actor] ??= 'write'
  const before = town.github.comments.length
  await town.tellComment(body, { actor })
  await town.pass(15)
  return town.github.comments[before]?.body ?? ''
}

/** A town in which one commit runs and the next waits for an approval. */
async function waiting(gates = 'approve: { count: 1 }') {
  const town = await openTown()
  const before = await town.deploy()
  const revision = town.commit({ '.github/landfall.yml': landfallYml({ gates }) })
  await town.tellPush(revision)
  await town.pass(20)
  return { town, revision, before: before.revision ?? '' }
}

/** The branch is at a commit beside the one that waits, and nobody told Landfall. */
function moveAway(town: Town, before: Sha): void {
  town.github.branches.set('main', before)
  town.commit({ 'src/other.ts': 'something else' })
}

/** Answers of GitHub that planning waits for come so late, in seconds. */
function slowPlanning(town: Town, seconds: number): void {
  const { snapshot } = town.github
  town.github.snapshot = async (...args) => {
    await town.clock.sleep(seconds)
    return snapshot.apply(town.github, args)
  }
}

describe('a commit that its branch was moved away from', () => {
  test('can neither be approved nor rejected any more', async () => {
    const { town, before } = await waiting()
    moveAway(town, before)
    expect(await say(town, '/approve')).toContain('is not part of branch main')
    expect(running(town)).toBe(before)
  })

  test('is not deployed although it was approved before', async () => {
    const { town, revision, before } = await waiting('approve: { count: 1 }, windows: [{ deny: "Sat 09:00 - Sat 12:00" }]')
    expect(await say(town, '/approve')).toContain('is approved')
    moveAway(town, before)
    await town.pass(3 * 3600)
    expect(await town.newest()).toMatchObject({ revision, state: 'rejected', reason: { code: 'commit-not-followed' } })
    expect(running(town)).toBe(before)
  })

  test('while it was planned is not deployed, and no host is touched', async () => {
    const { town, revision, before } = await waiting()
    const heard = orders(town)
    slowPlanning(town, 60)
    await say(town, '/approve')
    moveAway(town, before)
    await town.reaches('rejected', 300)
    expect(await town.newest()).toMatchObject({ revision, reason: { code: 'commit-not-followed' } })
    expect([running(town), orders(town)]).toEqual([before, heard])
  })

  test('while Landfall was dead is not deployed by the next', async () => {
    const { town, revision, before } = await waiting()
    town.close()
    const dying = await town.start()
    dying.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'planned'
    await say(town, '/approve')
    await town.until(() => dying.life.ended, 60)
    expect((await town.newest()).state).toBe('planned')
    moveAway(town, before)
    await town.start()
    await town.reaches('rejected', 120)
    expect(await town.newest()).toMatchObject({ revision, reason: { code: 'commit-not-followed' } })
    expect(running(town)).toBe(before)
  })

  test('by a merge on top of it is deployed all the same: it is part of the branch', async () => {
    const { town, revision } = await waiting()
    town.commit({ 'src/other.ts': 'on top of it' })
    expect(await say(town, '/approve')).toContain('is approved')
    await town.quiet()
    expect(running(town)).toBe(revision)
  })
})

test('an approval of the second in which it was shown counts for nothing: GitHub tells no more of a comment', async () => {
  const { town } = await waiting()
  const since = Date.parse((await town.newest()).proposal?.since ?? '')
  town.github.roles.lisa = 'write'
  const approveAt = async (after: number) => {
    const before = town.github.comments.length
    await town.tellComment('/approve', { actor: 'lisa', at: new Date(since + after).toISOString() })
    await town.pass(15)
    return town.github.comments[before]?.body
  }
  expect(await approveAt(-1)).toContain('not what was shown')
  expect(await approveAt(999)).toContain('not what was shown')
  expect(await approveAt(1000)).toContain('is approved')
})

describe('what people say while it is planned', () => {
  test('a rejection is heard', async () => {
    const { town, revision, before } = await waiting()
    slowPlanning(town, 60)
    await say(town, '/approve')
    expect(await say(town, '/reject we found something', { actor: 'peter' })).toContain('was rejected')
    await town.reaches('rejected', 300)
    expect(await town.newest()).toMatchObject({ revision, reason: { code: 'rejected-by', evidence: { person: 'peter' } } })
    expect(running(town)).toBe(before)
  })

  test("somebody's lock holds it back", async () => {
    const { town, before } = await waiting()
    slowPlanning(town, 60)
    await say(town, '/approve')
    expect(await say(town, '/lock production the database moves', { actor: 'peter' })).toContain('is locked')
    await town.pass(300)
    expect(await town.newest()).toMatchObject({ state: 'waiting', reason: { code: 'locked' } })
    expect(running(town)).toBe(before)
  })

  test('a rejection that GitHub held up until it went is told that it goes already', async () => {
    const { town, revision } = await waiting('approve: { by: [team:ops] }')
    town.github.members.add('ops lisa').add('ops peter')
    const { isMember } = town.github
    town.github.isMember = async (repository, team, person) => {
      if (person === 'peter') await town.clock.sleep(60)
      return isMember.call(town.github, repository, team, person)
    }
    slowPlanning(town, 20)
    Object.assign(town.github.roles, { lisa: 'write', peter: 'write' })
    await town.tellComment('/approve', { actor: 'lisa' })
    await town.tellComment('/reject we found something', { actor: 'peter' })
    await town.pass(120)
    expect(running(town)).toBe(revision)
    expect(town.github.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining('is approved'),
      expect.stringContaining('Nothing waits for approval'),
    ])
  })
})
