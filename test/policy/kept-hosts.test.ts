import { expect, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import { type FailedOn, keptHosts } from '../../src/policy/kept-hosts.ts'
import { plan } from '../support/builders.ts'

const hosts = ['web-1', 'web-2', 'web-3'].map((name) => ({ name, platform: 'linux/amd64' }))
const given = { proved: ['web-2', 'web-1'], unwell: [], why: 'switch-failed' } satisfies FailedOn

test.each<[why: string, rule: Plan['onFailure'], failed: FailedOn, kept: string[]]>([
  ['nobody asked for it', undefined, given, []],
  ['those that are proved, in the order of the plan', 'keep', given, ['web-1', 'web-2']],
  ['not those that are not well any more', 'keep', { ...given, unwell: ['web-1'] }, ['web-2']],
  ['nobody was proved', 'keep', { ...given, proved: [] }, []],
  ['somebody stopped it', 'keep', { ...given, why: 'stopped-by' }, []],
  ['somebody wants what ran before', 'keep', { ...given, why: 'taken-back' }, []],
  ['nobody let the others follow', 'keep', { ...given, why: 'approval-never-came' }, []],
  ['somebody said no', 'keep', { ...given, why: 'rejected-by' }, []],
  ['hosts follow another Landfall', 'keep', { ...given, why: 'order-outdated' }, []],
])('%s', (_why, onFailure, failed, kept) => expect(keptHosts(plan({ hosts, ...(onFailure && { onFailure }) }), failed)).toEqual(kept))
