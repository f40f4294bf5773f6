import { expect, test } from 'vitest'
import { memoryReader } from '../../src/host/recall.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const fence = {
  type: 'fence',
  project: 'shop',
  environment: 'production',
  generation: 8,
  turn: 3,
  current: 7,
  order: base64('landfall-order 1 put shop production 8 3 60'),
  signature: base64('signed'),
}
const release = {
  type: 'release',
  generation: 7,
  repository: 'acme/shop',
  confirmed: true,
  switched: true,
  plan: base64('{}\n'),
  planSignature: base64('plan'),
  receipt: base64('{"format":1}\n'),
  receiptSignature: base64('receipt'),
}
const none = { plan: null, planSignature: null, receipt: null, receiptSignature: null }

function remembered(...lines: object[]) {
  const reader = memoryReader(100_000)
  for (const line of lines) reader.read(JSON.stringify(line))
  return reader.memories()
}

test('what a host remembers is read place by place, with every claim beside its proof', () => {
  const other = { ...fence, environment: 'staging', generation: 1, turn: 1, current: 0 }
  const unproved = { ...release, ...none, generation: 1, confirmed: false, switched: false }
  expect(remembered({ type: 'beat' }, fence, release, other, unproved, { type: 'recalled' })).toEqual([
    {
      ...{ project: 'shop', environment: 'production', generation: 8, turn: 3, current: 7 },
      order: { text: 'landfall-order 1 put shop production 8 3 60\n', signature: 'signed' },
      releases: [
        {
          ...{ generation: 7, repository: 'acme/shop', confirmed: true, switched: true },
          plan: { text: '{}\n', signature: 'plan' },
          receipt: { text: '{"format":1}\n', signature: 'receipt' },
        },
      ],
    },
    expect.objectContaining({
      environment: 'staging',
      releases: [{ generation: 1, repository: 'acme/shop', confirmed: false, switched: false }],
    }),
  ])
})

test('a host that never was deployed to remembers nothing', () => expect(remembered({ type: 'recalled' })).toEqual([]))

test.each([
  ['stops in the middle', [fence, release]],
  ['tells of a release of nothing', [release, { type: 'recalled' }]],
  ['names a folder above', [{ ...fence, environment: '..' }]],
  ['speaks of something else', [{ type: 'container' }]],
  ['talks without end', Array.from({ length: 100 }, () => ({ type: 'beat', padding: 'x'.repeat(1000) }))],
])('a host that %s is not believed', (_what, lines) => expect(() => remembered(...lines)).toThrow('the host'))
