import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { Contract } from '../../src/domain/plan.ts'
import { contractIn, contractOver, contractPatterns } from '../../src/policy/contract.ts'
import { deployment, plan } from '../support/builders.ts'

const untold = 'GitHub does not tell all'
const files = Array.from({ length: 101 }, (_, index) => `db/contract/${index}.sql`)

test.each<[why: string, brought: Partial<Parameters<typeof contractIn>[0]>, contract: Contract | undefined]>([
  ['nothing that matters', { changed: ['app/a.ts'] }, undefined],
  [
    'a file of the contract',
    { changed: ['app/a.ts', 'db/contract/7.sql'] },
    { because: ['db/contract/7.sql changed'], files: ['db/contract/7.sql'] },
  ],
  [
    'several',
    { changed: ['db/contract/7.sql', 'db/contract/8.sql', 'x'] },
    { because: ['db/contract/7.sql and 1 more changed'], files: ['db/contract/7.sql', 'db/contract/8.sql'] },
  ],
  ['too many to name', { changed: files }, { because: ['db/contract/0.sql and 100 more changed'] }],
  ['a label', { changed: ['app/a.ts'], labels: { labelled: [12] } }, { because: ['#12 has the label landfall:contract'] }],
  [
    'a label beside a file, which is not all then',
    { changed: ['db/contract/7.sql'], labels: { labelled: [12] } },
    { because: ['db/contract/7.sql changed', '#12 has the label landfall:contract'] },
  ],
  ['labels nobody knows', { labels: { labelled: [], untold } }, { because: [untold] }],
  [
    'files nobody knows',
    { changed: 'unknown' },
    { because: ['GitHub does not tell all files that changed, and some may be of `contract`'] },
  ],
  ['files nobody minds', { patterns: [], changed: 'unknown' }, undefined],
  [
    'rules nobody can read',
    { patterns: 'unknown', changed: ['app/a.ts'] },
    { because: ['nobody can read what `contract` names at the commit that runs'] },
  ],
])('%s', (_why, brought, contract) =>
  expect(contractIn({ patterns: ['db/contract/**'], changed: [], labels: { labelled: [] }, ...brought })).toEqual(contract),
)

test('what any of the steps names counts, of the commit and of what runs', () => {
  const step = { service: 'web', run: ['migrate'], within: 60 }
  expect(contractPatterns([step, { ...step, contract: ['a/**'] }], [{ ...step, contract: ['b/**', 'a/**'] }])).toEqual(['a/**', 'b/**'])
})

describe('what is in the way back', () => {
  const contract = { because: ['db/contract/7.sql changed'] }
  const made = (generation: number, change: Partial<Deployment> = {}, barred = false, again?: number): Deployment =>
    deployment({
      id: `d${generation}`,
      state: 'succeeded',
      plan: plan({ generation, ...(barred && { contract }), ...(again !== undefined && { again }) }),
      ...change,
    })
  const step = { rollout: { wave: 0 } }

  test.each<[why: string, newestFirst: Deployment[], to: number, over: string | undefined]>([
    ['nothing, where nothing is marked', [made(3), made(2), made(1)], 2, undefined],
    ['the release that runs', [made(3, {}, true), made(2), made(1)], 2, 'd3'],
    ['one between', [made(4), made(3, {}, true), made(2)], 2, 'd3'],
    ['not the one gone back to', [made(4), made(3, {}, true), made(2)], 3, undefined],
    ['one that halted', [made(3, { state: 'halted' }, true), made(2)], 2, 'd3'],
    ['one that never got to what it does before', [made(3, { state: 'failed' }, true), made(2), made(1)], 1, undefined],
    ['one that failed in what it does before', [made(3, { state: 'failed', ...step }, true), made(2), made(1)], 1, 'd3'],
    ['not that one, once another came', [made(4), made(3, { state: 'failed', ...step }, true), made(2)], 2, undefined],
    ['one that was brought back since', [made(5, { kind: 'rollback' }, false, 3), made(4), made(3, {}, true), made(2)], 2, 'd3'],
    ['none that somebody went back over', [made(4, { kind: 'rollback' }, false, 2), made(3, {}, true), made(2), made(1)], 1, undefined],
    ['one under way', [made(3, { state: 'verifying' }, true), made(2), made(1)], 2, 'd3'],
    ['not one that was taken back by somebody who knew', [made(3, { state: 'rolled-back' }, true), made(2), made(1)], 1, undefined],
  ])('%s', (_why, history, to, over) => {
    const target = history.find(({ kind, plan: own }) => kind === 'deploy' && own?.generation === to)
    expect(contractOver(history, target)?.id).toBe(over)
  })
})
