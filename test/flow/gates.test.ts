import { describe, expect, test } from 'vitest'
import type { Check } from '../../src/domain/check.ts'
import type { Sha } from '../../src/domain/repository.ts'
import { landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const running = (town: Town, host = 'web-1') => town.host(host).container('web')?.image.behaviour.version
const newestOf = async (town: Town, environment = 'production') =>
  (await town.deployments()).find((one) => one.environment === environment) ?? (await town.newest())

/** Says it as somebody with write access, and lets everything settle that can; resolves to the answer. */
async function say(town: Town, body: string, actor = 'lisa'): Promise<string> {
  town.github.roles[actor] ??= 'write'
  const before = town.github.comments.length
  await town.pass(2)
  await town.tellComment(body, { actor })
  await town.pass(15)
  return town.github.comments[before]?.body ?? ''
}

/** A town with a gate before production, in which the first commit runs, and a second that was pushed. */
async function pushed(gates: string, { first = 'succeeded' }: { first?: 'succeeded' | 'waiting' } = {}) {
  const town = await openTown({ gates: first === 'succeeded' ? '' : gates })
  const before = first === 'succeeded' ? await town.deploy() : undefined
  const revision = town.commit({ '.github/landfall.yml': landfallYml({ gates }) })
  await town.tellPush(revision)
  await town.pass(20)
  return { town, revision, before: before?.revision ?? '' }
}

describe('checks', () => {
  const check = (name: string, conclusion?: string): Check => ({
    kind: 'check',
    name,
    app: 'github-actions',
    state: conclusion === undefined ? 'in_progress' : 'completed',
    ...(conclusion !== undefined && { conclusion }),
    id: 1,
    suite: 1,
  })
  const report = (town: Town, revision: Sha, ...checks: Check[]) =>
    town.github.checked.set(revision, { own: 'landfall', checks, emptySuites: [] })

  test('are waited for, and green ones let it go without anybody asking', async () => {
    const { town, revision } = await pushed('checks: [build]')
    report(town, revision, check('build'))
    await town.reaches('waiting')
    expect(await town.newest()).toMatchObject({ reason: { code: 'checks-pending', evidence: { checks: 'build' } } })
    report(town, revision, check('build', 'success'))
    await town.reaches('succeeded', 120)
    expect(running(town)).toBe(revision)
  })

  test('a red one ends the waiting at once, and nothing is touched', async () => {
    const { town, revision, before } = await pushed('checks: [build]')
    report(town, revision, check('build', 'failure'))
    await town.reaches('rejected', 90)
    expect((await town.newest()).reason?.code).toBe('checks-failed')
    expect(running(town)).toBe(before)
  })

  test('are not asked for where nobody demands them', async () => {
    const town = await openTown()
    await town.deploy()
    expect(town.github.calls).not.toContain('checksOf')
  })
})

describe('an approval', () => {
  test('lets exactly what was shown go, and the commit has no dot while it is missing', async () => {
    const { town, revision, before } = await pushed('approve: { count: 1 }')
    const waiting = await town.reaches('waiting')
    expect(waiting.closed?.map(({ code }) => code)).toEqual(['approval-missing'])
    expect(waiting.proposal?.draft.images.map(({ tag }) => tag)).toContain(revision)
    expect(running(town)).toBe(before)
    expect(await say(town, '/approve')).toContain('is approved for production')
    await town.quiet()
    expect(running(town)).toBe(revision)
    const record = (await town.record(waiting.id)).join('\n')
    expect(record).toContain('approval: approved by lisa')
    expect(town.github.comments).toHaveLength(1)
    expect(town.github.comments[0]?.body).toMatch(/is approved for production[\s\S]*went live on production/)
    expect(record).toContain('gates: approval: 1 of 1 agreed (lisa)')
  })

  test('of two, each is told how many are missing, and the same person counts once', async () => {
    const { town, revision } = await pushed('approve: { count: 2 }')
    expect(await say(town, '/approve')).toContain('1 of 2 approvals')
    expect(await say(town, '/approve')).toContain('had approved it before')
    expect((await newestOf(town)).state).toBe('waiting')
    expect(await say(town, '/approve', 'octocat')).toContain('is approved for production')
    await town.quiet()
    expect(running(town)).toBe(revision)
  })

  test('of somebody the rule does not name is refused, with who may', async () => {
    const { town } = await pushed('approve: { by: [team:ops] }')
    expect(await say(town, '/approve')).toContain('somebody of team ops')
    expect((await newestOf(town)).state).toBe('waiting')
    town.github.members.add('ops lisa')
    expect(await say(town, '/approve')).toContain('is approved')
  })

  test('of the author, a co-author or who pushed last is refused where it must be another', async () => {
    const { town, revision } = await pushed('approve: { not-author: true }')
    town.github.moved.push({ branch: 'main', after: revision, kind: 'push', by: 'peter' })
    expect(await say(town, '/approve', 'mona')).toContain('the change is theirs')
    expect(await say(town, '/approve', 'peter')).toContain('they pushed last')
    expect(await say(town, '/approve', 'lisa')).toContain('is approved')
  })

  test('of whoever merged somebody else’s pull request counts, once another push lies on top', async () => {
    const gates = 'approve: { not-author: true }'
    const town = await openTown()
    await town.deploy()
    town.github.branches.set('door', town.github.branches.get('main') ?? '')
    const sides = {
      head: { branch: 'door', sha: town.github.commit('door', { 'door.txt': 'a' }, { author: 'lisa' }) },
      base: { branch: 'main' },
    }
    const merged = town.github.merge('door', 'main')
    town.github.merged.set(merged, 7)
    town.github.pulls.set(7, {
      number: 7,
      title: '',
      author: 'lisa',
      bot: false,
      fork: false,
      state: 'closed',
      draft: false,
      labels: [],
      ...sides,
    })
    const revision = town.commit({ '.github/landfall.yml': landfallYml({ gates }) })
    town.github.moved.push(
      { branch: 'main', after: revision, kind: 'push', by: 'peter' },
      { branch: 'main', after: merged, kind: 'merge', by: 'octocat' },
      { branch: 'door', after: sides.head.sha, kind: 'push', by: 'lisa' },
    )
    Object.assign(town.github.commits.get(merged) ?? {}, { author: 'octocat' })
    await town.tellPush(revision)
    await town.pass(20)
    expect(await say(town, '/approve', 'lisa')).toContain('the change is theirs')
    expect(await say(town, '/approve', 'octocat')).toContain('is approved')
  })

  test('given before what waits could be seen counts for nothing', async () => {
    const { town, revision } = await pushed('approve: { count: 1 }')
    const before = new Date(town.clock.now().getTime() - 600_000).toISOString()
    town.github.roles.lisa = 'write'
    await town.tellComment('/approve', { actor: 'lisa', at: before })
    await town.pass(15)
    expect(town.github.comments.at(-1)?.body).toContain('not what was shown')
    expect((await town.newest()).revision).toBe(revision)
    expect((await town.newest()).state).toBe('waiting')
  })

  test('ends with a push: the newer commit is asked about anew', async () => {
    const { town } = await pushed('approve: { count: 2 }')
    await say(town, '/approve')
    const newer = town.commit()
    await town.tellPush(newer, { forced: true })
    await town.pass(20)
    expect(await say(town, '/approve', 'octocat')).toContain('1 of 2 approvals')
    expect((await newestOf(town)).revision).toBe(newer)
    expect((await newestOf(town)).state).toBe('waiting')
  })

  test('is asked again where the hosts changed since', async () => {
    const town = await openTown({
      hosts: ['web-1', 'web-2'],
      follows: ['web-1'],
      gates: 'approve: {}, windows: [{ allow: "Sat 12:00 - Sat 13:00" }]',
    })
    const revision = town.commit()
    await town.tellPush(revision)
    await town.pass(20)
    await say(town, '/approve')
    const more = landfallYml({ follows: ['web-1', 'web-2'], gates: 'approve: {}, windows: [{ allow: "Sat 12:00 - Sat 13:00" }]' })
    // The branch moved on, and its webhook is late: the hosts of its head count at once.
    town.github.branches.set('main', town.commit({ '.github/landfall.yml': more }))
    await town.pass(2.5 * 3600)
    expect((await newestOf(town)).closed?.map(({ code }) => code)).toEqual(['approval-missing'])
  })

  test('that comes when enough are there is told that it goes already', async () => {
    const { town, revision } = await pushed('approve: { count: 1 }')
    town.github.roles.octocat = 'write'
    town.github.roles.lisa = 'write'
    await town.pass(2)
    await Promise.all([town.tellComment('/approve', { actor: 'lisa' }), town.tellComment('/approve', { actor: 'octocat' })])
    await town.quiet()
    expect(running(town)).toBe(revision)
    expect((await town.deployments()).filter((one) => one.revision === revision)).toHaveLength(1)
    expect(town.github.comments).toHaveLength(2)
  })

  test('a rejection ends it, with the reason', async () => {
    const { town, before } = await pushed('approve: { count: 1 }')
    expect(await say(town, '/reject not on a Friday')).toContain('was rejected')
    expect(await newestOf(town)).toMatchObject({
      state: 'rejected',
      reason: { code: 'rejected-by', evidence: { reason: 'not on a Friday' } },
    })
    expect(running(town)).toBe(before)
  })

  test('where a tag was moved meanwhile, what was approved is deployed, and the move is told', async () => {
    const { town, revision } = await pushed('approve: { count: 1 }')
    const shown = (await town.newest()).proposal?.draft.images.find(({ tag }) => tag === revision)?.digest
    town.registry.push(shopImage, revision, { version: 'something else' })
    await say(town, '/approve')
    await town.quiet()
    const done = await newestOf(town)
    expect(done.plan?.images.find(({ tag }) => tag === revision)?.digest).toBe(shown)
    expect((await town.record(done.id)).join('\n')).toContain('was moved to')
    expect(running(town)).toBe(revision)
  })

  test('a change that takes the rule away has to be approved itself', async () => {
    const town = await openTown({ gates: 'approve: {}' })
    const first = town.commit()
    await town.tellPush(first)
    await town.pass(20)
    await say(town, '/approve')
    await town.quiet()
    const without = town.commit({ '.github/landfall.yml': landfallYml() })
    await town.tellPush(without)
    await town.pass(20)
    expect((await newestOf(town)).closed?.map(({ code }) => code)).toEqual(['approval-missing'])
    await say(town, '/approve')
    await town.quiet()
    expect(running(town)).toBe(without)
    expect((await town.deploy()).state).toBe('succeeded')
  })

  test("the operator's floor holds whatever the file says", async () => {
    const town = await openTown()
    const [grant] = town.operator.repositories
    if (grant) grant.require = { production: { approve: { by: [], count: 1, notAuthor: false } } }
    await town.tellPush(town.commit())
    await town.pass(20)
    expect((await town.newest()).closed?.map(({ code }) => code)).toEqual(['approval-missing'])
  })
})

test('a window holds it back until it opens, and it goes by itself', async () => {
  // The town's clock begins on Saturday, 10:00 UTC.
  const { town, revision, before } = await pushed('windows: [{ deny: "Sat 09:00 - Sat 12:00" }]')
  expect((await town.reaches('waiting')).reason?.code).toBe('window-closed')
  await town.pass(3600)
  expect(running(town)).toBe(before)
  await town.reaches('succeeded', 2 * 3600)
  expect(running(town)).toBe(revision)
})

test('a rollback passes every gate', async () => {
  const gates = 'approve: {}, checks: all, windows: [{ deny: "Mon-Sun 00:00 - 23:59" }]'
  const town = await openTown()
  const first = await town.deploy()
  await town.deploy()
  town.commit({ '.github/landfall.yml': landfallYml({ gates }) })
  await say(town, '/rollback')
  await town.quiet()
  expect(running(town)).toBe(first.revision)
})

describe('what was rolled back', () => {
  test('is not brought again by a machine, only by somebody who says it twice', async () => {
    const town = await openTown()
    await town.deploy()
    const bad = await town.deploy()
    await say(town, '/rollback')
    await town.quiet()
    await town.tellPush(bad.revision ?? '', { forced: true })
    await town.pass(20)
    expect((await newestOf(town)).reason?.code).toBe('quarantined')
    const short = bad.revision?.slice(0, 10)
    expect(await say(town, `/deploy production ${short}`)).toContain('--again')
    expect(running(town)).not.toBe(bad.revision)
    await say(town, `/deploy production ${short} --again`)
    await town.quiet()
    expect(running(town)).toBe(bad.revision)
  })

  test('does not hold up a newer commit', async () => {
    const town = await openTown()
    await town.deploy()
    await town.deploy()
    await say(town, '/rollback')
    await town.quiet()
    expect((await town.deploy()).state).toBe('succeeded')
  })
})

describe('/deploy', () => {
  test('brings the head of the branch, or a commit that is part of it', async () => {
    const town = await openTown()
    const first = town.commit()
    const second = town.commit()
    await say(town, `/deploy ${first.slice(0, 8)}`)
    await town.quiet()
    expect(running(town)).toBe(first)
    await say(town, '/deploy')
    await town.quiet()
    expect(running(town)).toBe(second)
  })

  test('refuses a commit that nobody merged, and one that there is not', async () => {
    const town = await openTown()
    const { revision } = await town.deploy()
    town.github.branches.set('feature', revision ?? '')
    const apart = town.github.commit('feature', { 'evil.txt': 'x' })
    town.build(apart)
    expect(await say(town, `/deploy production ${apart}`)).toContain('is not part of branch main')
    expect(await say(town, '/deploy production abcdef0')).toContain('There is no commit abcdef0')
    expect(running(town)).toBe(revision)
  })
})

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

describe('a button on the check run', () => {
  const press = async (town: Town, label: string, actor: string, changes: { identifier?: string } = {}) => {
    const run = town.github.checkRuns.at(-1)
    const button = run?.buttons.find((one) => one.label === label)
    if (!run || !button) throw new Error(`there is no button ${label}`)
    const check = { id: run.id, name: run.name, revision: run.revision, externalId: run.externalId, shown: run.title }
    await town.tellOf({ kind: 'button', bot: false, identifier: button.identifier, check, ...changes }, { actor })
    await town.pass(15)
  }

  test('approves what it showed, by the rights of whoever pressed it', async () => {
    const { town, revision, before } = await pushed('approve: { not-author: true }')
    town.github.roles.lisa = 'write'
    town.github.roles.eve = 'read'
    await press(town, 'Approve', 'eve')
    await press(town, 'Approve', 'mona')
    expect(running(town)).toBe(before)
    const { id } = await newestOf(town)
    expect((await town.record(id)).join('\n')).toMatch(/eve was refused.*write access[\s\S]*mona was refused.*the change is theirs/)
    await press(town, 'Approve', 'lisa')
    await town.quiet()
    expect(running(town)).toBe(revision)
    expect(town.github.comments).toEqual([])
  })

  test('that was painted for something else counts for nothing', async () => {
    const { town, before } = await pushed('approve: {}')
    town.github.roles.lisa = 'write'
    await press(town, 'Approve', 'lisa', { identifier: 'approve:000000000000' })
    await press(town, 'Approve', 'lisa', { identifier: 'approve' })
    expect(running(town)).toBe(before)
    expect((await newestOf(town)).state).toBe('waiting')
  })

  test('rolls back what runs, and is told when something newer does', async () => {
    const town = await openTown()
    const first = await town.deploy()
    await town.deploy()
    const old = town.github.checkRuns.find(({ revision }) => revision === first.revision)
    const check = { id: old?.id ?? 0, name: old?.name ?? '', revision: first.revision ?? '', externalId: first.id, shown: '' }
    await town.tellOf({ kind: 'button', bot: false, identifier: 'rollback', check })
    await town.pass(15)
    expect((await town.record(first.id)).join('\n')).toContain('There is a newer deployment of production')
    await press(town, 'Rollback', 'mona')
    await town.quiet()
    expect(running(town)).toBe(first.revision)
  })
})
