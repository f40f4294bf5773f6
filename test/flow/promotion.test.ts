import { describe, expect, test } from 'vitest'
import type { Sha } from '../../src/domain/repository.ts'
import { landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'
import { newestOf, running, say } from './gated.ts'

describe('promotion on one trunk', () => {
  const open = (gates = 'after: staging') => openTown({ hosts: ['web-1', 'staging-1'], follows: ['web-1'], staging: ['staging-1'], gates })

  test('production waits for staging, and takes the very digest', async () => {
    const town = await open()
    const revision = town.commit()
    await town.tellPush(revision)
    await town.quiet()
    const [production, staging] = [await newestOf(town), await newestOf(town, 'staging')]
    expect([production.state, staging.state]).toEqual(['succeeded', 'succeeded'])
    expect(production.plan?.images).toEqual(staging.plan?.images)
    expect((await town.record(production.id)).join('\n')).toContain(`staging verified ${revision.slice(0, 7)}: the same commit`)
    // Once to find it, and once by each of them to see whether the tag was moved.
    expect(town.registry.asked.filter(({ name }) => name.endsWith(revision))).toHaveLength(3)
    expect([running(town), running(town, 'staging-1')]).toEqual([revision, revision])
  })

  test('what failed on staging is refused for production', async () => {
    const town = await open()
    const good = town.commit()
    await town.tellPush(good)
    await town.quiet()
    const bad = town.commit({}, { behaviour: { answers: 500 } })
    await town.tellPush(bad)
    await town.quiet()
    expect((await newestOf(town, 'staging')).state).toBe('rolled-back')
    expect(await newestOf(town)).toMatchObject({ state: 'rejected', reason: { code: 'promotion-quarantined' } })
    expect(running(town)).toBe(good)
  })

  test('/promote brings nothing that production does not follow', async () => {
    const town = await open()
    const tagged = landfallYml({ follows: ['web-1'], staging: ['staging-1'], gates: 'after: staging' }).replace(
      'production: { branch: main',
      'production: { tag: "v*"',
    )
    const revision = town.commit({ '.github/landfall.yml': tagged })
    await town.tellPush(revision)
    await town.quiet()
    expect((await newestOf(town, 'staging')).state).toBe('succeeded')
    await say(town, '/promote production')
    await town.quiet()
    expect(town.github.comments.at(-1)?.body).toContain(`${revision.slice(0, 7)} is not part of any tag that matches`)
    expect(running(town)).toBeUndefined()
    town.github.tagged = [...town.github.tagged, { name: 'v1', object: revision }]
    await say(town, '/promote production')
    await town.quiet()
    expect(running(town)).toBe(revision)
  })

  test('/promote agrees to what waits', async () => {
    const town = await open('after: staging, approve: {}')
    const revision = town.commit()
    await town.tellPush(revision)
    await town.reaches('succeeded')
    await town.pass(90)
    expect((await newestOf(town)).closed?.map(({ code }) => code)).toEqual(['approval-missing'])
    expect(await say(town, '/promote production')).toContain('is approved for production')
    await town.quiet()
    expect(running(town)).toBe(revision)
  })
})

describe('promotion from one branch to another', () => {
  async function open() {
    const town = await openTown({
      hosts: ['web-1', 'staging-1'],
      follows: ['web-1'],
      staging: ['staging-1'],
      stagingBranch: 'develop',
      gates: 'after: staging',
    })
    town.github.branches.set('develop', town.github.branches.get('main') ?? '')
    const verified = town.github.commit('develop', { 'src/app.ts': 'one' })
    town.build(verified)
    await town.tellPush(verified, { ref: 'refs/heads/develop' })
    await town.quiet()
    return { town, verified }
  }
  const arrive = async (town: Town, merged: Sha) => {
    await town.tellPush(merged)
    await town.quiet()
    return newestOf(town)
  }

  test.each<[how: string, bring: (town: Town) => Sha]>([
    ['merged', (town) => town.github.merge('develop', 'main')],
    ['squashed', (town) => town.github.commit('main', { 'src/app.ts': 'one' })],
    ['fast-forwarded', (town) => fastForward(town)],
  ])('%s, production runs the image that staging verified, and nothing is built', async (_how, bring) => {
    const { town, verified } = await open()
    const merged = bring(town)
    const production = await arrive(town, merged)
    expect(production).toMatchObject({ state: 'succeeded', revision: merged })
    expect(running(town)).toBe(verified)
    expect(production.plan?.images.find(({ repository }) => repository === shopImage)?.revision).toBe(verified)
  })

  test.each<[how: string, bring: (town: Town) => Sha]>([
    ['merged', (town) => town.github.merge('develop', 'main')],
    ['squashed', (town) => town.github.commit('main', { 'src/app.ts': 'two' })],
  ])('%s with a README change of its own on main, where those are ignored', async (_how, bring) => {
    const { town, verified } = await open()
    await ignoreReadmes(town)
    const again = town.github.commit('develop', { 'src/app.ts': 'two' })
    town.build(again)
    await town.tellPush(again, { ref: 'refs/heads/develop' })
    await town.quiet()
    town.github.commit('main', { 'README.md': 'of main alone' })
    const production = await arrive(town, bring(town))
    expect(production.reason).toBeUndefined()
    expect(running(town)).toBe(again)
    expect(again).not.toBe(verified)
  })

  test('a hotfix that never saw staging is refused with the way out', async () => {
    const { town } = await open()
    await arrive(town, town.github.merge('develop', 'main'))
    const hotfix = town.commit({ 'src/fix.ts': 'quick' })
    const production = await arrive(town, hotfix)
    expect(production).toMatchObject({ state: 'rejected', reason: { code: 'promotion-missing' } })
    expect(town.github.statusesOf(hotfix).at(-1)?.[1]).toContain('never verified on staging')
  })

  test('/promote opens the pull request that brings it, once', async () => {
    const { town } = await open()
    expect(await say(town, '/promote production')).toContain('brings staging to production')
    expect(town.github.opened).toMatchObject([{ head: 'develop', base: 'main', title: 'Promote staging to production' }])
    expect(await say(town, '/promote production')).toContain('is open already')
    expect(town.github.opened).toHaveLength(1)
  })

  function fastForward(town: Town): Sha {
    const head = town.github.branches.get('develop') ?? ''
    town.github.branches.set('main', head)
    return head
  }

  /** Both branches ignore Markdown from now on, staging and production have seen it. */
  async function ignoreReadmes(town: Town): Promise<void> {
    const file = `${town.github.commits.get(town.github.branches.get('develop') ?? '')?.files['.github/landfall.yml']}paths: { ignore: ["**/*.md"] }\n`
    const ignoring = town.github.commit('develop', { '.github/landfall.yml': file })
    town.build(ignoring)
    await town.tellPush(ignoring, { ref: 'refs/heads/develop' })
    await town.quiet()
    await arrive(town, town.github.merge('develop', 'main'))
  }
})

describe('an image of which nothing changed', () => {
  const file = `${landfallYml()}`.replace('images: { web: {', 'images: { web: { paths: [src/**],')

  test('keeps its digest: there is none of the new commit', async () => {
    const town = await openTown()
    const built = town.commit({ '.github/landfall.yml': file, 'src/app.ts': 'one' })
    await town.tellPush(built)
    await town.quiet()
    const other = town.commit({ 'compose-notes.txt': 'nothing of the image' }, { build: false })
    await town.tellPush(other)
    await town.quiet()
    expect(await town.newest()).toMatchObject({ revision: other, state: 'succeeded' })
    expect((await town.newest()).plan?.services.find(({ name }) => name === 'web')?.change).toBe('untouched')
    expect(running(town)).toBe(built)
  })

  test('whose change was overtaken before it was planned is still waited for', async () => {
    const town = await openTown()
    await town.tellPush(town.commit({ '.github/landfall.yml': file, 'src/app.ts': 'one' }))
    await town.quiet()
    const changed = town.commit({ 'src/app.ts': 'two' }, { build: false })
    await town.tellPush(changed)
    await town.pass(5)
    const after = town.commit({ 'notes.txt': 'more' }, { build: false })
    await town.tellPush(after)
    await town.pass(30)
    expect((await town.newest()).reason).toMatchObject({ code: 'image-missing', evidence: { image: `${shopImage}:${changed}` } })
    town.build(changed)
    await town.quiet()
    expect(running(town)).toBe(changed)
    expect(await town.newest()).toMatchObject({ revision: after, state: 'succeeded' })
  })

  test('whose own build failed is not waited for where the next commit was built anew', async () => {
    const town = await openTown()
    await town.tellPush(town.commit({ '.github/landfall.yml': file, 'src/app.ts': 'one' }))
    await town.quiet()
    await town.tellPush(town.commit({ 'src/app.ts': 'two' }, { build: false }))
    await town.pass(5)
    const mended = town.commit({ Makefile: 'mends the build' })
    await town.tellPush(mended)
    await town.quiet()
    expect(await town.newest()).toMatchObject({ revision: mended, state: 'succeeded' })
    expect(running(town)).toBe(mended)
  })
})
