import { expect, test } from 'vitest'
import { factsOf, openFactsOf, type ShownPull } from '../../../src/adapters/github/pull-facts.ts'

const repository = { owner: 'acme', name: 'shop', installation: 1 }
const [head, trial] = ['a'.repeat(40), 'b'.repeat(40)]
const shown = (change: Partial<ShownPull>): ShownPull => ({
  number: 7,
  title: 'Add a door',
  user: { login: 'mona', type: 'User' },
  state: 'open',
  draft: false,
  labels: [{ name: 'urgent' }],
  head: { ref: 'door', sha: head, repo: { full_name: 'acme/shop' } },
  base: { ref: 'main' },
  updated_at: '2026-11-05T12:00:00Z',
  merged: false,
  merged_by: null,
  mergeable: null,
  merge_commit_sha: trial,
  ...change,
})
const facts = (change: Partial<ShownPull>) => factsOf(repository, shown(change))

test.each<[why: string, change: Partial<ShownPull>, expected: string | undefined]>([
  ['GitHub says that it can be merged', { mergeable: true }, trial],
  ['GitHub is still working it out: the commit is an old one', { mergeable: null }, undefined],
  ['a conflict: the commit is an old one', { mergeable: false }, undefined],
  ['nothing was tried yet', { mergeable: true, merge_commit_sha: null }, undefined],
  ['closed', { mergeable: true, state: 'closed' }, undefined],
  ['merged: that is no trial any more', { mergeable: true, state: 'closed', merged: true }, undefined],
])('trial merge: %s', (_why, change, expected) => {
  expect(facts(change).trial).toBe(expected)
  expect('trial' in facts(change)).toBe(expected !== undefined)
})

test.each<[why: string, change: Partial<ShownPull>, expected: object]>([
  ['merged', { state: 'closed', merged: true, merged_by: { login: 'otto' } }, { merged: { commit: trial, by: 'otto' }, state: 'closed' }],
  ['merged by somebody who is gone', { state: 'closed', merged: true }, { merged: { commit: trial, by: 'ghost' } }],
  ['of somebody who is gone', { user: null }, { author: 'ghost', bot: false }],
  ['of a machine', { user: { login: 'landfall[bot]', type: 'Bot' } }, { author: 'landfall[bot]', bot: true }],
  ['a draft', { draft: true }, { draft: true }],
])('%s', (_why, change, expected) => expect(facts(change)).toMatchObject(expected))

test.each<[why: string, head: ShownPull['head'], fork: boolean, repository: string | undefined]>([
  ['of the repository', { ref: 'door', sha: head, repo: { full_name: 'ACME/shop' } }, false, 'ACME/shop'],
  ['of a fork', { ref: 'door', sha: head, repo: { full_name: 'mona/shop' } }, true, 'mona/shop'],
  ['of a fork that is gone', { ref: 'door', sha: head, repo: null }, true, undefined],
])('the head is %s, shown alone or listed', (_why, from, fork, name) => {
  const expected = { number: 7, head: { branch: 'door', sha: head, ...(name && { repository: name }) }, base: { branch: 'main' }, fork }
  expect(facts({ head: from })).toMatchObject(expected)
  expect(openFactsOf(repository, shown({ head: from }))).toEqual({ ...expected, draft: false, updatedAt: '2026-11-05T12:00:00Z' })
  expect('repository' in facts({ head: from }).head).toBe(name !== undefined)
})
