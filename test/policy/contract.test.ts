import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { contractIn, contractOver } from '../../src/policy/contract.ts'
import { deployment, plan } from '../support/builders.ts'

const rules = [{ service: 'web', run: ['migrate'], within: 60, contract: ['db/contract/**'] }]

test.each<[why: string, changed: string[] | 'unknown', labelled: number[], because: string[] | undefined]>([
  ['nothing that matters', ['app/a.ts'], [], undefined],
  ['a file of the contract', ['app/a.ts', 'db/contract/7.sql'], [], ['db/contract/7.sql changed']],
  ['several', ['db/contract/7.sql', 'db/contract/8.sql', 'x'], [], ['db/contract/7.sql and 1 more changed']],
  ['a label', ['app/a.ts'], [12], ['#12 has the label landfall:contract']],
  ['files nobody knows', 'unknown', [], ['GitHub does not tell all files that changed, and some may be of `contract`']],
])('%s', (_why, changed, labelled, because) => expect(contractIn(rules, { changed, labelled })).toEqual(because && { because }))

test('without patterns nobody minds which files changed', () =>
  expect(contractIn([{ service: 'web', run: ['migrate'], within: 60 }], { changed: 'unknown', labelled: [] })).toBeUndefined())

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
