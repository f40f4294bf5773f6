import { expect, test } from 'vitest'
import { checkGates } from './checks/gates.ts'
import { checkWaves } from './checks/waves.ts'
import type { HostEvidence, View } from './evidence.ts'
import { givenEvidence } from './given-evidence.ts'
import type { StoredDeployment } from './stored.ts'

/** What there is to see where b came to web-1 first, was approved there by lisa, and then came to web-2. */
function givenWaves(): View {
  const given = givenEvidence()
  const [one, two] = given.database.deployments
  if (!one?.plan || !two?.plan) throw new Error('there are two of them')
  const waves = [
    { hosts: ['web-1'], approve: { within: 60 } },
    { hosts: ['web-2'], approve: undefined },
  ]
  const switched = (at: number) =>
    (['began', 'switched'] as const).map((outcome, index) => ({ at: at + index * 1000, verb: 'switch', generation: 2, turn: 1, outcome }))
  const canary: HostEvidence = { ...given.host, acts: switched(1000) }
  return {
    ...given,
    hosts: [canary, { ...canary, name: 'web-2', acts: switched(9000) }],
    database: {
      ...given.database,
      deployments: [one, { ...two, plan: { ...two.plan, waves } }],
      verdicts: [
        {
          deployment: 'two',
          person: 'lisa',
          verdict: 'approve',
          revision: two.revision,
          content: 'of the canary',
          at: '1970-01-01T00:00:05Z',
        },
      ],
    },
  }
}

const told = (view: View): string[] => checkWaves(view).map(({ invariant, what }) => `${invariant}: ${what}`)

test('a run in which each wave waited for the one before violates nothing', () => expect(told(givenWaves())).toEqual([]))

/** What is wrong, how it came to be, and what is said about it. */
const spoilt: [why: string, spoil: (view: View) => void, said: RegExp][] = [
  [
    'a host was switched before the wave before it was',
    ({ hosts }) => void Object.assign(hosts[1]?.acts[0] ?? {}, { at: 1000 }),
    /3: deploy b.* came to web-2 before web-1 was switched/,
  ],
  ['a wave was skipped', ({ hosts }) => void hosts[0]?.acts.splice(0), /3: deploy b.* came to web-2 before web-1 was switched/],
  [
    'nobody let the others follow',
    ({ database }) => void database.verdicts.pop(),
    /7: deploy b.* came to web-2 behind its canary with 0 of 1 approvals/,
  ],
  [
    'it was let before anybody could see the canary',
    ({ database }) => void Object.assign(database.verdicts[0] ?? {}, { content: 'content of two' }),
    /7: deploy b.* with 0 of 1 approvals/,
  ],
  [
    'it was let too late',
    ({ database }) => void Object.assign(database.verdicts[0] ?? {}, { at: '1970-01-01T00:00:10Z' }),
    /7: deploy b.* with 0 of 1 approvals/,
  ],
  [
    'one of two let them',
    (view) => void Object.assign(view, { rules: { after: false, approve: { count: 2, notAuthor: false }, checks: false } }),
    /7: deploy b.* with 1 of 2 approvals/,
  ],
]

test.each(spoilt)('it is noticed when %s', (_why, spoil, said) => {
  const view = givenWaves()
  spoil(view)
  expect(told(view).join('\n')).toMatch(said)
})

test('what somebody rejected at its canary may go back, and may not go live', () => {
  const view = givenWaves()
  Object.assign(view.database.verdicts[0] ?? {}, { verdict: 'reject' })
  const [, two] = view.database.deployments
  const end = (state: StoredDeployment['state']) => {
    Object.assign(two ?? {}, { state })
    return checkGates(view).map(({ what }) => what)
  }
  expect(end('rolled-back')).toEqual([])
  expect(end('succeeded')).toEqual([expect.stringMatching(/lisa was told that it was rejected, and deploy b/)])
})
