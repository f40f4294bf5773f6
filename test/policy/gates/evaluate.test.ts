import { describe, expect, test } from 'vitest'
import type { GateRules, Lock } from '../../../src/domain/gate.ts'
import { evaluate, type GateFacts } from '../../../src/policy/gates/evaluate.ts'
import { strictest } from '../../../src/policy/gates/strictest.ts'
import { digest, sha } from '../../support/builders.ts'
import { gateFacts, verifiedOnStaging } from './given.ts'

const everything: GateRules = {
  checks: { kind: 'named', names: ['test'] },
  after: 'staging',
  approve: { by: [], count: 1, notAuthor: true },
  windows: [{ kind: 'deny', from: { day: 3, minute: 0 }, to: { day: 4, minute: 0 }, zone: 'UTC', text: 'Wed 00:00 - Thu 00:00' }],
}
const held: Lock = {
  id: 'l1',
  repository: 'acme/shop',
  person: 'hubot',
  reason: '',
  since: '2026-11-18T09:00:00Z',
  until: '2026-11-18T11:00:00Z',
}
const bad = { revision: sha('d'), because: 'rolled-back' as const, at: '2026-11-18T03:00:00Z' }
const test1 = { kind: 'check' as const, name: 'test', app: 'github-actions', state: 'completed' as const, id: 1 }
const vote = { person: 'hubot', verdict: 'approve' as const, revision: sha('d'), content: 'c1', role: 'write' as const, teams: [] }
const demands = strictest([everything])

/** `waiting: checks, lock`, in the order in which they are told. */
const outcome = (given: Partial<GateFacts>): string => {
  const result = evaluate(gateFacts(given))
  if (result.kind === 'open') return 'open'
  return `${result.kind}: ${result.closed.map(({ says }) => says.reason.code).join(', ')}`
}

test.each<[why: string, given: Partial<GateFacts>, expected: string]>([
  ['no rules', {}, 'open'],
  [
    'every closed gate is told',
    {
      demands,
      locks: [held],
      promotion: {
        ...gateFacts().promotion,
        before: [{ environment: 'staging', exists: true, verified: [], underway: [{ revision: sha('d'), tree: sha('d') }], failed: [] }],
      },
    },
    'waiting: checks-pending, promotion-pending, locked, approval-missing, window-closed',
  ],
  [
    'what refuses comes first, what waits is told too',
    { demands, locks: [held], checks: { ...gateFacts().checks, checks: [{ ...test1, conclusion: 'failure' }] } },
    'refused: checks-failed, promotion-missing, locked, approval-missing, window-closed',
  ],
  ['quarantine without any rule', { quarantine: { quarantined: [bad], asked: 'machine' } }, 'refused: quarantined'],
  [
    'an environment that was to come first and is unknown',
    { demands: strictest([{ after: 'uat' }]) },
    'refused: promotion-environment-gone',
  ],
  [
    'two rules about approval that one person rejects',
    {
      demands: strictest([{ approve: { by: ['hubot'], count: 1, notAuthor: false } }, { approve: { by: [], count: 2, notAuthor: false } }]),
      approval: { ...gateFacts().approval, votes: [{ ...vote, verdict: 'reject' }] },
    },
    'refused: rejected-by',
  ],
  [
    'two rules about approval, each with its own people',
    {
      demands: strictest([{ approve: { by: ['hubot'], count: 1, notAuthor: false } }, { approve: { by: [], count: 2, notAuthor: false } }]),
      approval: { ...gateFacts().approval, votes: [vote] },
    },
    'waiting: approval-missing',
  ],
])('%s', (_why, given, expected) => expect(outcome(given)).toBe(expected))

describe('who has to pass', () => {
  const closed = { demands, locks: [held], quarantine: { quarantined: [bad], asked: 'machine' as const } }
  test.each<[kind: GateFacts['kind'], expected: string]>([
    ['deploy', 'refused: quarantined, promotion-missing, checks-pending, locked, approval-missing, window-closed'],
    ['heal', 'refused: quarantined, locked'],
    ['rollback', 'open'],
  ])('%s', (kind, expected) => expect(outcome({ ...closed, kind })).toBe(expected))
})

test('a waiting deployment is looked at again when the first gate may have opened', () => {
  expect(evaluate(gateFacts({ demands: strictest([{ windows: everything.windows }]), locks: [held] }))).toMatchObject({ lookAgain: 3600 })
  expect(evaluate(gateFacts({ demands: strictest([{ approve: { by: [], count: 1, notAuthor: false } }]) }))).toMatchObject({
    kind: 'waiting',
    lookAgain: undefined,
  })
})

test('an open deployment knows its images, and what it was opened by', () => {
  const result = evaluate(
    gateFacts({
      demands: strictest([{ ...everything, windows: [] }]),
      checks: { ...gateFacts().checks, checks: [{ ...test1, conclusion: 'success' }] },
      promotion: verifiedOnStaging,
      approval: { ...gateFacts().approval, votes: [vote] },
    }),
  )
  expect(result).toMatchObject({
    kind: 'open',
    images: { web: { digest: digest('d'), revision: sha('d') } },
    seen: [
      { gate: 'checks', evidence: { checks: 'test' } },
      { gate: 'promotion', evidence: { after: 'staging', by: 'the same commit' } },
      { gate: 'approval', evidence: { people: 'hubot' } },
    ],
  })
})

test('what heals or goes back brings no image of the environment before', () => {
  for (const kind of ['heal', 'rollback'] as const) {
    expect(evaluate(gateFacts({ kind, demands: strictest([{ after: 'staging' }]), promotion: verifiedOnStaging }))).toEqual({
      kind: 'open',
      seen: [],
      images: {},
    })
  }
})
