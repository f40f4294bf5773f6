import { describe, expect, test } from 'vitest'
import { rollbackVerb } from '../../src/cli/rollback.ts'
import type { Deployment } from '../../src/domain/deployment.ts'
import { reason } from '../../src/domain/reason.ts'
import type { Asked, OperatorRollback } from '../../src/flow/operate.ts'
import { deployment, plan, sha } from '../support/builders.ts'

const asked: Asked = { kind: 'asked', deployment: 'd9', already: false }

/** The verb called by root, in a world in which this comes of it. */
async function called(words: string, end: Partial<Deployment> = {}, answer: Asked = asked, here = false) {
  const printed: string[] = []
  const wanted: OperatorRollback[] = []
  const code = await rollbackVerb(words.split(' ').filter(Boolean), {
    user: 'root',
    async ask(request) {
      wanted.push(request)
      return answer
    },
    async see(_id, say) {
      say({ step: 'plan', text: 'Rollback shop\n  web recreated' })
      say({ step: 'switch', host: 'web-1', text: 'generation 9 \u001b[31mruns' })
      return { deployment: deployment({ kind: 'rollback', state: 'succeeded', plan: plan(), ...end }), here }
    },
    print: (line) => printed.push(line),
  })
  return { code, printed, wanted }
}

test.each([
  ['nothing', '', 'Say which repository and which environment'],
  ['no environment', 'acme/shop', 'Say which repository and which environment'],
  ['a word too many', 'acme/shop production now', 'and no more'],
  ['a repository without its owner', 'shop production', 'shop: is not OWNER/NAME'],
  ['an option there is not', 'acme/shop production --force', "Unknown option '--force'"],
  ['a commit that is too short', 'acme/shop production --to abc', '--to: abc is no commit of at least 7 digits'],
])('%s is refused, with how to call it, and nothing is asked for', async (_what, words, said) => {
  const { code, printed, wanted } = await called(words)
  expect([code, wanted]).toEqual([2, []])
  expect(printed[0]).toContain(said)
  expect(printed.join('\n')).toContain('landfall rollback OWNER/NAME ENVIRONMENT')
})

test.each<[words: string, to: OperatorRollback['to']]>([
  ['acme/shop production', undefined],
  ['acme/shop production --to ABCDEF1', { kind: 'commit', revision: 'abcdef1' }],
  ['acme/shop production --to #12', { kind: 'pull-request', number: 12 }],
  ['acme/shop production --to 7', { kind: 'generation', generation: 7 }],
])('`%s` is asked for in the name of who runs it', async (words, to) => {
  const { wanted } = await called(words)
  expect(wanted).toEqual([{ repository: 'acme/shop', environment: 'production', user: 'root', ...(to && { to }) }])
})

test('going over what nothing older fits takes saying so', async () =>
  expect((await called('acme/shop production --over-contract')).wanted).toMatchObject([{ overContract: true }]))

test('it is told step by step, and nothing that hosts say steers the terminal', async () => {
  const { printed } = await called('acme/shop production', { revision: sha('a') })
  expect(printed).toEqual([
    'Asked as operator root (d9).',
    '  plan: Rollback shop',
    '      web recreated',
    '  switch web-1: generation 9 runs',
    'production went back to aaaaaaa: aaaaaaa verified on web-1.',
  ])
})

describe('how it ended is the exit code', () => {
  test.each<[end: Partial<Deployment>, code: number]>([
    [{ state: 'succeeded' }, 0],
    [{ state: 'failed', reason: reason('host-unreachable', { host: 'web-1', detail: 'refused' }) }, 1],
    [{ state: 'rejected', reason: reason('nothing-to-return-to', { environment: 'production' }) }, 1],
    [{ state: 'superseded', reason: reason('overtaken', { by: 'another' }) }, 1],
    [{ state: 'rolled-back', reason: reason('verification-failed', { host: 'web-1', service: 'web', detail: 'ended' }) }, 3],
    [{ state: 'halted', reason: reason('return-failed', { host: 'web-1', detail: 'ended' }) }, 4],
    [{ state: 'rolling' }, 5],
  ])('%j', async (end, code) => expect((await called('acme/shop production', end)).code).toBe(code))
})

test('a refusal says what to do', async () => {
  const refused: Asked = { kind: 'refused', reason: reason('environment-unknown', { environment: 'stagging', known: 'production' }) }
  const { code, printed } = await called('acme/shop stagging', {}, refused)
  expect([code, printed]).toEqual([1, ['There is no environment stagging; there are production. Name one of these.']])
})

test('what is left for a Landfall that serves is said', async () => {
  const { printed } = await called('acme/shop production', { soak: { state: 'under-way' } }, { ...asked, already: true }, true)
  expect(printed[0]).toBe('A rollback of production is on its way already (d9).')
  expect(printed.slice(-2)).toEqual([
    'Its soak goes on behind, where a Landfall serves.',
    'No Landfall took it up, so it was done here: GitHub and chat are told by the next one that serves.',
  ])
})
