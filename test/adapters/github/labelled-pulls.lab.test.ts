import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { GitHub } from '../../../src/flow/ports.ts'
import { testApp } from '../../lab/github/app.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { landfall, repositoryOf } from './landfall.ts'

const app = testApp()
const label = 'landfall:contract'
let standIn: GitHubStandIn
let shop: TestRepository
let github: GitHub

beforeAll(async () => {
  standIn = await startGitHub({ app })
  shop = await standIn.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n' })
  github = landfall(standIn, app)
})
afterAll(() => standIn.close())
afterEach(() => standIn.assertFaithful())

const place = () => repositoryOf(shop)

test('pull requests of a label, open and merged in every way, with what they were merged as; no others', async () => {
  expect(await github.labelledPulls(place(), label, await shop.head())).toEqual({ pulls: [], all: true })
  const expected = []
  for (const method of ['merge', 'squash', 'rebase'] as const) {
    for (const part of [1, 2]) await shop.push(method, { [`${method}-${part}.txt`]: 'a' })
    const { number } = await shop.openPullRequest({ branch: method })
    shop.label(number, 'urgent', label)
    const { sha: merged } = await shop.merge(number, { method, by: 'otto' })
    expected.unshift({ number, base: { branch: 'main' }, commits: [merged], merged: true })
  }
  const { number, sha } = await shop.openPullRequest({ branch: 'open', files: { 'open.txt': 'a' } })
  shop.label(number, label)
  await shop.openPullRequest({ branch: 'other', files: { 'other.txt': 'a' } })
  const open = { number, base: { branch: 'main' }, commits: [sha], merged: false }
  expect(await github.labelledPulls(place(), label, sha)).toEqual({ pulls: [open, ...expected], all: true })
  expect((await github.labelledPulls(place(), label, '0'.repeat(40))).pulls[0]?.commits).toEqual([])
})

test('the pull requests that commits came by, squashed too, and what these brought', async () => {
  await shop.push('develop', { 'develop.txt': 'a' })
  const inner = await shop.openPullRequest({ branch: 'inner', base: 'develop', files: { 'inner.txt': 'a' } })
  const below = await shop.merge(inner.number, { method: 'squash', by: 'otto' })
  const outer = await shop.openPullRequest({ branch: 'develop' })
  const above = await shop.merge(outer.number, { method: 'squash', by: 'otto' })
  const {
    pulls: [carried],
    all,
  } = await github.pullsBehind(place(), [above.sha])
  expect(all).toBe(true)
  expect([carried?.number, carried?.commits.at(-1)]).toEqual([outer.number, below.sha])
  const { pulls: found } = await github.pullsBehind(place(), carried?.commits ?? [])
  expect(found.map(({ number }) => number).toSorted()).toEqual([inner.number, outer.number])
  const unknown = Array.from({ length: 300 }, (_, index) => `${index}`.padStart(40, '0'))
  const before = standIn.requests.length
  expect(await github.pullsBehind(place(), [above.sha, ...unknown])).toEqual({ pulls: [], all: false })
  expect(standIn.requests.length - before).toBe(5)
})
