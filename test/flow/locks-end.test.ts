import { describe, expect, test } from 'vitest'
import type { PullRequestFacts } from '../../src/flow/ports.ts'
import { openTown, type Town } from '../support/town.ts'

const running = (town: Town) => town.host().container('web')?.image.behaviour.version
const starts = (town: Town) => town.host().heard.filter((line) => line.startsWith('switch'))

/** A lock that lisa set in her pull request, and a push of somebody else that waits for it. */
async function locked({ sweeps = false } = {}) {
  const town = await openTown({ sweeps })
  await town.deploy()
  town.github.roles.lisa = 'write'
  town.github.branches.set('change', town.github.branches.get('main') ?? '')
  const head = town.github.commit('change', { 'change.txt': 'a' }, { author: 'lisa' })
  const pull: PullRequestFacts = {
    ...{ number: 12, title: 'A change', author: 'lisa', bot: false, fork: false, state: 'open', draft: false, labels: [] },
    head: { branch: 'change', sha: head, repository: 'acme/shop' },
    base: { branch: 'main' },
  }
  town.github.pulls.set(12, pull)
  await town.tellComment('/lock production', { actor: 'lisa' })
  await town.pass(15)
  const waits = town.commit()
  await town.tellPush(waits)
  await town.reaches('waiting')
  const begun = starts(town).length
  const close = (merged?: string) =>
    town.github.pulls.set(12, { ...pull, state: 'closed', ...(merged !== undefined && { merged: { commit: merged, by: 'mona' } }) })
  const merge = () => {
    const sha = town.github.merge('change', 'main')
    town.build(sha)
    town.github.merged.set(sha, 12)
    close(sha)
    return sha
  }
  const states = async () => (await town.deployments()).slice(0, -1).map(({ revision, state }) => [revision, state])
  return { town, waits, begun, merge, close, states }
}

const closed = { kind: 'pull-request', head: '', base: 'main', number: 12, fork: false } as const

describe('where the pull request of a lock is merged, what it brings takes the place of what waited', () => {
  test.each<[when: string, tell: (town: Town, sha: string) => Promise<void>]>([
    [
      'told after its end',
      async (town, sha) => {
        await town.tellOf({ ...closed, action: 'merged' })
        await town.pass(20)
        await town.tellMerge(sha)
      },
    ],
    ['never told, but its end', (town) => town.tellOf({ ...closed, action: 'merged' })],
    [
      'told in the same moment',
      async (town, sha) => {
        await Promise.all([town.tellOf({ ...closed, action: 'merged' }), town.tellMerge(sha), town.tellPush(sha)])
      },
    ],
  ])('%s', async (_when, tell) => {
    const { town, waits, begun, merge, states } = await locked()
    const sha = merge()
    await tell(town, sha)
    await town.until(async () => running(town) === sha, 120)
    await town.quiet(120)
    expect(await states()).toEqual([
      [sha, 'succeeded'],
      [waits, 'superseded'],
    ])
    expect(starts(town).length - begun, 'hosts were switched once').toBe(1)
    expect((await town.deployments())[1]?.reason?.code).toBe('overtaken')
    expect(await town.store.locks.of('acme/shop')).toEqual([])
  })

  test('found by a look', async () => {
    const { town, waits, begun, merge, states } = await locked({ sweeps: true })
    const sha = merge()
    await town.until(async () => running(town) === sha, 300)
    await town.reaches('succeeded', 60)
    expect(await states()).toEqual([
      [sha, 'succeeded'],
      [waits, 'superseded'],
    ])
    expect(starts(town).length - begun).toBe(1)
  })
})

test('where it is closed, what waited goes', async () => {
  const { town, waits, close } = await locked()
  close()
  await town.tellOf({ ...closed, action: 'closed' })
  await town.reaches('succeeded', 60)
  expect(running(town)).toBe(waits)
})

test('of several pushes that wait for a lock the newest goes, and the others are told so', async () => {
  const { town, waits, begun, close, states } = await locked()
  const [second, third] = [town.commit(), town.commit()]
  await town.tellPush(second)
  await town.tellPush(third)
  await town.pass(20)
  close()
  await town.tellOf({ ...closed, action: 'closed' })
  await town.reaches('succeeded', 60)
  expect((await states()).filter(([, state]) => state !== 'superseded')).toEqual([[third, 'succeeded']])
  expect((await states()).map(([revision]) => revision)).toContain(waits)
  expect(starts(town).length - begun).toBe(1)
})
