import { expect, test } from 'vitest'
import { reason } from '../../src/domain/reason.ts'
import { stopsFor } from '../../src/policy/hosts-away.ts'

const names = ['web-1', 'web-2', 'web-3', 'web-4']
const skip = { unreachable: 'skip' } as const
const canary = { hosts: 2 }
type Rule = Parameters<typeof stopsFor>[0]

test.each<[why: string, rule: Rule, away: string[], stops: string | undefined]>([
  ['all are there', {}, [], undefined],
  ['nobody may be passed over', {}, ['web-3'], 'web-3'],
  ['one is passed over', skip, ['web-3'], undefined],
  ['all but one are', skip, ['web-1', 'web-2', 'web-3'], undefined],
  ['nobody is there', skip, names, 'web-1'],
  ['one of the canary is there', { ...skip, canary }, ['web-1', 'web-3'], undefined],
  ['none of the canary is there', { ...skip, canary }, ['web-2', 'web-1'], 'web-2'],
  ['nobody could follow the canary', { ...skip, canary }, ['web-3', 'web-4'], 'web-3'],
  ['a canary of all hosts has nobody to follow it', { ...skip, canary: { hosts: 9 } }, ['web-4'], undefined],
])('%s', (_why, rule, away, stops) => {
  const given = away.map((host) => ({ host, why: reason('host-unreachable', { host, detail: 'no answer' }) }))
  expect(stopsFor(rule, { names, away: given })?.evidence.host).toBe(stops)
})
