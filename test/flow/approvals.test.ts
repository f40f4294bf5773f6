import { describe, expect, test } from 'vitest'
import { landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'
import { newestOf, pushed, running, say } from './gated.ts'

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
      gates: 'approve: {}, windows: [{ allow: "Sat 10:10 - Sat 13:00" }]',
    })
    const revision = town.commit()
    await town.tellPush(revision)
    await town.pass(20)
    await say(town, '/approve')
    const more = landfallYml({ follows: ['web-1', 'web-2'], gates: 'approve: {}, windows: [{ allow: "Sat 10:10 - Sat 13:00" }]' })
    // The branch moved on, and its webhook is late: the hosts of its head count at once.
    town.github.branches.set('main', town.commit({ '.github/landfall.yml': more }))
    await town.pass(12 * 60)
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
