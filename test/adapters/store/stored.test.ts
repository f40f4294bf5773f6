import { expect, test } from 'vitest'
import { storedCommand } from '../../../src/adapters/store/stored/intent.ts'
import { encode, parsed, read } from '../../../src/adapters/store/stored/json.ts'
import { storedPlan } from '../../../src/adapters/store/stored/plan.ts'
import { planFile } from '../../../src/host/plan-file.ts'
import { plan } from './records.ts'

const stored = (changes: Record<string, unknown>): unknown => ({ ...plan(), ...changes })

test('a plan comes back as it went in', () => {
  expect(read(storedPlan, parsed(encode(storedPlan, plan())), 'plan')).toEqual(plan())
})

/** As the first Landfalls wrote it. */
const first = { ...plan(), format: 1, waves: [['web-1']] }

test('a plan of the first format is read, and its bundle has the same bytes still', () => {
  const known = read(storedPlan, first, 'plan')
  expect(known).toEqual({ ...plan(), format: 1, waves: [{ hosts: ['web-1'], pause: 0 }] })
  expect(JSON.parse(planFile(known))).toEqual(first)
  expect(read(storedPlan, parsed(encode(storedPlan, known)), 'plan')).toEqual(known)
})

// A plan is executed as it is: what this version does not understand to the last field it must not execute.
test.each<[why: string, value: unknown, complaint: string]>([
  ['of another format', stored({ format: 3 }), 'format: '],
  ['with a field from the future', stored({ canary: 1 }), 'Unrecognized key: "canary"'],
  ['without its generation', stored({ generation: undefined }), 'generation: '],
  ['with a generation below any that is handed out', stored({ generation: 0 }), 'generation: '],
  ['with a branch where a commit belongs', stored({ revision: 'main' }), 'revision: not a full commit id'],
  ['cut off in the middle', parsed('{"format":1,"kind":"dep'), 'value: '],
])('a plan %s is not executed', (_why, value, complaint) => {
  expect(() => read(storedPlan, value, 'deployment 7')).toThrow(complaint)
  expect(() => read(storedPlan, value, 'deployment 7')).toThrow('database: deployment 7: it cannot be read')
})

test('/plan is read as it was kept when an environment could stand behind it', () => {
  expect(read(storedCommand, { kind: 'plan', environment: 'staging' }, 'command')).toEqual({ kind: 'plan' })
})
