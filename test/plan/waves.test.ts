import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RolloutRule } from '../../src/domain/rollout.ts'
import { wavesOf } from '../../src/plan/waves.ts'

const hosts = (count: number): string[] => Array.from({ length: count }, (_, index) => `web-${index + 1}`)

test.each<[why: string, count: number, rule: RolloutRule, sizes: number[]]>([
  ['nothing asked', 5, { pause: 0 }, [5]],
  ['two at a time', 5, { batch: { hosts: 2 }, pause: 0 }, [2, 2, 1]],
  ['half of them', 5, { batch: { percent: 50 }, pause: 0 }, [2, 2, 1]],
  ['a part of less than one host', 3, { batch: { percent: 1 }, pause: 0 }, [1, 1, 1]],
  ['all of them', 3, { batch: { percent: 100 }, pause: 0 }, [3]],
  ['more than there are', 3, { batch: { hosts: 10 }, pause: 0 }, [3]],
  ['a canary and all others', 5, { canary: { hosts: 1 }, pause: 0 }, [1, 4]],
  ['a canary and half of the others', 5, { canary: { hosts: 1 }, batch: { percent: 50 }, pause: 0 }, [1, 2, 2]],
  ['a canary of all there are', 2, { canary: { hosts: 3 }, batch: { hosts: 1 }, pause: 0 }, [2]],
  ['no hosts', 0, { canary: { hosts: 1 }, batch: { percent: 50 }, pause: 0 }, []],
])('%s', (_why, count, rule, sizes) => expect(wavesOf(hosts(count), rule).map((wave) => wave.hosts.length)).toEqual(sizes))

test.each<[why: string, rule: RolloutRule, pauses: number[]]>([
  ['between waves, not after the last', { batch: { hosts: 1 }, pause: 10 }, [10, 10, 0]],
  ['after the canary its own', { canary: { hosts: 1, soak: 300 }, batch: { hosts: 1 }, pause: 10 }, [300, 10, 0]],
  ['after a canary without one that of all', { canary: { hosts: 1 }, pause: 10 }, [10, 0]],
  ['after a canary that is alone none', { canary: { hosts: 3, soak: 300 }, pause: 10 }, [0]],
])('a pause is %s', (_why, rule, pauses) => expect(wavesOf(hosts(3), rule).map(({ pause }) => pause)).toEqual(pauses))

test('people are asked after the canary, and not where nobody is left to follow', () => {
  const rule: RolloutRule = { canary: { hosts: 1, approve: { within: 60 } }, pause: 0 }
  expect(wavesOf(hosts(3), rule).map(({ approve }) => approve)).toEqual([{ within: 60 }, undefined])
  expect(wavesOf(hosts(1), rule)).toEqual([{ hosts: ['web-1'], pause: 0 }])
})

describe('whatever is asked', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 40 })
  const batch = fc.oneof(
    fc.integer({ min: 1, max: 50 }).map((count) => ({ hosts: count })),
    fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
  )
  const rule: fc.Arbitrary<RolloutRule> = fc.record(
    {
      batch,
      pause: fc.integer({ min: 0, max: 60 }),
      canary: fc.record({ hosts: fc.integer({ min: 1, max: 50 }), soak: fc.integer({ min: 0, max: 60 }) }, { requiredKeys: ['hosts'] }),
    },
    { requiredKeys: ['pause'] },
  )

  test('every host goes exactly once, in the order of the list, and no wave is empty', () => {
    fc.assert(
      fc.property(names, rule, (all, asked) => {
        const waves = wavesOf(all, asked)
        expect(waves.flatMap((wave) => wave.hosts)).toEqual(all)
        expect(waves.every((wave) => wave.hosts.length > 0)).toBe(true)
      }),
    )
  })

  test('the canary goes first, and no batch is larger than asked nor smaller but the last', () => {
    fc.assert(
      fc.property(names, rule, (all, asked) => {
        const sizes = wavesOf(all, asked).map((wave) => wave.hosts.length)
        const first = Math.min(all.length, asked.canary?.hosts ?? 0)
        if (first > 0) expect(sizes.shift()).toBe(first)
        const left = all.length - first
        const most = asked.batch === undefined ? left : 'hosts' in asked.batch ? asked.batch.hosts : (left * asked.batch.percent) / 100
        const last = sizes.pop() ?? 0
        expect(new Set(sizes).size).toBeLessThan(2)
        for (const size of [...sizes, last]) expect(size).toBeLessThanOrEqual(Math.max(1, most))
        if (sizes[0] !== undefined) expect(sizes[0]).toBeGreaterThan(Math.max(0, most - 1))
      }),
    )
  })

  test('hosts in another order are divided in the same way', () => {
    fc.assert(
      fc.property(names, rule, (all, asked) => {
        const shape = (order: string[]) => wavesOf(order, asked).map(({ hosts: own, pause }) => [own.length, pause])
        expect(shape(all.toReversed())).toEqual(shape(all))
      }),
    )
  })
})
