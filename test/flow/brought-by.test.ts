import { expect, test } from 'vitest'
import { broughtBy } from '../../src/flow/brought-by.ts'
import type { PullRequestFacts } from '../../src/flow/ports.ts'
import { repository } from '../support/builders.ts'
import { FakeGitHub } from '../support/fake-github.ts'

/** A GitHub with something on main that runs already. */
function given() {
  const github = new FakeGitHub()
  const runs = github.commit('main', {})
  const push = (branch: string, by: string, author = by) => {
    const after = github.commit(branch, { [`${by}.txt`]: `${github.commits.size}` }, { author })
    github.moved.unshift({ branch, after, kind: 'push', by })
    return after
  }
  const branchOff = (branch: string) => github.branches.set(branch, github.branches.get('main') ?? '')
  /** A pull request of this branch, merged by somebody else. */
  const merge = (
    head: string,
    pull: Pick<PullRequestFacts, 'author'> & Partial<PullRequestFacts>,
    { into = 'main', squashed = false } = {},
  ) => {
    const sha = github.branches.get(head) ?? ''
    const after = squashed ? github.commit(into, { [`${head}.txt`]: 'squashed' }) : github.merge(head, into)
    const number = github.pulls.size + 1
    github.merged.set(after, number)
    const sides = { head: { branch: head, sha }, base: { branch: into } }
    github.pulls.set(number, { number, title: '', bot: false, fork: false, state: 'closed', draft: false, labels: [], ...sides, ...pull })
    github.moved.unshift({ branch: into, after, kind: 'merge', by: 'octocat' })
    return after
  }
  const people = async (since = runs) => {
    const brought = (await github.changes(repository, since, github.branches.get('main') ?? ''))?.commits ?? []
    return (await broughtBy(repository, 'main', brought, github)).people.sort()
  }
  return { github, push, merge, branchOff, people }
}

test('whoever pushes to the branch itself brought it, in whosever name, also below what others pushed later', async () => {
  const { push, people } = given()
  push('main', 'mona', 'lisa')
  push('main', 'peter')
  expect(await people()).toEqual(['mona', 'peter'])
})

test('of a merged pull request it is who opened it and who pushed to its branch, not who merged it', async () => {
  const { push, merge, branchOff, people } = given()
  branchOff('door')
  push('door', 'lisa')
  push('door', 'mona', 'lisa')
  merge('door', { author: 'lisa' })
  expect(await people()).toEqual(['lisa', 'mona'])
})

test('the same where it was squashed: its own commits are not those that were brought', async () => {
  const { push, merge, branchOff, people } = given()
  branchOff('door')
  push('door', 'lisa')
  push('door', 'mona', 'lisa')
  merge('door', { author: 'lisa' }, { squashed: true })
  expect(await people()).toEqual(['lisa', 'mona'])
})

test('what the branch of a pull request had before is nobody’s of now', async () => {
  const { github, push, merge, branchOff, people } = given()
  branchOff('develop')
  push('develop', 'peter')
  const before = merge('develop', { author: 'peter' })
  push('develop', 'mona')
  merge('develop', { author: 'lisa' })
  expect(await people(before)).toEqual(['lisa', 'mona'])
  expect(await people(github.branches.get('main'))).toEqual([])
})

test('a pull request into the branch of a pull request is looked into', async () => {
  const { push, merge, branchOff, people } = given()
  branchOff('develop')
  branchOff('door')
  push('door', 'mona', 'lisa')
  merge('door', { author: 'peter' }, { into: 'develop' })
  merge('develop', { author: 'lisa' })
  expect(await people()).toEqual(['lisa', 'mona', 'peter'])
})

test('of a fork only who opened the pull request is known', async () => {
  const { push, merge, branchOff, people } = given()
  branchOff('door')
  push('door', 'mona', 'lisa')
  merge('door', { author: 'stranger', fork: true })
  expect(await people()).toEqual(['stranger'])
})

test('commits that GitHub made for a merge button are told apart from those that people pushed', async () => {
  const { github, push, merge, branchOff } = given()
  const before = github.branches.get('main') ?? ''
  branchOff('door')
  branchOff('window')
  push('door', 'lisa')
  push('window', 'lisa')
  const pressed = merge('door', { author: 'lisa' })
  merge('window', { author: 'lisa' }, { squashed: true })
  const pushed = github.merge('door', 'main')
  github.moved.unshift({ branch: 'main', after: pushed, kind: 'push', by: 'mona' })
  const brought = (await github.changes(repository, before, pushed))?.commits ?? []
  expect([...(await broughtBy(repository, 'main', brought, github)).merges]).toEqual([pressed])
})

test('a merge whose pull request nobody knows is whose who merged it', async () => {
  const { github, push, merge, branchOff, people } = given()
  branchOff('door')
  push('door', 'mona', 'lisa')
  github.merged.delete(merge('door', { author: 'lisa' }))
  expect(await people()).toEqual(['octocat'])
})
