import { expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { rollbackTarget } from '../../src/policy/rollback-target.ts'
import { deployment, plan, sha } from '../support/builders.ts'

/** By the commit of its name, or of the first letter of it. */
const deployed = (id: string, state: Deployment['state'] = 'succeeded') =>
  deployment({ id, state, revision: sha(id.slice(0, 1)), plan: plan({ release: id }) })

/** A rollback to a release; `from` is what ran before. */
function rolledBackTo(id: string, release: string, from = 'd', state: Deployment['state'] = 'succeeded') {
  const hosts = [{ name: 'web-1', platform: 'linux/amd64', previous: { generation: 9, revision: sha(from) } }]
  return deployment({ id, kind: 'rollback', state, revision: sha(release), plan: plan({ release, hosts }) })
}

test.each<[why: string, newestFirst: Deployment[], target: string | undefined]>([
  ['nothing ever ran', [], undefined],
  ['only one release', [deployed('a')], undefined],
  ['the one before', [deployed('b'), deployed('a')], 'a'],
  ['a failed deployment changed nothing', [deployed('c', 'rolled-back'), deployed('b'), deployed('a')], 'a'],
  ['failed releases are no targets', [deployed('c'), deployed('b', 'rolled-back'), deployed('a')], 'a'],
  ['again goes one further', [rolledBackTo('r', 'b', 'c'), deployed('c'), deployed('b'), deployed('a')], 'a'],
  ['never toggles at the end', [rolledBackTo('r', 'a', 'b'), deployed('b'), deployed('a')], undefined],
  ['what halted is what runs, as far as anything does', [deployed('c', 'halted'), deployed('b'), deployed('a')], 'b'],
  [
    'a rollback that halted changed nothing about that',
    [deployed('e', 'halted'), rolledBackTo('r', 'a', 'b'), deployed('b'), deployed('a')],
    'a',
  ],
  ['what halted before is long repaired', [deployed('c'), deployed('b', 'halted'), deployed('a')], 'a'],
  ['halted at first', [deployed('a', 'halted')], undefined],
  [
    'what was rolled back is none, however much came since',
    [deployed('c'), rolledBackTo('r', 'a', 'b'), deployed('b'), deployed('a')],
    'a',
  ],
  ['nor is it where the way back halted', [rolledBackTo('r', 'b', 'c', 'halted'), deployed('c'), deployed('b'), deployed('a')], 'b'],
  [
    'unless it was brought again on purpose',
    [deployed('c'), deployed('b2'), rolledBackTo('r', 'a', 'b'), deployed('b'), deployed('a')],
    'b2',
  ],
  ['the same commit once more is no way back', [deployed('b2'), rolledBackTo('r', 'a', 'b'), deployed('b'), deployed('a')], 'a'],
])('%s', (_why, newestFirst, target) => {
  expect(rollbackTarget(newestFirst)?.id).toBe(target)
})
