import { expect, test } from 'vitest'
import { verifyReceiptVerb } from '../../src/cli/verify-receipt.ts'
import type { Receipt } from '../../src/domain/receipt.ts'
import type { HostCompared, ReceiptVerified } from '../../src/flow/verify-receipt.ts'
import { sha } from '../support/builders.ts'

const receipt: Receipt = {
  format: 1,
  ...{ deployment: 'd1', repository: 'acme/shop', project: 'shop', environment: 'production', generation: 7, revision: sha('a') },
  actor: 'mona',
  verifiedAt: '2026-11-21T10:00:12.000Z',
  passed: [{ gate: 'approval', evidence: { found: '1', required: '1', people: 'lisa' } }],
  hosts: [],
}

const compared = (...hosts: HostCompared[]): ReceiptVerified => ({ kind: 'compared', receipt, hosts, remarks: [] })

const good: HostCompared = { host: 'web-1', problems: [], services: [{ service: 'web', kind: 'holds', detail: '' }] }

async function called(words: string, verified: ReceiptVerified = compared(good)) {
  const printed: string[] = []
  const asked: string[][] = []
  const code = await verifyReceiptVerb(words.split(' ').filter(Boolean), {
    async verify(...of) {
      asked.push(of)
      return verified
    },
    print: (line) => printed.push(line),
  })
  return { code, printed, asked }
}

test.each([
  ['nothing', '', 'Say which repository and which environment'],
  ['a word too many', 'acme/shop production now', 'and no more'],
  ['a repository without its owner', 'shop production', 'shop: is not OWNER/NAME'],
  ['an option there is not', 'acme/shop production --force', "Unknown option '--force'"],
])('%s is refused, with how to call it, and no host is asked', async (_what, words, said) => {
  const { code, printed, asked } = await called(words)
  expect([code, asked]).toEqual([2, []])
  expect(printed[0]).toContain(said)
  expect(printed.join('\n')).toContain('landfall verify-receipt OWNER/NAME ENVIRONMENT')
})

test('what holds is told with who let it through, and ends with 0', async () => {
  const { code, printed, asked } = await called('acme/shop production')
  expect([code, asked]).toEqual([0, [['acme/shop', 'production']]])
  expect(printed).toEqual([
    'production: aaaaaaa, generation 7, verified 2026-11-21T10:00:12.000Z, asked for by mona.',
    '  approval: 1 of 1 agreed (lisa)',
    'web-1: the signed receipt lies there, and its release runs',
    '  ✓ web',
    'Every host shows what the receipt says.',
  ])
})

const differs: HostCompared['services'] = [{ service: 'web', kind: 'differs', detail: 'ended with \u001b[31mexit code 1' }]
const replaced: HostCompared['services'] = [{ service: 'web', kind: 'replaced', detail: 'the same digest, in other containers' }]

test.each<[what: string, verified: ReceiptVerified, code: number, said: string]>([
  ['other containers of the same digest', compared({ ...good, services: replaced }), 0, '✓ web: the same digest, in other containers'],
  ['a service that differs', compared(good, { ...good, services: differs }), 1, '✗ web: ended with exit code 1'],
  ['a host without its receipt', compared({ ...good, problems: ['it keeps no receipt'] }), 1, 'web-1: it keeps no receipt'],
  ['nothing verified', { kind: 'nothing', why: 'nothing was' }, 1, 'There is no receipt: nothing was.'],
])('%s is told', async (_what, verified, code, said) => {
  const { code: ended, printed } = await called('acme/shop production', verified)
  expect([ended, printed.join('\n')]).toEqual([code, expect.stringContaining(said)])
})

test('programs get one object', async () => {
  const { printed } = await called('acme/shop production --json', compared({ ...good, services: differs }))
  expect(JSON.parse(printed[0] ?? '')).toMatchObject({ agrees: false, kind: 'compared', receipt: { generation: 7 } })
})
