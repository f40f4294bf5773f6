import { expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { keptIn } from '../../src/policy/kept-files.ts'
import { deployment, plan } from '../support/builders.ts'

const release = plan({ generation: 3, release: 'd3' })
const brought = (change: Partial<Plan>, state: Deployment['state'] = 'succeeded') =>
  deployment({ state, plan: plan({ release: 'd3', ...change }) })

test.each<[why: string, newestFirst: Deployment[], expected: number]>([
  ['its own', [brought({ generation: 3 })], 3],
  ['forgotten meanwhile: its own all the same', [], 3],
  ['brought back since: the newer one', [brought({ generation: 7, kind: 'rollback' }), brought({ generation: 3 })], 7],
  ['brought back with the files of then: those', [brought({ generation: 7, kind: 'rollback', kept: 3 }), brought({ generation: 3 })], 3],
  ['a way back that failed kept nothing', [brought({ generation: 7, kind: 'rollback' }, 'rolled-back'), brought({ generation: 3 })], 3],
  ['other releases are others', [brought({ generation: 8, release: 'd8' }), brought({ generation: 3 })], 3],
])('%s', (_why, newestFirst, expected) => expect(keptIn(newestFirst, release)).toBe(expected))
