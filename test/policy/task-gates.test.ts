import { describe, expect, test } from 'vitest'
import type { ApprovalRule, GateRules, Lock, WindowRule } from '../../src/domain/gate.ts'
import { remedyOf, sentenceOf } from '../../src/domain/reason.ts'
import type { Decision } from '../../src/policy/gates/decision.ts'
import { strictest } from '../../src/policy/gates/strictest.ts'
import { type TaskFacts, taskGates } from '../../src/policy/task-gates.ts'

/** A writer on a Saturday morning. */
const facts = ({ rules = [], ...given }: Partial<TaskFacts> & { rules?: Partial<GateRules>[] }): TaskFacts => ({
  ...{ task: 'reindex', environment: 'production', person: 'mona', role: 'write', teams: [], locks: [], now: '2026-11-21T10:00:00Z' },
  demands: strictest(rules),
  ...given,
})
const asks = (given: Partial<ApprovalRule>): Partial<GateRules> => ({ approve: { by: [], count: 1, notAuthor: false, ...given } })
const span = (kind: WindowRule['kind']): Partial<GateRules> => ({
  windows: [{ kind, from: { day: 6, minute: 540 }, to: { day: 6, minute: 660 }, zone: 'UTC', text: 'Sat 09:00 - Sat 11:00' }],
})
const held = (person: string, more: Partial<Lock> = {}): Lock => ({
  ...{ id: 'l1', repository: 'acme/shop', person, reason: 'moving', since: '2026-11-21T09:00:00Z' },
  ...more,
})
const said = (says: Decision) => (says.kind === 'open' ? 'open' : `${says.kind} ${says.reason.code}`)

test.each<[why: string, given: Parameters<typeof facts>[0], expected: string]>([
  ['nothing is asked', {}, 'open'],
  ['checks were asked of the commit', { rules: [{ checks: { kind: 'all' } }] }, 'open'],
  ['what comes before was asked of the commit', { rules: [{ after: 'staging' }] }, 'open'],

  ['a window is open', { rules: [span('allow')] }, 'open'],
  ['a window is closed', { rules: [span('deny')] }, 'refused window-closed'],
  ['windows of two sources never meet', { rules: [span('allow'), span('deny')] }, 'refused window-never-opens'],

  ['somebody else froze everything', { locks: [held('hubot')] }, 'refused locked'],
  ['who froze everything', { locks: [held('Mona')] }, 'open'],
  ['somebody else locked it', { locks: [held('hubot', { environment: 'production' })] }, 'refused locked'],
  ['another environment is locked', { locks: [held('hubot', { environment: 'staging' })] }, 'open'],
  ['in the pull request that holds it', { locks: [held('hubot', { pullRequest: 7 })], pullRequest: 7 }, 'open'],
  ['in another pull request', { locks: [held('mona', { pullRequest: 7 })], pullRequest: 8 }, 'refused locked'],

  ['anybody may approve', { rules: [asks({})] }, 'open'],
  ['anybody may approve who may write', { rules: [asks({})], role: 'triage' }, 'refused task-not-theirs'],
  ['they are named', { rules: [asks({ by: ['Mona'] })] }, 'open'],
  ['another one is named', { rules: [asks({ by: ['lisa'] })] }, 'refused task-not-theirs'],
  ['they are in the team', { rules: [asks({ by: ['team:ops'] })], teams: ['ops'] }, 'open'],
  ['they are in another team', { rules: [asks({ by: ['team:ops'] })], teams: ['web'] }, 'refused task-not-theirs'],
  ['by the file, and not by the floor', { rules: [asks({ by: ['mona'] }), asks({ by: ['team:ops'] })] }, 'refused task-not-theirs'],
  ['by the file and by the floor', { rules: [asks({ by: ['mona'] }), asks({ by: ['team:ops'] })], teams: ['ops'] }, 'open'],
  ['two have to agree to a change', { rules: [asks({ count: 2 })] }, 'open'],
  ['it must be another than the author of a change', { rules: [asks({ by: ['mona'], notAuthor: true })] }, 'open'],
])('%s', (_why, given, expected) => expect(said(taskGates(facts(given)))).toBe(expected))

describe('what people read', () => {
  test.each<[given: Parameters<typeof facts>[0], sentence: string, remedy: string]>([
    [
      { rules: [span('deny')] },
      'production is not deployed to now: not Sat 09:00 - Sat 11:00 (UTC)',
      'Say `/run reindex production` again from Sat 21 Nov 11:00 (UTC) on',
    ],
    [
      { locks: [held('hubot')] },
      'everything is locked by hubot since 21 Nov 2026, 09:00 UTC: moving',
      'Say `/run reindex production` again after `/unlock --all`',
    ],
    [
      { rules: [asks({ by: ['lisa', 'team:ops'] }), asks({ by: ['peter'] })] },
      'mona may not have reindex run on production: deployments need approval there, and it would not be theirs',
      'May say it: lisa or somebody of team ops, and by another rule peter',
    ],
  ])('%#', (given, sentence, remedy) => {
    const says = taskGates(facts(given))
    if (says.kind === 'open') throw new Error('it is open')
    expect([sentenceOf(says.reason), remedyOf(says.reason)]).toEqual([sentence, remedy])
  })
})
