import { expect, test } from 'vitest'
import type { Sha } from '../../src/domain/repository.ts'
import type { PullRequestFacts } from '../../src/flow/ports.ts'
import { httpError } from '../support/fake-github.ts'
import { openTown, type Town } from '../support/town.ts'

/** A commit on main that came through a merged pull request, deployed. */
async function merged(town: Town, number: number, files: Record<string, string>): Promise<Sha> {
  const sha = town.commit(files)
  town.github.merged.set(sha, number)
  const pull: PullRequestFacts = {
    ...{ number, title: 'A change', author: 'mona', bot: false, fork: false, state: 'closed', draft: false, labels: [] },
    head: { branch: `change-${number}`, sha, repository: 'acme/shop' },
    base: { branch: 'main' },
    merged: { commit: sha, by: 'mona' },
  }
  town.github.pulls.set(number, pull)
  await town.tellPush(sha)
  await town.quiet()
  return sha
}

async function rollBack(town: Town, words = '/rollback'): Promise<string> {
  const before = town.github.comments.length
  await town.tellComment(words)
  await town.quiet()
  // What GitHub refuses is tried again.
  await town.pass(40)
  return town.github.comments[before]?.body ?? ''
}

test('what one pull request brought is taken back by reverting it, and the answer links to that', async () => {
  const town = await openTown()
  const good = await merged(town, 11, { 'a.txt': 'one' })
  const bad = await merged(town, 12, { 'a.txt': 'two' })
  const answer = await rollBack(town)
  expect(town.github.opened).toMatchObject([{ head: 'revert-12-change-12', base: 'main', reverts: 12 }])
  expect(town.github.opened[0]?.title).toBe('Revert "A change"')
  expect(town.github.opened[0]?.body).toContain(bad.slice(0, 7))
  expect(town.github.opened[0]?.body).toContain(good.slice(0, 7))
  expect(answer).toContain('pull request 101')
})

test('what several brought is taken back by a commit that holds again what runs', async () => {
  const town = await openTown()
  const good = await merged(town, 11, { 'a.txt': 'one' })
  town.commit({ 'a.txt': 'between' }, { build: false })
  const bad = await merged(town, 12, { 'a.txt': 'two' })
  expect(await rollBack(town)).toContain('pull request 101')
  const [opened] = town.github.opened
  expect(opened).toMatchObject({ base: 'main' })
  expect(opened).not.toHaveProperty('reverts')
  expect(opened?.title).toBe(`Revert "A change" and what came before it, back to ${good.slice(0, 7)}`)
  const head = town.github.branches.get(opened?.head ?? '') ?? ''
  expect(town.github.commits.get(head)?.parents).toEqual([bad])
  expect(town.github.commits.get(head)?.files['a.txt']).toBe(town.github.commits.get(good)?.files['a.txt'])
})

test('where GitHub will not revert it, the commit does', async () => {
  const town = await openTown()
  await merged(town, 11, { 'a.txt': 'one' })
  await merged(town, 12, { 'a.txt': 'two' })
  town.github.revertPullRequest = async () => ({ kind: 'refused', why: 'it cannot be reverted' })
  await rollBack(town)
  expect(town.github.opened).toMatchObject([{ base: 'main', head: expect.stringMatching(/^landfall\/back-to-/) }])
})

test('of a branch that moved on the answer says that people have to look', async () => {
  const town = await openTown()
  await town.deploy()
  const { id } = await town.deploy()
  expect(id).toBeTruthy()
  town.commit({ 'later.txt': 'x' }, { build: false })
  expect(await rollBack(town)).toContain('main has moved on since')
  expect(town.github.opened).toEqual([])
})

test('nothing is opened where the branch holds again what runs', async () => {
  const town = await openTown()
  await town.deploy({ 'a.txt': 'one' })
  await town.deploy({ 'a.txt': 'two' })
  town.commit({ 'a.txt': 'one' }, { build: false })
  const answer = await rollBack(town)
  expect(answer).toContain('went back to')
  expect(answer).not.toContain('Git')
  expect(town.github.opened).toEqual([])
})

test('a refusal is tried again a little later, and then told', async () => {
  const town = await openTown()
  await merged(town, 11, { 'a.txt': 'one' })
  await merged(town, 12, { 'a.txt': 'two' })
  town.github.refusesPulls = 'Resource not accessible by integration'
  expect(await rollBack(town)).toContain('no pull request could be opened that takes it back: Resource not accessible')
  expect(town.github.calls.filter((call) => call === 'revertPullRequest').length).toBeGreaterThan(1)
})

test('GitHub being away holds up nothing, and there is one pull request in the end', async () => {
  const town = await openTown()
  await merged(town, 11, { 'a.txt': 'one' })
  await merged(town, 12, { 'a.txt': 'two' })
  let lost = 0
  town.github.loses = (call) => (call === 'revertPullRequest' && lost++ === 0 ? httpError(502) : undefined)
  await rollBack(town)
  expect(town.github.opened).toHaveLength(1)
})

test('one that is rolled back again is taken back by the pull request that is open already', async () => {
  const town = await openTown()
  await merged(town, 11, { 'a.txt': 'one' })
  const bad = await merged(town, 12, { 'a.txt': 'two' })
  await rollBack(town)
  await town.tellComment(`/deploy production ${bad} --again`)
  await town.quiet()
  expect(await rollBack(town)).toContain('pull request 101')
  expect(town.github.opened).toHaveLength(1)
})

test('two that were rolled back one after the other are taken back together', async () => {
  const town = await openTown()
  const good = await merged(town, 11, { 'a.txt': 'one' })
  await merged(town, 12, { 'a.txt': 'two' })
  const newest = await merged(town, 13, { 'a.txt': 'three' })
  await rollBack(town)
  await rollBack(town)
  const [first, second] = town.github.opened
  expect(first).toMatchObject({ reverts: 13 })
  expect(second?.title).toBe(`Revert "A change" and what came before it, back to ${good.slice(0, 7)}`)
  const head = town.github.branches.get(second?.head ?? '') ?? ''
  expect(town.github.commits.get(head)?.parents).toEqual([newest])
  expect(town.github.commits.get(head)?.files['a.txt']).toBe('one')
})
