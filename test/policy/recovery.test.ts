import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Receipt } from '../../src/domain/receipt.ts'
import { isEmpty, type KeptOn, type KeptRelease, type Recorded, type Remembered, recoveryOf } from '../../src/policy/recovery.ts'
import { deployment, plan, sha } from '../support/builders.ts'

const on = (host: string, change: Partial<KeptOn> = {}): KeptOn => ({ host, confirmed: true, switched: true, current: false, ...change })
const unconfirmed = (host: string, change: Partial<KeptOn> = {}) => on(host, { confirmed: false, ...change })

const receiptOf = (id: string, generation: number): Receipt => ({
  ...{ format: 1, deployment: id, repository: 'acme/shop', project: 'shop', environment: 'production', generation },
  ...{ revision: sha('a'), actor: 'mona', verifiedAt: '2026-11-21T10:00:00.000Z', hosts: [] },
})

/** A release that was verified, or one that nobody confirmed. */
const verified = (generation: number, hosts = [on('web-1')]): KeptRelease => ({
  plan: plan({ generation, release: `d${generation}` }),
  receipt: receiptOf(`d${generation}`, generation),
  hosts,
})
const begun = (generation: number, hosts: KeptOn[]): KeptRelease => ({ plan: plan({ generation, release: `d${generation}` }), hosts })

const remembered = (generation: number, releases: KeptRelease[], turn = 1): Remembered => ({ generation, turn, releases })
const recorded = (change: Partial<Recorded> = {}): Recorded => ({ generation: 0, turn: 0, planned: new Map(), open: [], ...change })

describe('how a deployment ended that the database lost', () => {
  test.each<[why: string, release: KeptRelease, state: string]>([
    ['all hosts that keep it confirmed it', verified(1, [on('web-1'), on('web-2')]), 'succeeded'],
    ['one host did not hear that it was verified', verified(1, [on('web-1'), unconfirmed('web-2')]), 'halted'],
    ['a host is still at it', begun(1, [unconfirmed('web-1'), unconfirmed('web-2', { current: true })]), 'halted'],
    ['hosts went to it and back', begun(1, [unconfirmed('web-1'), unconfirmed('web-2', { switched: false })]), 'rolled-back'],
    ['no host was ever switched to it', begun(1, [unconfirmed('web-1', { switched: false })]), 'failed'],
  ])('%s', (_why, release, state) => {
    const [added] = recoveryOf(remembered(1, [release]), recorded()).added
    expect(added).toMatchObject({ state, release })
    expect(added?.reason?.code).toBe(state === 'succeeded' ? undefined : 'database-restored')
  })
})

describe('a deployment that is open in an older copy', () => {
  const planned = deployment({ id: 'd2', state: 'rolling', plan: plan({ generation: 2, release: 'd2' }) })
  const queued = deployment({ id: 'd3', state: 'queued' })
  const copy = recorded({ generation: 2, turn: 5, planned: new Map([[2, 'd2']]), open: [planned, queued] })

  test('ends as its release shows, found by receipt, generation or plan; without one it was overtaken', () => {
    const others = deployment({ id: 'gone', state: 'waiting' })
    const { ended, added } = recoveryOf(remembered(4, [verified(2), verified(3), verified(4)]), {
      ...copy,
      open: [planned, queued, others],
    })
    expect(ended.map(({ deployment: { id }, fate }) => [id, fate.state, fate.release?.plan.generation])).toEqual([
      ['d2', 'succeeded', 2],
      ['d3', 'succeeded', 3],
      ['gone', 'superseded', undefined],
    ])
    expect(added.map(({ release }) => release.plan.generation)).toEqual([4])
  })

  test('goes on where hosts have only heard a later turn of it', () => {
    const recovery = recoveryOf(remembered(2, [begun(2, [unconfirmed('web-1', { current: true })])], 9), copy)
    expect(recovery).toEqual({ turn: 9, ended: [], added: [], conflicts: [] })
  })

  test('is left alone where hosts know nothing newer', () => {
    expect(isEmpty(recoveryOf(remembered(2, [begun(2, [unconfirmed('web-1')])], 5), copy))).toBe(true)
    expect(isEmpty(recoveryOf(remembered(1, [verified(1)]), copy))).toBe(true)
  })
})

test('a generation that is another deployment in the database is told, and stays what it is', () => {
  const recovery = recoveryOf(remembered(3, [verified(3)]), recorded({ generation: 4, planned: new Map([[3, 'another']]) }))
  expect(recovery).toEqual({ ended: [], added: [], conflicts: [3] })
})

test('releases older than the newest deployment known are not put behind it', () => {
  const { added } = recoveryOf(
    remembered(4, [verified(1), verified(2), verified(4)]),
    recorded({ generation: 3, planned: new Map([[3, 'd3']]) }),
  )
  expect(added.map(({ release }) => release.plan.generation)).toEqual([4])
})

test('a database that lost nothing needs nothing, whatever is under way', () => {
  const history = fc.array(fc.constantFrom('succeeded', 'failed', 'rolled-back'), { minLength: 1, maxLength: 6 })
  const now = fc.record({
    state: fc.constantFrom('queued', 'pulling', 'rolling', 'verifying', 'succeeded'),
    put: fc.boolean(),
    turns: fc.nat(5),
  })
  fc.assert(
    fc.property(history, now, fc.nat(3), (ends, { state, put, turns }, heard) => {
      const current = ends.length + 1
      const open =
        state === 'queued'
          ? deployment({ id: 'now' })
          : deployment({ id: 'now', state, plan: plan({ generation: current, release: 'now' }) })
      const releases = ends.map((end, index) => (end === 'succeeded' ? verified(index + 1) : begun(index + 1, [unconfirmed('web-1')])))
      if (put && state !== 'queued')
        releases.push({ ...begun(current, [unconfirmed('web-1')]), plan: plan({ generation: current, release: 'now' }) })
      const planned = new Map(ends.map((_, index) => [index + 1, `d${index + 1}`]))
      if (state !== 'queued') planned.set(current, 'now')
      const facts = { generation: current, turn: turns + 10, planned, open: state === 'succeeded' ? [] : [open] }
      const recovery = recoveryOf(remembered(releases.at(-1)?.plan.generation ?? 0, releases, turns + heard), facts)
      expect(recovery).toEqual({ ended: [], added: [], conflicts: [] })
    }),
  )
})
