import { expect, test } from 'vitest'
import type { FloorRule, SourceRule } from '../../src/domain/configuration.ts'
import type { Ref } from '../../src/domain/ref.ts'
import { type ByDefault, belowFloor, takenFrom } from '../../src/policy/sources.ts'

const branch = (name: string): Ref => ({ kind: 'branch', name })
const tag = (name: string): Ref => ({ kind: 'tag', name })
const from = (branches: string[], tags: string[] = []): FloorRule => ({ from: { branches, tags } })

test.each<[why: string, floor: FloorRule[], from: Ref, allowed: string | undefined]>([
  ['nothing asked', [], branch('anything'), undefined],
  ['other rules', [{ after: 'staging' }], branch('anything'), undefined],
  ['a branch by its name', [from(['main'])], branch('main'), undefined],
  ['another branch', [from(['main'])], branch('maintenance'), 'branch main'],
  ['letters differ by case', [from(['main'])], branch('Main'), 'branch main'],
  ['a branch of a pattern', [from(['main', 'release/*'])], branch('release/2.1'), undefined],
  ['`*` stands for no `/`', [from(['main', 'release/*'])], branch('release/2/evil'), 'branches main and release/*'],
  ['a tag of a pattern', [from(['main'], ['v*'])], tag('v1.2'), undefined],
  ['a branch that is called as tags are', [from(['main'], ['v*'])], branch('v1.2'), 'branch main, tag v*'],
  ['a tag that is called as branches are', [from(['main'])], tag('main'), 'branch main'],
  ['only tags', [from([], ['v*', 'release-*'])], branch('main'), 'tags v* and release-*'],
  ['every rule has to let it through', [from(['main', 'next']), from(['main'])], branch('next'), 'branch main'],
  ['a whole pattern of tags within the rule', [from([], ['v*'])], tag('v1.*'), undefined],
  ['one that reaches beyond the rule', [from([], ['v1.*'])], tag('v*'), 'tag v1.*'],
])('from where the operator lets an environment be deployed: %s', (_why, floor, where, allowed) => {
  const refused = belowFloor('production', where, floor)
  expect(refused?.evidence.allowed).toBe(allowed)
  if (refused) expect(refused).toMatchObject({ code: 'source-not-allowed', evidence: { from: `${where.kind} ${where.name}` } })
})

const follows = (source: SourceRule): ByDefault => ({ kind: 'follows', source })

test.each<[why: string, byDefault: ByDefault, code: string | undefined, theirs?: string]>([
  ['an environment the default branch does not know', undefined, undefined],
  ['its own', follows({ kind: 'branch', branch: 'next' }), undefined],
  ["another branch's", follows({ kind: 'branch', branch: 'main' }), 'source-elsewhere', 'branch main'],
  ['one that follows tags', follows({ kind: 'tag', pattern: 'v*' }), 'source-elsewhere', 'tag v*'],
  ['one that follows tags of its own name', follows({ kind: 'tag', pattern: 'next' }), 'source-elsewhere', 'tag next'],
  ['one that a broken file may have', { kind: 'unreadable', files: ['.github/landfall.yml'] }, 'source-unknown'],
])('what a branch takes: %s', (_why, byDefault, code, theirs) => {
  const refused = takenFrom('production', 'next', byDefault)
  expect(refused?.code).toBe(code)
  expect(refused?.evidence.theirs).toBe(theirs)
})
