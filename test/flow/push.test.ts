import { describe, expect, test } from 'vitest'
import { landfallYml } from '../support/shop.ts'
import { openTown } from '../support/town.ts'

test('a push becomes a proved container, and every surface says so', async () => {
  const town = await openTown()
  const deployment = await town.deploy({}, { subject: 'Sell boats' })
  const { revision = '', id } = deployment
  expect(deployment).toMatchObject({ state: 'succeeded', actor: 'mona', author: 'mona', subject: 'Sell boats' })
  expect(town.host().heard).toEqual(['inspect', 'put 1', 'switch 1', 'probe 1', 'confirm 1', 'prune 1'])
  expect(town.host().container('web')?.image.behaviour.version).toBe(revision)
  expect(town.github.statusesOf(revision).at(-1)).toEqual(['success', expect.stringContaining('verified on web-1')])
  expect(town.github.deployments[0]?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success'])
  expect(town.chat.said.map(({ channel }) => channel)).toEqual(['slack:deploys'])
  expect(await town.store.receipts.of(id)).toMatchObject({ generation: 1, revision, hosts: [{ host: 'web-1' }] })
  expect((await town.record(id)).map((line) => line.split(':')[0])).toEqual([
    'plan',
    'pull web-1',
    'switch web-1',
    'verify web-1',
    'receipt',
  ])
})

describe('one merge is one deployment', () => {
  test('when GitHub tells it fifty times at once', async () => {
    const town = await openTown()
    const sha = town.commit()
    const before = '0'.repeat(39).concat('1')
    await Promise.all(Array.from({ length: 50 }, () => town.tellPush(sha, { before })))
    await town.quiet()
    expect(await town.deployments()).toHaveLength(1)
  })

  test('when both its push and its pull request tell of it, in either order', async () => {
    const town = await openTown()
    const first = town.commit()
    await town.tellPush(first)
    await town.tellMerge(first)
    await town.quiet()
    const second = town.commit()
    town.github.merged.set(second, 12)
    await town.tellMerge(second)
    await town.tellPush(second)
    await town.quiet()
    expect((await town.deployments()).map(({ revision, pullRequest }) => [revision, pullRequest])).toEqual([
      [second, 12],
      [first, undefined],
    ])
  })

  test('when the delivery is repeated after it was deployed', async () => {
    const town = await openTown()
    const { revision = '' } = await town.deploy()
    const before = '1'.padStart(40, '0')
    await town.tellPush(revision, { before })
    await town.quiet()
    expect(await town.deployments()).toHaveLength(1)
  })
})

describe('nothing is deployed', () => {
  test('for a repository the operator does not serve', async () => {
    const town = await openTown()
    await town.tellPush(town.commit(), { repository: { owner: 'somebody', name: 'else', installation: 1 } })
    await town.pass(10)
    expect(await town.deployments()).toEqual([])
    expect(town.github.calls).toEqual([])
  })

  test('for a branch no environment follows', async () => {
    const town = await openTown()
    town.github.branches.set('feature', town.github.branches.get('main') ?? '')
    await town.tellPush(town.github.commit('feature', { 'README.md': 'new' }), { ref: 'refs/heads/feature' })
    await town.quiet()
    expect(await town.deployments()).toEqual([])
    expect(town.github.statuses).toEqual([])
  })

  test('for a deleted branch', async () => {
    const town = await openTown()
    town.commit()
    await town.tellPush('0'.repeat(40))
    expect(await town.store.intents.open()).toEqual([])
  })

  test('for a branch that is gone by the time it is looked at', async () => {
    const town = await openTown()
    const sha = town.commit()
    town.github.branches.delete('main')
    await town.tellPush(sha)
    await town.quiet()
    expect(await town.deployments()).toEqual([])
  })
})

describe('a branch that moved on', () => {
  test('deploys its head, and the commit passed over says by what', async () => {
    const town = await openTown()
    const [passed, head] = [town.commit(), town.commit()]
    town.github.merged.set(head, 13)
    await town.tellPush(passed)
    await town.quiet()
    expect(await town.deployments()).toMatchObject([
      { revision: head, state: 'succeeded', pullRequest: 13 },
      { revision: passed, state: 'superseded', reason: { code: 'overtaken', evidence: { by: head.slice(0, 7) } } },
    ])
    expect(town.github.statusesOf(passed)).toEqual([['error', `Overtaken by ${head.slice(0, 7)}`]])
  })

  test.each([
    ['late', 60],
    ['at the same time', 0],
  ])('deploys its head once, also when its own webhook comes %s', async (_when, seconds) => {
    const town = await openTown()
    const [passed, head] = [town.commit(), town.commit()]
    await town.tellPush(passed)
    if (seconds > 0) await town.pass(seconds)
    await town.tellPush(head)
    await town.quiet()
    expect((await town.deployments()).map(({ revision, state }) => [revision, state])).toEqual([
      [head, 'succeeded'],
      [passed, 'superseded'],
    ])
  })

  test('and back again deploys the older commit: the branch says what should run', async () => {
    const town = await openTown()
    const first = await town.deploy()
    await town.deploy()
    town.github.branches.set('main', first.revision ?? '')
    await town.tellPush(first.revision ?? '')
    await town.quiet()
    expect(await town.newest()).toMatchObject({ revision: first.revision, state: 'succeeded' })
    expect(town.host().container('web')?.image.behaviour.version).toBe(first.revision)
  })
})

describe('many pushes at once', () => {
  test('to one branch cost GitHub no more questions than one', async () => {
    const town = await openTown({ started: false })
    const commits = Array.from({ length: 30 }, () => town.commit())
    for (const sha of commits) await town.tellPush(sha)
    await town.start()
    await town.quiet()
    const asked = (call: string) => town.github.calls.filter((one) => one === call).length
    expect([asked('head'), asked('pullRequestOf')]).toEqual([1, 1])
    expect((await town.deployments()).filter(({ state }) => state === 'succeeded').map(({ revision }) => revision)).toEqual([
      commits.at(-1),
    ])
    expect(town.host().heard.filter((verb) => verb.startsWith('switch'))).toHaveLength(1)
  })

  test('in a storm make one look in a while, and the last of them is looked at', async () => {
    const town = await openTown()
    const branches = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    for (const name of branches) town.github.branches.set(name, town.github.branches.get('main') ?? '')
    for (let second = 0; second < 16; second += 1) {
      for (const name of branches) await town.tellPush(town.github.commit(name, { name: String(second) }), { ref: `refs/heads/${name}` })
      await town.pass(1)
    }
    await town.quiet()
    expect(town.github.calls.filter((call) => call === 'head').length).toBeLessThan((16 / 2 + 2) * branches.length)
    expect(await town.store.intents.open()).toEqual([])
  })

  test('to a branch nobody follows ask for no pull request', async () => {
    const town = await openTown()
    town.github.branches.set('feature', town.github.branches.get('main') ?? '')
    for (const name of ['one', 'two']) await town.tellPush(town.github.commit('feature', { name }), { ref: 'refs/heads/feature' })
    await town.quiet()
    expect(town.github.calls).not.toContain('pullRequestOf')
  })

  test('that move a branch there and back deploy what it came back to', async () => {
    const town = await openTown({ started: false })
    const landfall = await town.start()
    const first = await town.deploy()
    landfall.kill()
    const there = town.commit()
    town.github.branches.set('main', first.revision ?? '')
    await town.tellPush(there, { before: first.revision ?? '' })
    await town.tellPush(first.revision ?? '', { before: there, forced: true })
    await town.start()
    await town.quiet()
    expect((await town.deployments()).map(({ revision, state }) => [revision, state])).toEqual([
      [first.revision, 'succeeded'],
      [there, 'superseded'],
      [first.revision, 'succeeded'],
    ])
  })
})

describe('a GitHub that does not know of a push yet', () => {
  test('is asked again before the push counts as overtaken', async () => {
    const town = await openTown()
    const first = await town.deploy()
    const sha = town.commit()
    town.github.branches.set('main', first.revision ?? '')
    await town.tellPush(sha, { before: first.revision ?? '' })
    await town.pass(0.5)
    town.github.branches.set('main', sha)
    await town.quiet()
    expect((await town.deployments()).map(({ revision, state }) => [revision, state])).toEqual([
      [sha, 'succeeded'],
      [first.revision, 'succeeded'],
    ])
  })
})

describe('a broken configuration', () => {
  test('is told at the commit and on its pull request, and nothing is touched', async () => {
    const town = await openTown()
    const sha = town.commit({ '.github/landfall.yml': 'version: 1\nenvironments: {}\n' })
    town.github.merged.set(sha, 12)
    await town.tellPush(sha)
    await town.quiet()
    expect(town.github.checkRuns).toMatchObject([{ name: 'Landfall configuration', revision: sha, state: 'failure' }])
    expect(town.github.checkRuns[0]?.title).toContain('.github/landfall.yml:2')
    expect(town.github.checkRuns[0]?.annotations).toMatchObject([{ path: '.github/landfall.yml', startLine: 2 }])
    expect(town.github.statuses).toEqual([])
    expect(town.github.comments).toEqual([{ id: 1, issue: 12, body: expect.stringContaining('Landfall cannot use this configuration') }])
    expect(town.host().heard).toEqual([])
  })

  test('in the Compose file, or beyond what the operator allows, is refused at the environment', async () => {
    const town = await openTown()
    const sha = town.commit({
      'compose.yml': 'services:\n  web:\n    image: registry.example.com/acme/shop:${TAG}\n    privileged: true\n',
    })
    town.github.merged.set(sha, 12)
    await town.tellPush(sha)
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: 'rejected', reason: { code: 'not-allowed' } })
    expect(town.github.statusesOf(sha).at(-1)?.[0]).toBe('failure')
    expect(town.github.comments[0]?.body).toContain('privileged')
    expect(town.host().heard).not.toContain('put 1')
  })

  test('that names a host nobody granted is refused, whatever the file of the commit says', async () => {
    const town = await openTown()
    const sha = town.commit({ '.github/landfall.yml': landfallYml({ follows: ['web-1', 'someone-elses'] }) })
    await town.tellPush(sha)
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: 'rejected', reason: { code: 'not-allowed' } })
    expect(town.host().heard).toEqual([])
  })
})

test('an image for another platform is refused before a host is touched', async () => {
  const town = await openTown()
  const sha = town.commit({}, { build: false })
  town.registry.push('registry.example.com/acme/shop', sha, {}, ['linux/arm64'])
  await town.tellPush(sha)
  await town.quiet()
  expect(await town.newest()).toMatchObject({
    state: 'rejected',
    reason: { code: 'platform-missing', evidence: { offered: 'linux/arm64' } },
  })
})

test('a service that did not change keeps its container', async () => {
  const town = await openTown()
  await town.deploy()
  const database = town.host().container('db')?.id
  await town.deploy()
  await town.deploy()
  expect(town.host().container('db')?.id).toBe(database)
})
