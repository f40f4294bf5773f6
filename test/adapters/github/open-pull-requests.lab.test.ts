import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { GitHub } from '../../../src/flow/ports.ts'
import { testApp } from '../../lab/github/app.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { landfall, repositoryOf } from './landfall.ts'

const app = testApp()
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

const repository = () => repositoryOf(shop)

describe('the trial merge', () => {
  const trialOf = async (number: number) => (await github.pullRequest(repository(), number))?.trial
  /** GitHub begins when somebody looks. */
  const tried = async (number: number): Promise<string> => {
    expect(await trialOf(number)).toBeUndefined()
    const trial = await trialOf(number)
    if (trial === undefined) throw new Error(`GitHub did not try to merge #${number}`)
    return trial
  }
  const read = async (revision: string, path: string) => {
    const file = (await github.snapshot(repository(), revision)).read(path)
    return file && Buffer.from(file).toString('utf8')
  }

  test('holds what the base branch would, and is tried anew for each head and base', async () => {
    const { number, sha } = await shop.openPullRequest({ branch: 'door', files: { 'door.txt': 'open' } })
    const first = await tried(number)
    expect((await github.commitAt(repository(), first))?.parents).toEqual([await shop.head(), sha])

    const { sha: base } = await shop.push('main', { 'window.txt': 'shut' })
    const second = await tried(number)
    expect((await github.commitAt(repository(), second))?.parents).toEqual([base, sha])
    expect([await read(second, 'door.txt'), await read(second, 'window.txt')]).toEqual(['open', 'shut'])
    expect(await read(first, 'window.txt')).toBeUndefined()

    const { sha: next } = await shop.push('door', { 'door.txt': 'wide open' })
    const third = await tried(number)
    expect((await github.commitAt(repository(), third))?.parents).toEqual([base, next])
    const { sha: merged } = await shop.merge(number, { by: 'otto' })
    expect((await github.commitAt(repository(), merged))?.tree).toBe((await github.commitAt(repository(), third))?.tree)
    expect(await github.pullRequest(repository(), number)).toMatchObject({ state: 'closed', merged: { commit: merged } })
    expect(await trialOf(number)).toBeUndefined()
  })

  test('with a conflict there is none, though an older one is still shown', async () => {
    const { number } = await shop.openPullRequest({ branch: 'clash', files: { 'clash.txt': 'ours' } })
    await tried(number)
    await shop.push('main', { 'clash.txt': 'theirs' })
    expect([await trialOf(number), await trialOf(number), await trialOf(number)]).toEqual([undefined, undefined, undefined])
  })

  test('of a fork it holds what the stranger wrote', async () => {
    const fork = await shop.fork('stranger')
    const { number } = await shop.openPullRequest({ branch: 'gift', from: fork, files: { 'gift.txt': '?' }, author: 'stranger' })
    expect(await read(await tried(number), 'gift.txt')).toBe('?')
    await fork.push('gift', { 'gift.txt': '!' }, { author: 'stranger' })
    expect(await read(await tried(number), 'gift.txt')).toBe('!')
  })
})

/** Before every change there is. */
const ever = '2000-01-01T00:00:00Z'

describe('open pull requests', () => {
  test('what changed last comes first, forks and drafts are told, and closed ones are none', async () => {
    const yard = await standIn.createRepository('acme', 'yard', { 'a.txt': 'a' })
    const place = repositoryOf(yard)
    expect(await github.openPullRequests(place, ever)).toEqual([])
    const fork = await yard.fork('guest')
    const door = await yard.openPullRequest({ branch: 'door', files: { 'door.txt': 'open' }, draft: true })
    const gift = await yard.openPullRequest({ branch: 'gift', from: fork, files: { 'gift.txt': '?' }, author: 'guest', base: 'main' })
    const over = await yard.openPullRequest({ branch: 'over', files: { 'over.txt': 'o' } })
    await yard.closePullRequest(over.number, { by: 'otto' })

    const time = expect.stringMatching(/^2\d{3}-.*Z$/)
    const own = { base: { branch: 'main' }, fork: false, draft: true, updatedAt: time }
    const mine = { number: door.number, head: { branch: 'door', sha: door.sha, repository: 'acme/yard' }, ...own }
    const theirs = {
      number: gift.number,
      head: { branch: 'gift', sha: gift.sha, repository: 'guest/yard' },
      ...own,
      fork: true,
      draft: false,
    }
    expect(await github.openPullRequests(place, ever)).toEqual([theirs, mine])
    const { sha } = await yard.push('door', { 'door.txt': 'shut' })
    expect(await github.openPullRequests(place, ever)).toEqual([{ ...mine, head: { ...mine.head, sha } }, theirs])
  })

  test('those that changed since, on as many pages as have them; what did not change is free to look at again', async () => {
    const crowd = await standIn.createRepository('acme', 'crowd', { 'a.txt': 'a' })
    const names = Array.from({ length: 27 }, (_, index) => `branch-${index}`)
    await crowd.grow(new Map(names.map((name) => [name, 1])))
    for (const branch of names) await crowd.openPullRequest({ branch, deliver: 'never' })
    const look = (since: string) => github.openPullRequests(repositoryOf(crowd), since)
    await github.head(repositoryOf(crowd), 'main')
    const before = standIn.spent
    const first = await look(ever)
    expect(first.map(({ head }) => head.branch)).toEqual(names.toReversed())
    expect(standIn.spent).toBe(before + 3)
    expect(await look(ever)).toEqual(first)
    const newest = first[0]?.updatedAt ?? ever
    const later = new Date(Date.parse(newest) + 60_000).toISOString()
    expect(await look(later)).toEqual([])
    expect(standIn.spent).toBe(before + 3)
    // GitHub counts in seconds: within the one in which they were opened all of them would be as new as this one.
    const next = Date.parse(newest) + 1000
    while (Date.now() < next) await setTimeout(next - Date.now())
    await crowd.push('branch-0', { 'b.txt': 'b' })
    expect((await look(new Date(next).toISOString())).map(({ head }) => head.branch)).toEqual(['branch-0'])
    expect(standIn.spent).toBe(before + 4)
  })
})
