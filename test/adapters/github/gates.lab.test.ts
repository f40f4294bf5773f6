import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { CheckReport, GitHub } from '../../../src/flow/ports.ts'
import { passes } from '../../../src/flow/trouble.ts'
import { testApp } from '../../lab/github/app.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { FakeLog } from '../../support/fake-log.ts'
import { landfall, repositoryOf } from './landfall.ts'

const app = testApp()
let standIn: GitHubStandIn
let shop: TestRepository
let github: GitHub

const repository = (of: TestRepository = shop) => repositoryOf(of)
const uncounted = { deliver: 'never' } as const

beforeAll(async () => {
  standIn = await startGitHub({ app })
  shop = await standIn.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n', 'docs/a.md': 'a\nb\nc\n' })
  github = landfall(standIn, app)
})
afterAll(() => standIn.close())
afterEach(() => {
  standIn.faults.rateLimit(0)
  standIn.faults.outage(false)
  standIn.assertFaithful()
})

describe('checks of a commit', () => {
  const scanner = { id: 4711, slug: 'scanner', name: 'Scanner' }

  test('are the newest runs and statuses, on all pages, and suites that nobody put anything in', async () => {
    const { sha } = await shop.push('checked', { 'a.txt': 'a' })
    await shop.reportCheck(sha, { name: 'build', conclusion: 'failure' })
    await shop.reportCheck(sha, { name: 'build' })
    for (let i = 0; i < 120; i += 1) await shop.reportCheck(sha, { name: `part ${i}`, conclusion: 'success' })
    shop.emptySuite(sha, scanner)
    for (let i = 0; i < 105; i += 1) await shop.reportStatus(sha, { context: `ci/${i}`, state: 'pending' })
    await shop.reportStatus(sha, { context: 'ci/0', state: 'error' })

    const { own, checks, emptySuites, required } = await github.checksOf(repository(), sha)
    expect(checks.filter(({ kind }) => kind === 'check')).toHaveLength(121)
    expect(checks.filter(({ kind }) => kind === 'status')).toHaveLength(105)
    const time = expect.stringMatching(/^2\d{3}-.*Z$/)
    const [build, last] = ['build', 'part 119'].map((name) => checks.find((one) => one.name === name))
    const run = { kind: 'check', app: 'github-actions', id: expect.any(Number), suite: build?.suite, startedAt: time }
    expect(build).toEqual({ ...run, name: 'build', state: 'in_progress' })
    expect(last).toEqual({ ...run, name: 'part 119', state: 'completed', conclusion: 'success' })
    const [first, second] = ['ci/0', 'ci/1'].map((name) => checks.find((one) => one.name === name))
    expect(first).toEqual({ kind: 'status', name: 'ci/0', id: first?.id, state: 'completed', conclusion: 'error', startedAt: time })
    expect(second).toEqual({ kind: 'status', name: 'ci/1', id: second?.id, state: 'in_progress', startedAt: time })
    // GitHub made the App's own, which has not reported either.
    expect(emptySuites).toContainEqual({ app: 'scanner', state: 'queued' })
    expect(emptySuites).toContainEqual({ app: app.slug, state: 'queued' })
    expect(emptySuites).toHaveLength(2)
    expect(required).toBeUndefined()
    expect(own).toBe(app.slug)
  })

  test('jobs of one name are told apart by their workflows and what triggered these, asked only then', async () => {
    const { sha } = await shop.push('twins', { 'twins.txt': 'a' }, uncounted)
    await shop.runWorkflow(sha, { name: 'CI', job: 'test', conclusion: 'failure' }, uncounted)
    const fresh = landfall(standIn, app)
    const told = async () =>
      (await fresh.checksOf(repository(), sha)).checks.map(({ name, conclusion, workflow }) => [
        name,
        conclusion,
        workflow?.name,
        workflow?.event,
      ])
    const asked = () => standIn.requests.filter(({ path }) => path.includes('/actions/runs')).length
    const before = asked()
    expect(await told()).toEqual([['test', 'failure', undefined, undefined]])
    await shop.runWorkflow(sha, { name: 'Lint', job: 'lint' }, uncounted)
    await shop.reportCheck(sha, { name: 'test', app: scanner, conclusion: 'success' }, uncounted)
    expect((await told()).flatMap(([, , workflow]) => workflow ?? [])).toEqual([])
    expect(asked()).toBe(before)

    await shop.runWorkflow(sha, { name: 'Nightly tests', job: 'test', event: 'schedule' }, uncounted)
    await shop.runWorkflow(sha, { name: 'CI', job: 'test', event: 'workflow_dispatch' }, uncounted)
    const first = await told()
    expect(first.toSorted()).toEqual([
      ['lint', 'success', undefined, undefined],
      ['test', 'failure', 'CI', 'push'],
      ['test', 'success', undefined, undefined],
      ['test', 'success', 'CI', 'workflow_dispatch'],
      ['test', 'success', 'Nightly tests', 'schedule'],
    ])
    const { spent } = standIn
    expect(await told()).toEqual(first)
    expect(standIn.spent).toBe(spent)
    await shop.runWorkflow(sha, { name: 'CI', job: 'test', again: true }, uncounted)
    expect(await told()).toContainEqual(['test', 'success', 'CI', 'push'])
    expect(await told()).not.toContainEqual(['test', 'failure', 'CI', 'push'])
  })

  test('whose workflows may not be read count each for itself', async () => {
    const { actions: _, ...permissions } = app.permissions
    const forbidden = await startGitHub({ app: testApp({ permissions }) })
    const theirs = await forbidden.createRepository('acme', 'shop', { 'a.txt': 'a' })
    const sha = await theirs.head()
    for (const conclusion of ['failure', 'success'] as const) await theirs.runWorkflow(sha, { job: 'test', conclusion }, uncounted)
    const { checks } = await landfall(forbidden, forbidden.app).checksOf(repository(theirs), sha)
    expect(checks.map(({ conclusion }) => conclusion)).toEqual(['failure', 'success'])
    expect(new Set(checks.map(({ workflow }) => workflow?.id)).size).toBe(2)
    await forbidden.close()
  })

  test('with what the branch requires, by rules and by protection, each of its App', async () => {
    const sha = await shop.commit('required', { 'required.txt': 'a' })
    await shop.reportCheck(sha, { name: 'scan', app: scanner, conclusion: 'success' })
    const require = (context: string, app?: number, by?: 'protection') =>
      shop.requireCheck({ branch: 'required', context, ...(app !== undefined && { app }), ...(by && { by }) })
    require('scan', scanner.id)
    require('build', 15_368)
    require('ci/lint')
    require('ci/lint', undefined, 'protection')
    require('old', scanner.id, 'protection')
    expect((await github.checksOf(repository(), sha, 'required')).required).toEqual([
      { name: 'scan', app: 'scanner' },
      // Actions has not shown itself on this commit: nobody else can stand in for it.
      { name: 'build', app: '#15368' },
      { name: 'ci/lint' },
      { name: 'old', app: 'scanner' },
    ])
    expect((await github.checksOf(repository(), sha, 'main')).required).toEqual([])
  })

  test("a status counts as the App's that set it, where one is required; a person is none", async () => {
    const sha = await shop.commit('spoken', { 'spoken.txt': 'a' })
    const [jenkins, codecov] = [
      { id: 71, slug: 'jenkins', name: 'Jenkins' },
      { id: 72, slug: 'codecov', name: 'Codecov' },
    ]
    const said = (context: string, by: { by: string } | { app: typeof jenkins }) =>
      shop.reportStatus(sha, { context, state: 'success', ...by })
    await said('build', { app: jenkins })
    for (let i = 0; i < 100; i += 1) await said('noise', { by: 'mona' })
    await said('coverage', { app: jenkins })
    await said('scan', { by: 'scanner' })
    await said('secret', { by: 'hidden[bot]' })
    await said('free', { by: 'mona' })
    for (const [context, app] of [
      ['build', 71],
      ['coverage', codecov.id],
      ['scan', 4711],
      ['secret', 73],
    ] as const) {
      shop.requireCheck({ branch: 'spoken', context, app })
    }
    shop.requireCheck({ branch: 'spoken', context: 'free' })
    const { checks, required } = await github.checksOf(repository(), sha, 'spoken')
    const apps = ['build', 'coverage', 'scan', 'secret', 'free'].map((context) => checks.find(({ name }) => name === context)?.app)
    expect(apps).toEqual(['jenkins', 'jenkins', '@scanner', 'hidden', undefined])
    expect(required).toEqual([
      { name: 'build', app: 'jenkins' },
      { name: 'coverage', app: '#72' },
      { name: 'scan', app: '#4711' },
      { name: 'secret', app: 'hidden' },
      { name: 'free' },
    ])
  })

  test('what may not be read is absent; what failed is no answer', async () => {
    const sha = await shop.head()
    const [rules, protection] = [/\/rules\/branches\//, /\/branches\/main$/]
    const forbidden = await startGitHub({ app: testApp({ permissions: { metadata: 'read', contents: 'read' } }) })
    const theirs = await forbidden.createRepository('acme', 'shop', { 'a.txt': 'a' })
    const modest = landfall(forbidden, forbidden.app)
    await expect(modest.checksOf(repository(theirs), await theirs.head(), 'main')).rejects.toMatchObject({ status: 403 })
    forbidden.addTeam('acme', 'ops', ['mona'])
    expect(await modest.isMember(repository(theirs), 'ops', 'mona')).toBe(false)
    await forbidden.close()

    expect((await github.checksOf(repository(), sha, 'gone')).required).toEqual([])
    for (const part of [rules, protection]) {
      standIn.faults.outage(part)
      await expect(landfall(standIn, app).checksOf(repository(), sha, 'main')).rejects.toMatchObject({ status: 502 })
    }
    standIn.faults.outage(false)
    await github.head(repository(), 'main')
    standIn.faults.rateLimit(30)
    const limited = await github.checksOf(repository(), sha, 'main').catch((error: unknown) => error)
    expect(passes(limited)).toBe(true)
  })
})

test('what was asked before and did not change is free; a look at checks takes five requests and who the App is', async () => {
  const [sha, base] = [await shop.commit('dear', { 'dear.txt': 'a' }), await shop.head()]
  const fresh = landfall(standIn, app)
  const look = async () => [
    await fresh.checksOf(repository(), sha, 'main'),
    await fresh.changes(repository(), base, sha),
    await fresh.commitAt(repository(), sha),
    await fresh.moves(repository(), 'main'),
    await fresh.tags(repository(), 'v'),
  ]
  await fresh.head(repository(), 'main')
  const before = standIn.spent
  const first = await look()
  expect(standIn.spent).toBe(before + 10)
  expect(await look()).toEqual(first)
  expect(standIn.spent).toBe(before + 10)
})

describe('pull requests', () => {
  test('of the repository itself: open, labelled, merged', async () => {
    const { number, sha } = await shop.openPullRequest({
      branch: 'door',
      files: { 'door.txt': 'open' },
      title: 'Add a door',
      author: 'mona',
    })
    shop.label(number, 'urgent', 'deploy')
    const open = {
      number,
      title: 'Add a door',
      author: 'mona',
      bot: false,
      head: { branch: 'door', sha, repository: 'acme/shop' },
      base: { branch: 'main' },
      fork: false,
      state: 'open',
      draft: false,
      labels: ['urgent', 'deploy'],
    }
    expect(await github.pullRequest(repository(), number)).toEqual(open)
    const { sha: next } = await shop.push('door', { 'door.txt': 'wide open' })
    expect((await github.pullRequest(repository(), number))?.head.sha).toBe(next)
    const { sha: commit } = await shop.merge(number, { by: 'otto' })
    expect(await github.pullRequest(repository(), number)).toEqual({
      ...open,
      head: { ...open.head, sha: next },
      state: 'closed',
      merged: { commit, by: 'otto' },
    })
    expect(await github.pullRequest(repository(), 9999)).toBeUndefined()
  })

  test('from a fork: said so, and followed when the fork is pushed to', async () => {
    const fork = await shop.fork('stranger')
    const { number, sha } = await shop.openPullRequest({ branch: 'gift', from: fork, files: { 'gift.txt': '?' }, author: 'stranger' })
    const told = { author: 'stranger', fork: true, head: { branch: 'gift', sha, repository: 'stranger/shop' } }
    expect(await github.pullRequest(repository(), number)).toMatchObject(told)
    const { sha: next } = await fork.push('gift', { 'gift.txt': '!' }, { author: 'stranger' })
    expect(await github.pullRequest(repository(), number)).toMatchObject({ head: { sha: next } })
    expect((await github.commitAt(repository(), next))?.author).toBe('stranger')
  })

  test('are opened once, found again, and refused with the reason', async () => {
    await shop.push('develop', { 'feature.txt': 'new' })
    const branches = { head: 'develop', base: 'main' }
    const words = { title: 'Promote develop', body: 'To production' }
    expect(await github.findOpenPullRequest(repository(), branches)).toBeUndefined()
    const opened = await github.openPullRequest(repository(), { ...branches, ...words })
    const number = opened.kind === 'opened' ? opened.number : 0
    expect(await github.findOpenPullRequest(repository(), branches)).toBe(number)
    expect(await github.pullRequest(repository(), number)).toMatchObject({ title: words.title, author: `${app.slug}[bot]`, bot: true })
    expect(await github.openPullRequest(repository(), { ...branches, ...words })).toEqual({
      kind: 'refused',
      why: expect.stringContaining('A pull request already exists for acme:develop'),
    })
    await shop.merge(number, { by: 'otto' })
    expect(await github.findOpenPullRequest(repository(), branches)).toBeUndefined()
    expect(await github.openPullRequest(repository(), { ...branches, ...words })).toEqual({
      kind: 'refused',
      why: expect.stringContaining('No commits between main and develop'),
    })
  })

  test.each(['merge', 'squash', 'rebase'] as const)('one that came in by %s is taken back by another', async (method) => {
    const branch = `bad-${method}`
    const before = await github.commitAt(repository(), 'heads/main')
    const { number } = await shop.openPullRequest({ branch, files: { [`${branch}.txt`]: 'broken', 'docs/a.md': `${method}\n` } })
    await shop.push(branch, { [`${branch}.txt`]: 'more broken' })
    await shop.merge(number, { method, by: 'otto' })
    const words = { title: `Revert ${branch}`, body: 'Rolled back' }
    const opened = await github.revertPullRequest(repository(), number, words)
    const head = `revert-${number}-${branch}`
    expect(opened).toEqual({ kind: 'opened', number: await github.findOpenPullRequest(repository(), { head, base: 'main' }) })
    await shop.merge(opened.kind === 'opened' ? opened.number : 0, { by: 'otto' })
    expect((await github.commitAt(repository(), 'heads/main'))?.tree).toBe(before?.tree)
    expect(await github.revertPullRequest(repository(), number, words)).toEqual({
      kind: 'refused',
      why: expect.stringContaining("couldn't be reverted automatically"),
    })
  })

  test('what the App may not write, and what is no pull request, is refused with the reason', async () => {
    expect(await github.revertPullRequest(repository(), 9999, { title: 'a', body: 'b' })).toMatchObject({ kind: 'refused' })
    const modest = testApp({ permissions: { metadata: 'read', contents: 'read', pull_requests: 'write' } })
    const elsewhere = await startGitHub({ app: modest })
    const theirs = await elsewhere.createRepository('acme', 'shop', { 'a.txt': 'a' })
    const { number } = await theirs.openPullRequest({ branch: 'bad', files: { 'a.txt': 'b' } })
    await theirs.merge(number, { by: 'otto' })
    expect(await landfall(elsewhere, modest).revertPullRequest(repository(theirs), number, { title: 'a', body: 'b' })).toEqual({
      kind: 'refused',
      why: 'Resource not accessible by integration',
    })
    elsewhere.assertFaithful()
    await elsewhere.close()
  })

  test('a revert that GitHub is too busy for passes, and can be looked for', async () => {
    const { number } = await shop.openPullRequest({ branch: 'busy', files: { 'busy.txt': 'b' } })
    await shop.merge(number, { by: 'otto' })
    standIn.faults.disturb(/^POST \/graphql$/, 'answer-lost', 1)
    const lost = await github.revertPullRequest(repository(), number, { title: 'a', body: 'b' }).catch((error: unknown) => error)
    expect(passes(lost)).toBe(true)
    expect(await github.findOpenPullRequest(repository(), { head: `revert-${number}-busy`, base: 'main' })).toBeTypeOf('number')
  })
})

describe('commits and what lies between them', () => {
  test('a commit by its id, a branch or a tag, annotated or not', async () => {
    const message = 'Add a lamp\n\nCo-authored-by: Otto <7+otto@users.noreply.github.com>'
    const parent = await shop.head()
    const { sha } = await shop.push('lamp', { 'lamp.txt': 'on' }, { author: 'mona', message })
    await shop.tag('v1', sha)
    await shop.tag('v2', sha, { annotated: 'The second' })
    const found = await github.commitAt(repository(), sha)
    const tree = expect.stringMatching(/^[0-9a-f]{40}$/)
    const people = { author: 'mona', committer: 'mona', coAuthors: ['otto'] }
    expect(found).toEqual({ sha, tree, parents: [parent], subject: 'Add a lamp', ...people })
    for (const ref of ['heads/lamp', 'tags/v1', 'tags/v2']) expect(await github.commitAt(repository(), ref)).toEqual(found)
    for (const ref of ['heads/none', 'tags/v3', '0'.repeat(40)]) expect(await github.commitAt(repository(), ref)).toBeUndefined()
  })

  test('tags by the start of their name; a moved one points elsewhere', async () => {
    const first = await shop.head()
    const { sha } = await shop.push('tagged', { 'tagged.txt': 'a' })
    await shop.tag('web-1', first)
    await shop.tag('web-2', sha, { annotated: 'Second' })
    await shop.tag('worker-1', first)
    const tags = await github.tags(repository(), 'web-')
    expect(tags.map(({ name }) => name)).toEqual(['web-1', 'web-2'])
    expect(tags[0]?.object).toBe(first)
    expect(tags[1]?.object).not.toBe(sha)
    await shop.tag('web-1', sha)
    expect((await github.tags(repository(), 'web-1'))[0]?.object).toBe(sha)
    await shop.deleteTag('web-1')
    expect(tags.map(({ annotated = false }) => annotated)).toEqual([false, true])
    expect(await github.tags(repository(), 'web-1')).toEqual([])
  })

  test('the commit of an annotated tag, and of a tag of one, asked for once', async () => {
    const { sha } = await shop.push('annotated', { 'annotated.txt': 'a' })
    await shop.tag('once-1', sha, { annotated: 'One' })
    const [one] = await github.tags(repository(), 'once-1')
    await shop.tag('once-2', one?.object ?? '', { annotated: 'Two' })
    const [two] = await github.tags(repository(), 'once-2')
    const peel = (object = '') => github.commitOfTag(repository(), object)
    expect([await peel(one?.object), await peel(two?.object)]).toEqual([sha, sha])
    const before = standIn.requests.length
    expect([await peel(one?.object), await peel(two?.object)]).toEqual([sha, sha])
    expect(standIn.requests.length).toBe(before)
    expect(await peel(sha)).toBeUndefined()
    expect(await peel('0'.repeat(40))).toBeUndefined()
  })

  test('ahead: the commits, and files under both their names; behind and identical: nothing', async () => {
    const base = await shop.head()
    const { sha: first } = await shop.push('moving', { 'docs/a.md': null, 'guide/a.md': 'a\nb\nc\n' }, { author: 'otto' })
    const { sha: head } = await shop.push('moving', { 'b.txt': 'b' })
    const changes = await github.changes(repository(), base, head)
    expect(changes).toMatchObject({ status: 'ahead', ahead: 2, behind: 0, mergeBase: base, truncated: false })
    expect(changes?.commits.map(({ sha, author }) => [sha, author])).toEqual([
      [first, 'otto'],
      [head, 'mona'],
    ])
    expect(changes?.commits[1]).toEqual(await github.commitAt(repository(), head))
    expect(changes?.files).toEqual([{ path: 'b.txt' }, { path: 'guide/a.md', previousPath: 'docs/a.md' }])
    const nothing = { commits: [], files: [], truncated: false }
    expect(await github.changes(repository(), head, base)).toEqual({ status: 'behind', ahead: 0, behind: 2, mergeBase: base, ...nothing })
    expect(await github.changes(repository(), head, head)).toEqual({
      status: 'identical',
      ahead: 0,
      behind: 0,
      mergeBase: head,
      ...nothing,
    })
    expect(await github.changes(repository(), base, 'f'.repeat(40))).toBeUndefined()
  })

  test.each(['squash', 'rebase', 'merge'] as const)('a %s of all that staging has brings the same content', async (method) => {
    const { number, sha } = await shop.openPullRequest({ branch: `same-${method}`, files: { [`same-${method}.txt`]: 'a' } })
    const { sha: merged } = await shop.merge(number, { method, by: 'otto' })
    const [before, after] = await Promise.all([sha, merged].map((one) => github.commitAt(repository(), one)))
    expect([after?.tree, after?.sha === before?.sha]).toEqual([before?.tree, false])
    const relation = await github.changes(repository(), sha, merged)
    expect(relation?.status).toBe(method === 'merge' ? 'ahead' : 'diverged')
  })

  test('what differs between two contents is told whatever their pasts, in folders too', async () => {
    const one = await shop.push('one-content', { 'deep/er/file.txt': 'a', 'same.txt': 's', 'gone.txt': 'g' })
    const other = await shop.push('other-content', { 'deep/er/file.txt': 'b', 'same.txt': 's', 'docs/more.md': 'm' })
    const paths = await github.differences(repository(), one.sha, other.sha)
    expect(paths?.toSorted()).toEqual(['deep/er/file.txt', 'docs/more.md', 'gone.txt'])
    expect(await github.differences(repository(), one.sha, one.sha)).toEqual([])
    expect(await github.differences(repository(), one.sha, 'f'.repeat(40))).toBeUndefined()
  })

  test('of long ways the newest 250 commits, and whether files may be missing', async () => {
    const base = await shop.head()
    const files = Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`many/${i}.txt`, `${i}`]))
    const { sha: wide } = await shop.push('wide', files, uncounted)
    const grown = await shop.grow(new Map([['wide', 260]]))
    const head = grown.get('wide')?.at(-1) ?? ''
    const changes = await github.changes(repository(), base, head)
    expect(changes).toMatchObject({ ahead: 261, truncated: true })
    expect(changes?.commits.map(({ sha }) => sha)).toEqual(grown.get('wide')?.slice(-250))
    expect(await github.changes(repository(), wide, head)).toMatchObject({ ahead: 260, files: [], truncated: false })
  })
})

describe('people', () => {
  test('who moved a branch from where to where: by push, by merge, by force, also of one that is gone', async () => {
    const { sha } = await shop.push('walked', { 'walk.txt': 'a' }, { author: 'mona' })
    const { sha: second } = await shop.push('walked', { 'walk.txt': 'b' }, { author: 'mona', by: 'build[bot]' })
    await shop.forcePush('walked', sha, { by: 'otto' })
    const moves = [
      { kind: 'forced', before: second, after: sha, by: 'otto' },
      { kind: 'push', before: sha, after: second, by: 'build[bot]', machine: true },
      { kind: 'made', after: sha, by: 'mona' },
    ]
    expect(await github.moves(repository(), 'walked')).toEqual({ moves, all: true })
    const { number } = await shop.openPullRequest({ branch: 'walked' })
    const merged = await shop.merge(number, { by: 'hubot' })
    const [newest] = (await github.moves(repository(), 'main')).moves
    expect(newest).toEqual({ kind: 'merge', before: merged.before, after: merged.sha, by: 'hubot' })
    await shop.deleteBranch('walked', { by: 'hubot' })
    const gone = { kind: 'deleted', before: sha, by: 'hubot' }
    expect(await github.moves(repository(), 'walked')).toEqual({ moves: [gone, ...moves], all: true })
    expect(await github.moves(repository(), 'never')).toEqual({ moves: [], all: true })
    for (let index = 0; index < 100; index += 1) await shop.forcePush('main', merged.sha, uncounted)
    const busy = await github.moves(repository(), 'main')
    expect([busy.all, busy.moves.length]).toEqual([false, 100])
  })

  test.each(['merge', 'squash', 'rebase'] as const)(
    'which pull request was merged as a commit, by %s, and what it brought',
    async (method) => {
      const branch = `bring-${method}`
      await shop.push(branch, { [`${method}-1.txt`]: 'a' }, { author: 'mona' })
      const { sha } = await shop.push(branch, { [`${method}-2.txt`]: 'b' }, { author: 'otto' })
      const own = [await github.commitAt(repository(), `${sha}`)]
      const { number } = await shop.openPullRequest({ branch, author: 'octocat' })
      expect(await github.mergedWith(repository(), sha)).toEqual([])
      const merged = await shop.merge(number, { by: 'hubot', method })
      await shop.deleteBranch(branch)
      const facts = { number, author: 'octocat', base: { branch: 'main' }, fork: false, commit: merged.sha }
      expect(await github.mergedWith(repository(), merged.sha)).toEqual([{ ...facts, head: { branch, sha, repository: 'acme/shop' } }])
      const brought = await github.commitsOfPull(repository(), number)
      expect(brought?.map(({ author }) => author)).toEqual(['mona', 'otto'])
      expect(brought?.slice(1)).toEqual(own)
    },
  )

  test('what a pull request of a hundred commits or more brought is not told', async () => {
    await shop.grow(new Map([['grown', 100]]))
    const { number } = await shop.openPullRequest({ branch: 'grown' })
    expect(await github.commitsOfPull(repository(), number)).toBeUndefined()
  })

  test('active members of a team, asked live', async () => {
    standIn.addTeam('acme', 'ops', ['Mona', 'otto'], ['invited'])
    const member = (login: string, team = 'ops') => github.isMember(repository(), team, login)
    expect(await Promise.all([member('mona'), member('OTTO')])).toEqual([true, true])
    expect(await Promise.all([member('invited'), member('stranger'), member('mona', 'gone')])).toEqual([false, false, false])
    standIn.addTeam('acme', 'ops', ['otto'])
    expect(await member('mona')).toBe(false)
    const before = standIn.spent
    expect([await member('otto'), await member('otto')]).toEqual([true, true])
    expect(standIn.spent).toBe(before + 2)
  })
})

describe("the App's own check runs", () => {
  const button = { label: 'Approve', description: 'Let it go', identifier: 'approve' }
  const report = (revision: string, change: Partial<CheckReport> = {}): CheckReport => ({
    name: 'landfall/production',
    revision,
    externalId: 'deployment-1',
    state: 'queued',
    title: 'Waiting',
    summary: 'Waits for **ops**',
    buttons: [],
    annotations: [],
    ...change,
  })

  const made = async (wanted: CheckReport): Promise<number> => {
    const told = await github.createCheck(repository(), wanted)
    if (told.kind === 'forbidden') throw new Error('the App may not write checks')
    return told.id
  }

  test('of an App that may not write any are forbidden, which the log says once; a limit is none of it', async () => {
    const modest = testApp({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
    const elsewhere = await startGitHub({ app: modest })
    const theirs = await elsewhere.createRepository('acme', 'shop', { 'a.txt': 'a' })
    const log = new FakeLog()
    const asking = landfall(elsewhere, modest, { log })
    const wanted = report(await theirs.head())
    expect(await asking.findCheck(repository(theirs), wanted)).toBeUndefined()
    for (let time = 0; time < 3; time += 1) expect(await asking.createCheck(repository(theirs), wanted)).toEqual({ kind: 'forbidden' })
    const missing = { permission: 'checks: write', installation: theirs.installation, owner: 'acme' }
    expect(log.saying('permission missing')).toEqual([expect.objectContaining(missing)])
    for (const kind of ['secondary', 'hourly'] as const) {
      elsewhere.faults.rateLimit(30, kind)
      const limited = await asking.createCheck(repository(theirs), wanted).catch((error: unknown) => error)
      expect(passes(limited)).toBe(true)
    }
    elsewhere.faults.rateLimit(0)
    elsewhere.assertFaithful()
    await elsewhere.close()
  })

  test('are made, changed and found again by what they stand for, never those of others', async () => {
    const sha = await shop.commit('shown', { 'shown.txt': 'a' })
    await shop.reportCheck(sha, { name: 'landfall/production', externalId: 'deployment-1' })
    const wanted = report(sha)
    expect(await github.findCheck(repository(), wanted)).toBeUndefined()
    const id = await made(wanted)
    const other = await made(report(sha, { externalId: 'deployment-2' }))
    expect(await github.findCheck(repository(), wanted)).toEqual({ id, state: 'queued', annotations: 0 })
    expect((await github.findCheck(repository(), report(sha, { externalId: 'deployment-2' })))?.id).toBe(other)

    const annotation = { path: 'compose.yml', startLine: 1, endLine: 2, level: 'warning', message: 'Hm', title: 'Look' } as const
    await github.updateCheck(
      repository(),
      id,
      report(sha, {
        state: 'action_required',
        title: 'Approve?',
        text: 'The plan',
        detailsUrl: 'https://landfall.example/d/1',
        buttons: [button],
        annotations: [annotation],
      }),
    )
    const shown = () => shop.checkRuns(sha).find((run) => run.id === id)
    expect(shown()).toMatchObject({
      status: 'completed',
      conclusion: 'action_required',
      externalId: 'deployment-1',
      detailsUrl: 'https://landfall.example/d/1',
      actions: [button],
      output: { title: 'Approve?', text: 'The plan', annotations: [{ path: 'compose.yml', annotation_level: 'warning', title: 'Look' }] },
    })
    expect(await github.findCheck(repository(), wanted)).toEqual({ id, state: 'action_required', annotations: 1 })
    await github.updateCheck(repository(), other, report(sha, { state: 'in_progress', externalId: 'deployment-2' }))
    expect(shop.checkRuns(sha).find((run) => run.id === other)).toMatchObject({ status: 'in_progress', conclusion: null, actions: [] })
    expect((await github.checksOf(repository(), sha)).checks).toContainEqual(
      expect.objectContaining({ id: other, app: app.slug, state: 'in_progress', name: 'landfall/production' }),
    )
  })

  test.each<[what: string, change: Partial<CheckReport>]>([
    ['four buttons', { buttons: [button, button, button, button] }],
    ['a label of 21 characters', { buttons: [{ ...button, label: 'x'.repeat(21) }] }],
    ['a description of 41', { buttons: [{ ...button, description: 'x'.repeat(41) }] }],
    ['an identifier of 21', { buttons: [{ ...button, identifier: 'x'.repeat(21) }] }],
    ['a summary of 65,536', { summary: 'x'.repeat(65_536) }],
    ['a text of 65,536', { text: 'x'.repeat(65_536) }],
    ['51 annotations', { annotations: Array(51).fill({ path: 'a', startLine: 1, endLine: 1, level: 'notice', message: 'b' }) }],
  ])('%s are not even sent', async (_what, change) => {
    const before = standIn.requests.length
    await expect(github.createCheck(repository(), report(await shop.head(), change))).rejects.toThrow("over GitHub's limits")
    expect(standIn.requests.length).toBe(before)
  })

  test('what is just within the limits is taken', async () => {
    const letters = { label: 'l'.repeat(20), description: 'd'.repeat(40), identifier: 'i'.repeat(20) }
    const most = { buttons: [letters, letters, letters], summary: 's'.repeat(65_535), text: 't'.repeat(65_535) }
    const annotations = Array.from({ length: 50 }, () => ({ path: 'a', startLine: 1, endLine: 1, level: 'notice' as const, message: 'b' }))
    expect(await made(report(await shop.head(), { ...most, annotations }))).toBeTypeOf('number')
  })
})
