import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { GitHub } from '../../../src/flow/ports.ts'
import { passes } from '../../../src/flow/trouble.ts'
import { scripted } from './scripted.ts'

/** What GraphQL answers, always with 200. */
let answer: unknown
let asked: number
let github: GitHub
let close: () => void

beforeAll(async () => {
  const made = await scripted((address) => {
    if (address !== '/graphql') return undefined
    asked += 1
    return { body: answer }
  })
  ;({ github, close } = made)
})
beforeEach(() => {
  asked = 0
})
afterAll(() => close())

const repository = { owner: 'acme', name: 'shop', installation: 1 }
const label = 'landfall:contract'
const list = (hasNextPage: boolean, object: unknown = null) => ({
  data: {
    repository: {
      object,
      pullRequests: {
        pageInfo: { hasNextPage, endCursor: 'there' },
        nodes: [{ number: 7, baseRefName: 'main', mergeCommit: { oid: 'a' } }],
      },
    },
  },
})

test('a commit that GitHub says came by a pull request counts to it, as one of several that were rebased does', async () => {
  answer = list(false, { associatedPullRequests: { nodes: [{ number: 7 }] } })
  expect(await github.labelledPulls(repository, label, 'b')).toEqual({
    pulls: [{ number: 7, base: { branch: 'main' }, commits: ['a', 'b'], merged: true }],
    all: true,
  })
})

test('of endless pages five are read, and that there are more is told', async () => {
  answer = list(true)
  const { pulls, all } = await github.labelledPulls(repository, label, 'b')
  expect([asked, pulls.length, all]).toEqual([5, 5, false])
})

const behind = (pulls: number, commits: number) => ({
  data: {
    repository: {
      c0: {
        associatedPullRequests: {
          totalCount: pulls,
          nodes: [{ number: 7, commits: { totalCount: commits, nodes: [{ commit: { oid: 'a' } }] } }],
        },
      },
    },
  },
})

test.each([
  ['all there is', 1, 1, ['b'], true],
  ['more pull requests than GitHub was asked for', 6, 1, ['b'], false],
  ['more commits than GitHub was asked for', 1, 101, ['b'], false],
  ['more commits than are asked about', 1, 1, Array.from({ length: 251 }, (_, index) => `${index}`), false],
])('what pull requests brought: %s', async (_what, pulls, commits, about, all) => {
  answer = behind(pulls, commits)
  expect(await github.pullsBehind(repository, about)).toEqual({ pulls: [{ number: 7, commits: ['a'] }], all })
})

test.each([
  ['a limit passes', 'RATE_LIMITED', true],
  ['what the App may not see does not', 'FORBIDDEN', false],
])('%s', async (_what, type, expected) => {
  answer = { data: null, errors: [{ type, message: 'No' }] }
  const failures = await Promise.all(
    [github.labelledPulls(repository, label, 'b'), github.pullsBehind(repository, ['b'])].map((one) =>
      one.catch((error: unknown) => error),
    ),
  )
  expect(failures.map((failure) => passes(failure))).toEqual([expected, expected])
})
