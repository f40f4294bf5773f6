import { expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { rollbackTarget } from '../../src/policy/rollback-target.ts'
import { deployment, plan } from '../support/builders.ts'

const deployed = (id: string, state: Deployment['state'] = 'succeeded') => deployment({ id, state, plan: plan({ release: id }) })
const rolledBackTo = (id: string, release: string) => deployment({ id, kind: 'rollback', state: 'succeeded', plan: plan({ release }) })

test.each<[why: string, newestFirst: Deployment[], target: string | undefined]>([
  ['nothing ever ran', [], undefined],
  ['only one release', [deployed('a')], undefined],
  ['the one before', [deployed('b'), deployed('a')], 'a'],
  ['a failed deployment changed nothing', [deployed('c', 'rolled-back'), deployed('b'), deployed('a')], 'a'],
  ['failed releases are no targets', [deployed('c'), deployed('b', 'rolled-back'), deployed('a')], 'a'],
  ['again goes one further', [rolledBackTo('r', 'b'), deployed('c'), deployed('b'), deployed('a')], 'a'],
  ['never toggles at the end', [rolledBackTo('r', 'a'), deployed('b'), deployed('a')], undefined],
  ['what halted is what runs, as far as anything does', [deployed('c', 'halted'), deployed('b'), deployed('a')], 'b'],
  [
    'a rollback that halted changed nothing about that',
    [deployed('x', 'halted'), rolledBackTo('r', 'a'), deployed('b'), deployed('a')],
    'a',
  ],
  ['what halted before is long repaired', [deployed('c'), deployed('b', 'halted'), deployed('a')], 'a'],
  ['halted at first', [deployed('a', 'halted')], undefined],
  ['a deployment after a rollback counts again', [deployed('c'), rolledBackTo('r', 'a'), deployed('b'), deployed('a')], 'b'],
])('%s', (_why, newestFirst, target) => {
  expect(rollbackTarget(newestFirst)?.id).toBe(target)
})
