import { describe, expect, test } from 'vitest'
import type { Sha } from '../../src/domain/repository.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** A shop with a second environment, which follows tags. */
const file = (demo = 'tag: "v*", hosts: [web-2]', top = '') => ({
  '.github/landfall.yml': `${landfallYml().replace('notify:', `  demo: { ${demo}, env: deploy/production.env }\nnotify:`)}${top}`,
})

/** A town in which the first commit runs in production, and nothing in demo. */
async function tagged(options: { sweeps?: boolean; files?: Record<string, string> } = {}): Promise<Town> {
  const town = await openTown({ hosts: ['web-1', 'web-2', 'web-3'], follows: ['web-1'], sweeps: options.sweeps === true })
  await town.deploy(options.files ?? file())
  return town
}

/** Somebody sets or moves a tag; GitHub tells nobody. Returns what it pointed at before. */
function tag(town: Town, name: string, commit: Sha, annotated?: Sha): Sha {
  const before = town.github.tagged.find((one) => one.name === name)?.object ?? '0'.repeat(40)
  const others = town.github.tagged.filter((one) => one.name !== name)
  town.github.tagged = [...others, { name, object: annotated ?? commit, commit }]
  return before
}

async function push(town: Town, name: string, commit: Sha, annotated?: Sha): Promise<void> {
  const before = tag(town, name, commit, annotated)
  await town.tellPush(commit, { ref: `refs/tags/${name}`, before, ...(!/^0+$/.test(before) && { forced: true }) })
  await town.quiet()
}

/** Commits of main, oldest first, of which GitHub tells nobody. */
const commits = (town: Town, count: number) => Array.from({ length: count }, () => town.commit())

const demo = async (town: Town) =>
  (await town.deployments()).flatMap(({ environment, revision, state }) => (environment === 'demo' ? [[revision, state]] : []))

test('a new tag of the pattern is deployed where it is followed, and nowhere else', async () => {
  const town = await tagged()
  const [sha = ''] = commits(town, 1)
  town.github.merged.set(sha, 14)
  await push(town, 'v1', sha)
  await push(town, 'nightly-1', sha)
  expect(await demo(town)).toEqual([[sha, 'succeeded']])
  expect(await town.newest()).toMatchObject({ environment: 'demo', actor: 'mona', pullRequest: 14, subject: 'A change' })
  expect((await town.newest()).branch).toBeUndefined()
  expect(town.github.statusesOf(sha, 'landfall/demo').at(-1)?.[0]).toBe('success')
  expect(town.host('web-2').container('web')?.image.behaviour.version).toBe(sha)
})

test('an annotated tag is deployed by its commit', async () => {
  const town = await tagged()
  const [sha = ''] = commits(town, 1)
  await push(town, 'v1', sha, 'a'.repeat(40))
  expect(await demo(town)).toEqual([[sha, 'succeeded']])
})

test('a tag is deployed whatever changed: somebody named that commit', async () => {
  const town = await tagged({ files: file(undefined, 'paths: { only: [apps/**] }\n') })
  await push(town, 'v1', town.commit())
  const sha = town.commit({ 'README.md': 'Version 2' })
  await push(town, 'v2', sha)
  expect((await demo(town))[0]).toEqual([sha, 'succeeded'])
})

describe('an older commit', () => {
  test.each<[order: string, told: (older: Sha, newer: Sha) => [name: string, sha: Sha][]]>([
    [
      'in their order',
      (older, newer) => [
        ['v1', older],
        ['v2', newer],
      ],
    ],
    [
      'in the other',
      (older, newer) => [
        ['v2', newer],
        ['v1', older],
      ],
    ],
  ])('is not brought over a newer one, told of %s', async (_order, told) => {
    const town = await tagged()
    const [older = '', newer = ''] = commits(town, 2)
    for (const [name, sha] of told(older, newer)) await push(town, name, sha)
    expect((await demo(town)).filter(([, state]) => state === 'succeeded')).toContainEqual([newer, 'succeeded'])
    expect(town.host('web-2').container('web')?.image.behaviour.version).toBe(newer)
  })

  test('that is told of late says by what it was overtaken', async () => {
    const town = await tagged()
    const [older = '', newer = ''] = commits(town, 2)
    await push(town, 'v2', newer)
    await push(town, 'v1', older)
    expect(town.github.statusesOf(older, 'landfall/demo')).toEqual([['error', `Overtaken by ${newer.slice(0, 7)}`]])
  })

  test('that ran before keeps what its status says', async () => {
    const town = await tagged()
    const [older = '', newer = ''] = commits(town, 2)
    await push(town, 'v1', older)
    await push(town, 'v2', newer)
    await push(town, 'v1-lts', older)
    expect(await demo(town)).toHaveLength(2)
    expect(town.log.saying('intent needs nothing').at(-1)).toMatchObject({
      why: `${older.slice(0, 7)} is older than ${newer.slice(0, 7)}, which was accepted already`,
    })
  })

  test('is brought by moving a tag to it', async () => {
    const town = await tagged()
    const [older = '', newer = ''] = commits(town, 2)
    await push(town, 'v1', newer)
    await push(town, 'v1', older)
    expect(await demo(town)).toEqual([
      [older, 'succeeded'],
      [newer, 'succeeded'],
    ])
  })

  test('is none on a line of its own, as a correction of an old version is', async () => {
    const town = await tagged()
    const [old = '', newer = ''] = commits(town, 2)
    await push(town, 'v2', newer)
    town.github.branches.set('v1.x', old)
    const correction = town.github.commit('v1.x', { 'app.ts': 'mended' })
    town.build(correction)
    await push(town, 'v1.1', correction)
    expect((await demo(town))[0]).toEqual([correction, 'succeeded'])
  })
})

describe("what the default branch's file says counts", () => {
  test('for the hosts', async () => {
    const town = await tagged({ files: file('tag: "v*", hosts: [web-3]') })
    const old = town.github.branches.get('main') ?? ''
    const mended = file()['.github/landfall.yml'] ?? ''
    await town.deploy({ '.github/landfall.yml': mended })
    await push(town, 'v1', old)
    expect(town.host('web-2').container('web')?.image.behaviour.version).toBe(old)
  })

  test('for which environments follow it, though the commit must know them to be deployed', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'] })
    const old = (await town.deploy()).revision ?? ''
    await town.deploy(file())
    await push(town, 'v1', old)
    expect((await town.newest()).reason).toMatchObject({ code: 'environment-unknown', evidence: { environment: 'demo' } })
  })

  test('and a broken one is told at the commit of the tag', async () => {
    const town = await tagged()
    const [sha = ''] = commits(town, 1)
    town.commit({ '.github/landfall.yml': 'version: 1\nenvironments: {}\n' })
    await push(town, 'v1', sha)
    expect(await demo(town)).toEqual([])
    expect(town.github.checkRuns.filter(({ revision }) => revision === sha)).toMatchObject([{ name: 'Landfall configuration' }])
  })
})

test('a tag that GitHub does not know of yet is asked for again', async () => {
  const town = await tagged()
  const [sha = ''] = commits(town, 1)
  await town.tellPush(sha, { ref: 'refs/tags/v1', before: '0'.repeat(40) })
  await town.pass(0.5)
  tag(town, 'v1', sha)
  await town.quiet()
  expect(await demo(town)).toEqual([[sha, 'succeeded']])
})

test('a tag that is gone deploys nothing', async () => {
  const town = await tagged()
  await town.tellPush('0'.repeat(40), { ref: 'refs/tags/v1', before: town.commit() })
  expect(await town.store.intents.open()).toEqual([])
  await town.tellPush(town.commit(), { ref: 'refs/tags/v1', before: '0'.repeat(40) })
  await town.quiet()
  expect(await demo(town)).toEqual([])
})

test('whoever pushed the tag does not approve it where another person has to', async () => {
  const town = await tagged({ files: file('tag: "v*", hosts: [web-2], approve: { not-author: true }') })
  town.github.roles.otto = 'write'
  const [sha = ''] = commits(town, 1)
  tag(town, 'v1', sha)
  await town.tellPush(sha, { ref: 'refs/tags/v1', before: '0'.repeat(40), actor: 'otto' })
  await town.reaches('waiting')
  expect((await town.newest()).reason).toMatchObject({ code: 'approval-missing', evidence: { except: 'mona and otto' } })
})

describe('without any webhook', () => {
  test('tags that were there at the first look are left alone; new and moved ones are found', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'], sweeps: true })
    town.commit(file())
    const [old = '', first = '', second = ''] = commits(town, 3)
    tag(town, 'v0', old)
    await town.pass(200)
    expect(await demo(town)).toEqual([])
    tag(town, 'v1', first, 'a'.repeat(40))
    await town.until(async () => (await demo(town)).length === 1, 75)
    tag(town, 'v1', second)
    await town.until(async () => (await demo(town)).length === 2, 75)
    await town.quiet()
    await town.pass(200)
    expect(await demo(town)).toEqual([
      [second, 'succeeded'],
      [first, 'succeeded'],
    ])
  })

  test('five tags that were pushed together end at the newest', async () => {
    const town = await tagged({ sweeps: true })
    await town.pass(70)
    const all = commits(town, 5)
    for (const [index, sha] of all.entries()) tag(town, `v1.${(index * 2) % 5}`, sha)
    await town.until(async () => (await demo(town)).length > 0, 75)
    await town.quiet()
    expect(town.host('web-2').container('web')?.image.behaviour.version).toBe(all.at(-1))
    expect((await demo(town)).filter(([, state]) => state !== 'superseded')).toEqual([[all.at(-1), 'succeeded']])
  })

  test('what a webhook told of is not found again', async () => {
    const town = await tagged({ sweeps: true })
    await town.pass(70)
    const [sha = ''] = commits(town, 1)
    await push(town, 'v1', sha, 'a'.repeat(40))
    await town.pass(200)
    expect(await demo(town)).toEqual([[sha, 'succeeded']])
    expect(town.log.saying('branch or tag moved').map(({ ref }) => ref)).not.toContain('refs/tags/v1')
  })
})

describe('annotated tags, of which there are many', () => {
  const approved = 'tag: "v*", hosts: [web-2], approve: { count: 1 }'

  /** A town in which v1.10.9 names the newest commit and waits for approval, among sixty others with messages that name an older one. */
  async function many(): Promise<{ town: Town; sha: Sha }> {
    const town = await tagged({ files: file(approved) })
    town.github.roles.lisa = 'write'
    const [older = '', sha = ''] = commits(town, 2)
    const others = Array.from({ length: 60 }, (_, index) => ({
      name: `v2.${index}`,
      object: String(index).padStart(40, 'b'),
      commit: older,
    }))
    town.github.tagged = [{ name: 'v1.10.9', object: 'a'.repeat(40), commit: sha }, ...others]
    return { town, sha }
  }

  test('the one that was pushed is asked for first, and once a look', async () => {
    const { town, sha } = await many()
    await town.tellPush(sha, { ref: 'refs/tags/v1.10.9', before: '0'.repeat(40) })
    await town.reaches('waiting')
    expect(await town.newest()).toMatchObject({ revision: sha, tag: 'v1.10.9' })
    const asked = town.github.calls.length
    await town.pass(3600)
    const calls = town.github.calls.slice(asked)
    expect(calls.filter((call) => call === 'commitOfTag')).toHaveLength(calls.filter((call) => call === 'tags').length)
    await town.tellComment('/approve demo', { actor: 'lisa' })
    await town.quiet()
    expect(await demo(town)).toEqual([[sha, 'succeeded']])
    expect(town.github.checkRuns.at(-1)?.summary).toContain('`v1.10.9`')
  })

  test('one is found wherever it stands where somebody names its commit', async () => {
    const { town, sha } = await many()
    await town.tellComment(`/deploy demo ${sha}`, { actor: 'lisa' })
    await town.reaches('waiting')
    await town.pass(5)
    await town.tellComment('/approve demo', { actor: 'lisa' })
    await town.quiet()
    expect(await demo(town)).toEqual([[sha, 'succeeded']])
  })

  test('a deployment whose tag was moved away is refused', async () => {
    const { town, sha } = await many()
    await town.tellPush(sha, { ref: 'refs/tags/v1.10.9', before: '0'.repeat(40) })
    const { id } = await town.reaches('waiting')
    tag(town, 'v1.10.9', town.commit(), 'c'.repeat(40))
    await town.tellComment('/approve demo', { actor: 'lisa' })
    await town.quiet()
    expect(await town.store.deployments.read(id)).toMatchObject({ state: 'rejected', reason: { code: 'commit-not-followed' } })
  })
})

test('a tag names the release to go back to and the commit to deploy; one that there is not, the one that was meant', async () => {
  const town = await openTown()
  const [first] = [await town.deploy(), await town.deploy(), await town.deploy()]
  tag(town, 'v1.4.0', first.revision ?? '')
  await town.tellComment('/rollback to v1.4.0')
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: first.revision })
  await town.tellComment('/rollback to v1.4.1')
  await town.quiet()
  expect(town.github.comments.at(-1)?.body).toMatch(/There is no tag v1\.4\.1 .*did you mean v1\.4\.0/)

  const [fresh = ''] = commits(town, 1)
  tag(town, 'v1.5.0', fresh, 'f'.repeat(40))
  await town.tellComment('/deploy production v1.5.0')
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'deploy', state: 'succeeded', revision: fresh, tag: 'v1.5.0' })
  town.github.branches.set('lost', first.revision ?? '')
  const apart = town.github.commit('lost', { 'evil.txt': 'x' })
  tag(town, 'v9', apart)
  await town.tellComment('/deploy production v9')
  await town.quiet()
  expect(town.github.comments.at(-1)?.body).toContain('is not part of branch main')
})
