import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { CommitDetails, GitHub, NewBranch } from '../../../src/flow/ports.ts'
import { passes } from '../../../src/flow/trouble.ts'
import { testApp } from '../../lab/github/app.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { landfall, repositoryOf } from './landfall.ts'

const app = testApp()
let standIn: GitHubStandIn
let shop: TestRepository
let github: GitHub
/** What ran well, and what was pushed since without a pull request. */
let good: CommitDetails
let bad: CommitDetails

beforeAll(async () => {
  standIn = await startGitHub({ app })
  shop = await standIn.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n', 'docs/a.md': 'a\n' })
  github = landfall(standIn, app)
  good = await found('heads/main')
  await shop.push('main', { 'compose.yml': 'services: { worse: {} }\n', 'new.txt': 'n' })
  await shop.push('main', { 'docs/a.md': null })
  bad = await found('heads/main')
})
afterAll(() => standIn.close())
afterEach(() => {
  standIn.faults.rateLimit(0)
  standIn.assertFaithful()
})

const repository = () => repositoryOf(shop)

async function found(ref: string): Promise<CommitDetails> {
  const commit = await github.commitAt(repository(), ref)
  if (!commit) throw new Error(`there is no commit ${ref}`)
  return commit
}

const back = (branch: string, change: Partial<NewBranch> = {}): NewBranch => ({
  branch,
  parent: bad.sha,
  tree: good.tree,
  message: 'Go back to what ran\n\nRolled back by mona',
  ...change,
})
const make = (wanted: NewBranch) => github.commitTree(repository(), wanted)
const writes = () => standIn.requests.filter(({ operation }) => /^POST .*\/git\//.test(operation)).length

test('takes back what came by no pull request, in one that can be merged', async () => {
  const made = await make(back('landfall/back-1'))
  const commit = await found('heads/landfall/back-1')
  expect(made).toEqual({ kind: 'made', revision: commit.sha })
  const own = `${app.slug}[bot]`
  expect(commit).toMatchObject({ parents: [bad.sha], tree: good.tree, subject: 'Go back to what ran', author: own, committer: own })
  const opened = await github.openPullRequest(repository(), { head: 'landfall/back-1', base: 'main', title: 'Go back', body: '' })
  await shop.merge(opened.kind === 'opened' ? opened.number : 0, { by: 'otto' })
  expect((await found('heads/main')).tree).toBe(good.tree)
})

test('asked again, there is the same branch, and nothing is written', async () => {
  const made = await make(back('again'))
  const before = writes()
  expect(await make(back('again', { message: 'In other words' }))).toEqual(made)
  expect(writes()).toBe(before)
})

test.each([
  ['commits', 'answer-lost'],
  ['refs', 'answer-lost'],
  ['commits', 'refused'],
  ['refs', 'refused'],
] as const)('nobody hears how it ended: POST git/%s %s; the next try ends it', async (part, how) => {
  const branch = `lost/${part}-${how}`
  const disturbed = standIn.faults.disturb(new RegExp(`^POST .*/git/${part}$`), how, 1)
  const failure = await make(back(branch)).catch((error: unknown) => error)
  expect([passes(failure), disturbed.hits]).toEqual([true, 1])
  const made = await make(back(branch))
  expect(made).toEqual({ kind: 'made', revision: await shop.head(branch) })
})

test('two at once make one branch, and both are told of it', async () => {
  const [one, other] = await Promise.all([make(back('twice')), make(back('twice'))])
  expect(one).toEqual({ kind: 'made', revision: await shop.head('twice') })
  expect(other).toEqual(one)
})

test('a branch of that name that is another is left alone', async () => {
  const taken = { kind: 'refused', why: 'there is a branch taken already, and it holds something else' }
  await make(back('taken'))
  expect(await make(back('taken', { parent: good.sha }))).toEqual(taken)
  expect(await make(back('taken', { tree: bad.tree }))).toEqual(taken)
  const { sha } = await shop.push('taken', { 'more.txt': 'by hand' })
  expect(await make(back('taken'))).toEqual(taken)
  expect(await shop.head('taken')).toBe(sha)
})

test.each<[what: string, change: () => Partial<NewBranch>, why: string]>([
  ['a tree that is none', () => ({ tree: good.sha }), 'Tree SHA does not exist'],
  ['a commit that is gone', () => ({ parent: 'f'.repeat(40) }), 'Parent SHA does not exist or is not a commit object'],
  ['a name that cannot be beside another', () => ({ branch: 'main/back' }), 'Reference update failed'],
])("%s is refused in GitHub's words", async (_what, change, why) => {
  expect(await make(back('refused', change()))).toEqual({ kind: 'refused', why })
})

test('workflows take a permission of their own', async () => {
  await shop.push('ci', { '.github/workflows/build.yml': 'on: push\n' })
  const parent = await shop.head('ci')
  const refused = { kind: 'refused', why: expect.stringContaining('"workflows: write"') }
  expect(await make(back('without-ci', { parent }))).toEqual(refused)
  expect(await github.head(repository(), 'without-ci')).toBeUndefined()
})

test('an App that may not write is refused; one that is only asked to wait is not', async () => {
  const modest = testApp({ permissions: { metadata: 'read', contents: 'read', pull_requests: 'write' } })
  const elsewhere = await startGitHub({ app: modest })
  const theirs = await elsewhere.createRepository('acme', 'shop', { 'a.txt': 'a' })
  const asking = landfall(elsewhere, modest)
  const commit = await asking.commitAt(repositoryOf(theirs), 'heads/main')
  const wanted = back('mine', { parent: commit?.sha ?? '', tree: commit?.tree ?? '' })
  const why = expect.stringMatching(/^Resource not accessible by integration\. .*"contents: write"/)
  expect(await asking.commitTree(repositoryOf(theirs), wanted)).toEqual({ kind: 'refused', why })
  elsewhere.assertFaithful()
  await elsewhere.close()

  for (const kind of ['secondary', 'hourly'] as const) {
    const stop = standIn.onRequest(({ path, method }) => {
      if (method === 'GET' && path.endsWith('busy')) standIn.faults.rateLimit(30, kind)
    })
    const limited = await make(back('busy')).catch((error: unknown) => error)
    stop()
    standIn.faults.rateLimit(0)
    expect([passes(limited), limited]).toEqual([
      true,
      expect.objectContaining({ status: 403, request: expect.objectContaining({ method: 'POST' }) }),
    ])
  }
})
