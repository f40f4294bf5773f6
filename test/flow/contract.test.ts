import { describe, expect, test } from 'vitest'
import { remedyOf, sentenceOf } from '../../src/domain/reason.ts'
import { askForRollback } from '../../src/flow/operate.ts'
import type { Behaviour } from '../support/fake-registry.ts'
import { newestComment, openPull } from '../support/pull-requests.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const gates = 'before: [{ service: web, run: [bin/migrate], contract: ["db/contract/**"] }]'
const contract = { 'db/contract/7.sql': 'drop column shoe_size;' }
const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)
const verbs = (town: Town, generation: number) =>
  [...town.hosts.values()].flatMap(({ heard }) => heard.filter((line) => line.endsWith(` ${generation}`)).map((line) => line.split(' ')[0]))

/** A shop with a release, and one after it that nothing older fits. */
async function contracted({ behaviour = {}, ...options }: TownOptions & { behaviour?: Behaviour } = {}) {
  const town = await openTown({ gates, ...options })
  const first = await town.deploy()
  return { town, first, second: await town.deploy(contract, { behaviour }) }
}

async function say(town: Town, body: string) {
  await town.tellComment(body)
  await town.quiet()
  return town.newest()
}

describe('a release that nothing older fits', () => {
  test('is marked in its plan, on the pull request, on its check run and in its receipt', async () => {
    const { town, first, second } = await contracted()
    const [because, files] = [['db/contract/7.sql changed'], ['db/contract/7.sql']]
    expect([first.plan?.contract, second.plan?.contract, second.state]).toEqual([undefined, { because, files }, 'succeeded'])
    const shown = '**⚠️ This release cannot be gone back over.** Nothing older will fit what it leaves behind: db/contract/7.sql changed'
    expect(town.github.checkRuns.findLast(({ name }) => name === 'Deploy to production')?.summary).toContain(shown)
    expect((await town.store.receipts.of(second.id))?.contract).toEqual({ because, files })
    await openPull(town, { 'db/contract/8.sql': 'drop table shoes;' })
    expect(newestComment(town)).toContain(shown.replace('7.sql', '8.sql'))
  })

  test('is one also where the label says so, be it of a pull request that this one overtook', async () => {
    const town = await openTown({ gates: 'before: [{ service: web, run: [bin/migrate] }]' })
    await town.deploy()
    const { head } = await openPull(town, { 'a.txt': 'a' }, { labels: ['landfall:contract'] })
    const labelled = town.github.merge(head.branch, 'main')
    town.github.merged.set(labelled, 12)
    await town.tellPush(labelled)
    await town.reaches('waiting')
    const next = await town.deploy()
    expect([next.state, next.plan?.contract]).toEqual(['succeeded', { because: ['#12 has the label landfall:contract'] }])
  })

  test('a label that is put on later changes the plan on the pull request', async () => {
    const { town } = await contracted()
    const pull = await openPull(town, { 'a.txt': 'a' }, { number: 13 })
    expect(newestComment(town)).not.toContain('cannot be gone back over')
    town.github.pulls.set(13, { ...pull, labels: ['landfall:contract'] })
    await town.tellOf({ kind: 'pull-request', action: 'marked', number: 13, head: pull.head.sha, base: 'main', fork: false })
    await town.pass(15)
    expect(newestComment(town)).toContain('13 has the label landfall:contract')
  })

  test.each([
    ['/rollback', ''],
    ['/rollback to 1', ' to '],
  ])('%s stops there with the way out, and nothing is touched', async (said, named) => {
    const { town, second } = await contracted()
    const refused = await say(town, said)
    expect([refused.kind, refused.state, refused.reason?.code]).toEqual(['rollback', 'rejected', 'contract-between'])
    if (!refused.reason) throw new Error('without a reason')
    expect(sentenceOf(refused.reason)).toMatch(
      /^production cannot go back to \w{7}: nothing older than \w{7} fits any more \(db\/contract\/7\.sql changed\)$/,
    )
    expect(remedyOf(refused.reason)).toContain(`\`/rollback production${named}`)
    expect(town.github.comments.at(-1)?.body).toContain('--over-contract')
    expect([versions(town), verbs(town, 3)]).toEqual([[second.revision], []])
  })

  test('is gone back over by whoever says so, and then it is history', async () => {
    const town = await openTown({ gates })
    const [zero, first] = [await town.deploy(), await town.deploy()]
    await town.deploy(contract)
    expect(await say(town, '/rollback --over-contract')).toMatchObject({
      state: 'succeeded',
      revision: first.revision,
      asked: 'deliberate',
    })
    expect(versions(town)).toEqual([first.revision])
    expect(await say(town, '/rollback')).toMatchObject({ state: 'succeeded', revision: zero.revision })
    // What comes next brings it again.
    expect((await town.deploy()).plan?.contract).toBeDefined()
    expect(await say(town, '/rollback')).toMatchObject({ state: 'rejected', reason: { code: 'contract-between' } })
  })

  test('a retry of a rollback that stopped there stops there again', async () => {
    const { town } = await contracted()
    await say(town, '/rollback')
    expect(await say(town, '/retry')).toMatchObject({ kind: 'rollback', state: 'rejected', reason: { code: 'contract-between' } })
  })

  test.each([
    [{}, 'rejected'],
    [{ overContract: true as const }, 'succeeded'],
  ])('the operator of Landfall, who asks with %j, is %s', async (option, state) => {
    const { town } = await contracted()
    await askForRollback({ repository: 'acme/shop', environment: 'production', user: 'root', ...option }, town.ports())
    await town.quiet()
    expect(await town.newest()).toMatchObject({ kind: 'rollback', state, actor: 'operator root' })
  })

  test('an older commit is not brought over it either', async () => {
    const { town, second } = await contracted()
    expect(versions(town)).toEqual([second.revision])
    const older = await say(town, `/deploy production ${(await town.deployments()).at(-1)?.revision?.slice(0, 10)}`)
    expect([older.kind, older.state, older.reason?.code, versions(town)]).toEqual([
      'deploy',
      'rejected',
      'contract-between',
      [second.revision],
    ])
  })

  test('what comes after it goes back to it, and no further', async () => {
    const { town, second } = await contracted()
    await town.deploy()
    expect(await say(town, '/rollback')).toMatchObject({ state: 'succeeded', revision: second.revision })
    expect(await say(town, '/rollback')).toMatchObject({ state: 'rejected', reason: { code: 'contract-between' } })
  })
})

describe('where it fails', () => {
  test('once it is switched hosts stay as they are, and its pull request is told at once', async () => {
    const town = await openTown({ gates, hosts: ['web-1', 'web-2'], rollout: '{ batch: 1 }' })
    const first = await town.deploy()
    await openPull(town, contract)
    const sha = town.github.merge('change-12', 'main')
    town.github.merged.set(sha, 12)
    town.build(sha, { answers: 500, says: 'column shoe_size does not exist' })
    await town.tellPush(sha)
    await town.quiet()
    const failed = await town.newest()
    expect([failed.state, failed.reason?.code]).toEqual(['halted', 'contract-stays'])
    expect(failed.reason && sentenceOf(failed.reason)).toContain('was not proved')
    expect(failed.reason && remedyOf(failed.reason)).toMatch(
      /^Look at it now\. The way out is forward: push a correction, or `\/retry production`/,
    )
    expect([versions(town), verbs(town, 2)]).toEqual([[sha, first.revision], expect.not.arrayContaining(['restore'])])
    const told = town.github.comments.find(({ body }) => body.includes('What it said last'))
    expect([told?.issue, told?.body]).toEqual([12, expect.stringContaining('column shoe_size does not exist')])
    expect(town.chat.said.some(({ message }) => message.fallback.includes('halted'))).toBe(true)
    const fixed = await town.deploy()
    expect([fixed.state, versions(town)]).toEqual(['succeeded', [fixed.revision, fixed.revision]])
  })

  test('in what it does before, the old release runs on, and people are told that its data may not fit any more', async () => {
    const { town, first, second } = await contracted({ behaviour: { once: 1 } })
    expect([second.state, second.reason?.code, versions(town)]).toEqual(['failed', 'step-failed', [first.revision]])
    expect(second.reason && remedyOf(second.reason)).toContain('nothing older may fit it: look at once whether what runs still does')
    expect(await say(town, '/rollback')).toMatchObject({ state: 'rejected' })
    expect((await town.deploy()).state).toBe('succeeded')
  })

  test('while it bakes, Landfall leaves it and says why', async () => {
    const town = await openTown({ gates, bake: '10m' })
    await town.deploy()
    await town.tellPush(town.commit(contract))
    await town.until(async () => (await town.newest()).plan?.contract !== undefined && (await town.newest()).state === 'succeeded')
    const second = await town.newest()
    const web = town.host().container('web')
    if (web) web.restarts += 1
    await town.quiet()
    const { soak } = (await town.store.deployments.read(second.id)) ?? {}
    expect([soak?.state, versions(town), (await town.newest()).id]).toEqual(['unwell', [second.revision], second.id])
    const why = soak?.state === 'unwell' ? soak.reason : undefined
    expect(why && remedyOf(why)).toMatch(/^Landfall leaves it as it is: nothing older than \w{7} fits any more .* --over-contract`$/)
  })

  test.each([
    ['/rollback', 'succeeded', 'rejected'],
    ['/rollback --over-contract', 'cancelled', 'succeeded'],
  ])('while its step runs, %s leaves it %s', async (said, deploy, rollback) => {
    const town = await openTown({ gates })
    await town.deploy()
    const sha = town.commit(contract, { behaviour: { takes: 60 } })
    await town.tellPush(sha)
    await town.reaches('stepping')
    await town.tellComment('/cancel')
    await town.pass(5)
    expect(town.github.comments.at(-1)?.body).toContain('cannot be cancelled')
    const asked = await say(town, said)
    const own = (await town.deployments()).find(({ kind, revision }) => kind === 'deploy' && revision === sha)
    expect([own?.state, asked.kind, asked.state]).toEqual([deploy, 'rollback', rollback])
  })
})
