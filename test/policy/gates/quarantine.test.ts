import { describe, expect, test } from 'vitest'
import { remedyOf, sentenceOf } from '../../../src/domain/reason.ts'
import { type Quarantine, type QuarantineFacts, quarantine } from '../../../src/policy/gates/quarantine.ts'
import { sha } from '../../support/builders.ts'
import { said } from './said.ts'

const bad = (given: Partial<Quarantine> = {}): Quarantine => ({
  revision: sha('b'),
  because: 'rolled-back',
  person: 'mona',
  at: '2026-11-21T03:00:00Z',
  ...given,
})
const facts = (given: Partial<QuarantineFacts>): QuarantineFacts => ({
  quarantined: [bad()],
  environment: 'production',
  revision: sha('b'),
  asked: 'machine',
  ...given,
})

test.each<[why: string, given: Partial<QuarantineFacts>, expected: string]>([
  ['nothing is quarantined', { quarantined: [] }, 'open'],
  ['another commit', { revision: sha('c') }, 'open'],
  ['no sweep, redelivery or healing brings it', {}, 'refused quarantined'],
  ['a person is asked once more', { asked: 'person' }, 'refused quarantine-asks'],
  ['a person who says so', { asked: 'deliberate' }, 'open'],
  ['a newer commit superseded it', { quarantined: [bad({ supersededBy: sha('c') })] }, 'open'],
  ['a commit that failed', { quarantined: [bad({ because: 'failed' })] }, 'refused quarantined'],
  [
    'the newest quarantine of a commit counts',
    { quarantined: [bad(), bad({ because: 'failed', supersededBy: sha('c') })] },
    'refused quarantined',
  ],
])('%s', (_why, given, expected) => expect(said(quarantine(facts(given)), 'none')).toBe(expected))

describe('what people read', () => {
  const texts = (given: Partial<QuarantineFacts>) => {
    const decision = quarantine(facts(given))
    return decision.kind === 'refused' && [sentenceOf(decision.reason), remedyOf(decision.reason)]
  }
  test('who did it, when, and the way out', () => {
    expect(texts({})).toEqual([
      'bbbbbbb was rolled back by mona on production at 21 Nov 2026, 03:00 UTC and is not brought again by itself',
      `Push a newer commit. To bring this very one: \`/deploy production ${sha('b')} --again\``,
    ])
    expect(texts({ quarantined: [bad({ because: 'failed' })], asked: 'person' })).toEqual([
      'bbbbbbb failed on production at 21 Nov 2026, 03:00 UTC',
      `To bring it all the same, say so: \`/deploy production ${sha('b')} --again\``,
    ])
  })

  test('what was brought all the same is on record', () => {
    expect(quarantine(facts({ asked: 'deliberate' }))).toMatchObject({ kind: 'open', evidence: { because: 'was rolled back by mona' } })
  })
})
