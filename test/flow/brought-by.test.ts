import { describe, expect, test } from 'vitest'
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
    { into = 'main', squashed = false, presser = 'octocat' } = {},
  ) => {
    const sha = github.branches.get(head) ?? ''
    const after = squashed ? github.commit(into, { [`${head}.txt`]: 'squashed' }) : github.merge(head, into)
    const number = github.pulls.size + 1
    github.merged.set(after, number)
    const sides = { head: { branch: head, sha }, base: { branch: into } }
    github.pulls.set(number, { number, title: '', bot: false, fork: false, state: 'closed', draft: false, labels: [], ...sides, ...pull })
    github.moved.unshift({ branch: into, after, kind: 'merge', by: presser })
    return after
  }
  const brought = async ({ since = runs, revision = github.branches.get('main') ?? '', requests = 8 } = {}) => {
    const commits = (await github.changes(repository, since, revision))?.commits ?? []
    github.calls.length = 0
    const found = await broughtBy({ repository, branch: 'main', revision, commits }, github, requests)
    return { ...found, people: found.people.sort() }
  }
  const people = async (since?: string) => (await brought(since === undefined ? {} : { since })).people
  return { github, runs, push, merge, branchOff, brought, people }
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
  const { push, merge, branchOff, people } = given()
  branchOff('develop')
  push('develop', 'peter')
  const before = merge('develop', { author: 'peter' })
  push('develop', 'mona')
  merge('develop', { author: 'lisa' })
  expect(await people(before)).toEqual(['lisa', 'mona'])
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

test('of a fork only who opened the pull request is known, so that who merged it stands for it', async () => {
  const { push, merge, branchOff, people } = given()
  branchOff('door')
  push('door', 'mona', 'lisa')
  merge('door', { author: 'stranger', fork: true })
  expect(await people()).toEqual(['octocat', 'stranger'])
})

test('commits that GitHub made for a merge button are told apart from those that people pushed', async () => {
  const { github, push, merge, branchOff, brought } = given()
  branchOff('door')
  branchOff('window')
  push('door', 'lisa')
  push('window', 'lisa')
  const pressed = merge('door', { author: 'lisa' })
  merge('window', { author: 'lisa' }, { squashed: true })
  const pushed = github.merge('door', 'main')
  github.moved.unshift({ branch: 'main', after: pushed, kind: 'push', by: 'mona' })
  expect([...(await brought()).merges]).toEqual([pressed])
})

test('a merge whose pull request nobody knows is whose who merged it', async () => {
  const { github, push, merge, branchOff, people } = given()
  branchOff('door')
  push('door', 'mona', 'lisa')
  github.merged.delete(merge('door', { author: 'lisa' }))
  expect(await people()).toEqual(['octocat'])
})

describe('who pressed the merge button stands for it', () => {
  /** A pull request of lisa's whose branch came about so. */
  const merged = (come: (world: ReturnType<typeof given>) => void) => {
    const world = given()
    world.branchOff('door')
    come(world)
    world.merge('door', { author: 'lisa' })
    return world
  }

  test('where a machine pushed to its branch, and where nobody is named', async () => {
    for (const who of [{ by: 'build[bot]', machine: true as const }, {}]) {
      const { people } = merged(({ github }) => {
        const after = github.commit('door', { 'a.txt': 'a' }, { author: 'lisa' })
        github.moved.unshift({ branch: 'door', after, kind: 'push', ...who })
      })
      expect(await people()).toContain('octocat')
    }
  })

  test('where GitHub does not tell of every push to its branch', async () => {
    const { people } = merged(({ github, push }) => {
      push('door', 'lisa')
      github.commit('door', { 'untold.txt': 'x' }, { author: 'lisa' })
      push('door', 'lisa')
      const [last] = github.moved
      if (last) last.before = github.commits.get(last.after ?? '')?.parents[0] ?? ''
    })
    expect(await people()).toEqual(['lisa', 'octocat'])
  })

  test('where two pull requests say they were merged as this commit', async () => {
    const { github, people } = merged(({ push }) => void push('door', 'lisa'))
    const told = github.mergedWith.bind(github)
    github.mergedWith = async (...asked) => (await told(...asked)).flatMap((one) => [one, { ...one, number: 77, author: 'peter' }])
    expect(await people()).toEqual(['lisa', 'octocat', 'peter'])
  })

  test('where a queue merged it, which may merge several at once', async () => {
    const { github, people } = merged(({ push }) => void push('door', 'lisa'))
    if (github.moved[0]) github.moved[0].kind = 'queue'
    expect(await people()).toEqual(['lisa', 'octocat'])
  })

  test('where a hundred commits or more were brought', async () => {
    const { people } = merged(({ push }) => {
      for (let number = 0; number < 100; number += 1) push('door', 'lisa')
    })
    expect(await people()).toEqual(['lisa', 'octocat'])
  })

  test('where there are more merges than may be looked at: the newest are', async () => {
    const { github, push, merge, branchOff, brought } = given()
    for (const [index, presser] of ['peter', 'wendy', 'otto'].entries()) {
      branchOff(`door-${index}`)
      push(`door-${index}`, 'lisa')
      merge(`door-${index}`, { author: 'lisa' }, { presser })
    }
    expect((await brought({ requests: 7 })).people).toEqual(['lisa', 'peter'])
    expect(github.calls.length).toBeLessThanOrEqual(7)
  })
})

test('a commit below what was pushed is of whoever pushed it, below what was merged of whose pull request that was', async () => {
  const { github, runs, push, merge, branchOff, brought } = given()
  const below = github.commit('main', { 'evil.txt': 'x' }, { author: 'lisa' })
  push('main', 'mona')
  if (github.moved[0]) github.moved[0].before = runs
  push('main', 'peter')
  expect(await brought({ revision: below })).toMatchObject({ people: ['mona'], told: true })
  const before = github.branches.get('main') ?? ''
  branchOff('door')
  const inside = push('door', 'otto', 'lisa')
  push('door', 'lisa')
  merge('door', { author: 'lisa' })
  expect(await brought({ since: before, revision: inside })).toMatchObject({ people: ['lisa', 'otto'], told: true })
  github.moved.length = 0
  expect(await brought({ since: runs, revision: below })).toMatchObject({ people: [], told: false })
})
