import { expect, test } from 'vitest'
import { recoverVerb } from '../../src/cli/recover.ts'
import { reason } from '../../src/domain/reason.ts'
import type { EnvironmentRecovered, Recovered, RecoverRequest } from '../../src/flow/recover.ts'
import { deployment, plan } from '../support/builders.ts'

const nothing = { ended: [], added: [], conflicts: [] }
const environment = (change: Partial<EnvironmentRecovered> = {}): EnvironmentRecovered => ({
  ...{ repository: 'acme/shop', environment: 'production', hosts: ['web-1'], generation: 9, before: 9, recovery: nothing, remarks: [] },
  ...change,
})

async function called(argv: string[], found: Partial<Recovered> = {}) {
  const printed: string[] = []
  const asked: RecoverRequest[] = []
  const code = await recoverVerb(argv, {
    hosts: ['web-1', 'web-2'],
    async recover(request, say) {
      asked.push(request)
      say('web-1: 1 environment, 3 releases')
      return { environments: [], silent: [], remarks: [], ...found }
    },
    print: (line) => printed.push(line),
  })
  return { code, printed, asked }
}

test.each([
  ['an option there is not', ['--force'], "Unknown option '--force'"],
  ['a host there is not', ['--without', 'web-9'], '--without: there is no host "web-9" in operator.yml.'],
])('%s is refused, with how to call it, and nobody is asked', async (_what, argv, said) => {
  const { code, printed, asked } = await called(argv)
  expect([code, asked]).toEqual([2, []])
  expect(printed[0]).toContain(said)
  expect(printed.join('\n')).toContain('landfall recover [options]')
})

test('what is asked for is handed on', async () => {
  const { asked } = await called(['--dry-run', '--without', 'web-1', '--without', 'web-2', '--lost-key'])
  expect(asked).toEqual([{ dryRun: true, without: ['web-1', 'web-2'], lostKey: true }])
})

test('what was done is a table, after what each host answered', async () => {
  const release = (generation: number) => ({ plan: plan({ generation }), hosts: [] })
  const recovery = {
    generation: 9,
    ended: [{ deployment: deployment({ id: 'd6' }), fate: { state: 'rolled-back' as const, reason: reason('database-restored') } }],
    added: [
      { state: 'succeeded' as const, release: release(8) },
      { state: 'halted' as const, release: release(9) },
    ],
    conflicts: [],
  }
  const environments = [environment({ environment: 'staging' }), environment({ hosts: ['web-1', 'web-2'], before: 5, recovery })]
  expect(await called([], { environments, remarks: ['web-1: toys/production does not tell its repository: left alone.'] })).toMatchObject({
    code: 0,
    printed: [
      'web-1: 1 environment, 3 releases',
      '',
      'environment           hosts         generation  database  done',
      'acme/shop staging     web-1         9           9         nothing: in order',
      'acme/shop production  web-1, web-2  9           5         goes on with generation 10; known again: 8, 9 (halted); deployment d6 ended as rolled-back',
      '',
      'web-1: toys/production does not tell its repository: left alone.',
    ],
  })
})

test('what was left is told with why, and the exit code says so', async () => {
  const left = environment({
    before: 5,
    recovery: { ...nothing, generation: 9 },
    left: 'web-2 may know more of it',
    remarks: ['look at it.'],
  })
  const { code, printed } = await called(['--dry-run'], { environments: [left], silent: ['web-2'] })
  expect(code).toBe(1)
  expect(printed.slice(2)).toEqual([
    'environment           hosts  generation  database  would be done',
    'acme/shop production  web-1  9           5         nothing: see below',
    '',
    'acme/shop production: left alone: web-2 may know more of it.',
    'acme/shop production: look at it.',
  ])
})
