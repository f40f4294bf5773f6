import { expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { surfacesFor } from '../../src/report/surfaces.ts'
import { deployment, plan } from '../support/builders.ts'

const planned = plan({ notify: ['slack:deploys', 'telegram:ops', 'slack:deploys'] })

test.each<[why: string, Partial<Deployment>, string[]]>([
  ['GitHub hears of every step', { state: 'pulling', plan: planned }, ['status', 'deployment', 'check']],
  [
    'channels of the outcome, each once',
    { state: 'succeeded', plan: planned },
    ['status', 'deployment', 'check', 'slack:deploys', 'telegram:ops'],
  ],
  ['what was overtaken disturbs no channel', { state: 'superseded', plan: planned }, ['status', 'deployment', 'check']],
])('%s', (_why, change, expected) => expect(surfacesFor(deployment(change))).toEqual(expected))

test('a rollback that does not know its commit shows nothing on any', () => {
  const { revision: _, ...unplanned } = deployment({ kind: 'rollback' })
  expect(surfacesFor(unplanned)).toEqual([])
})

test('without a plan the channels of the configuration are told', () =>
  expect(surfacesFor(deployment({ state: 'failed' }), ['slack:deploys'])).toEqual(['status', 'deployment', 'check', 'slack:deploys']))
