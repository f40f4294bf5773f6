import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Lease } from '../../../src/flow/ports.ts'
import type { Given } from './contract.ts'

export function leaseContract(given: Given): void {
  test('of many that claim at once through two processes, one gets it', async () => {
    const claims = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? given.store : given.other).leases.claim('contested', `holder-${index}`, 60),
    )
    expect((await Promise.all(claims)).filter((claimed) => claimed !== undefined)).toHaveLength(1)
  })

  test('each claim of a subject has a higher number, after running out, giving back and restarting alike', async () => {
    const numbers = []
    for (const [holder, seconds] of [
      ['one', 0],
      ['two', 60],
      ['two', 60],
    ] as const) {
      numbers.push((await given.store.leases.claim('numbered', holder, seconds))?.number)
    }
    expect(await given.other.leases.claim('numbered', 'three', 60)).toBeUndefined()
    await given.store.leases.release({ subject: 'numbered', holder: 'two', number: numbers[2] ?? 0 })
    numbers.push((await given.other.leases.claim('numbered', 'three', 60))?.number)
    expect(numbers).toEqual([1, 2, 3, 4])
  })

  test('renewing keeps others out; a lease that was taken over can be neither renewed nor given back', async () => {
    const held = await given.store.leases.claim('renewed', 'one', 0)
    if (!held) throw new Error('not claimed')
    expect(await given.store.leases.renew(held, 60)).toBe(true)
    expect(await given.other.leases.claim('renewed', 'two', 60)).toBeUndefined()
    expect(await given.store.leases.renew(held, 0)).toBe(true)
    const taken = await given.other.leases.claim('renewed', 'two', 60)
    if (!taken) throw new Error('not taken over')
    expect(await given.store.leases.renew(held, 60)).toBe(false)
    await given.store.leases.release(held)
    expect(await given.store.leases.claim('renewed', 'three', 60)).toBeUndefined()
  })

  test('a lease given back cannot be renewed', async () => {
    const held = await given.store.leases.claim('returned', 'one', 60)
    if (!held) throw new Error('not claimed')
    await given.store.leases.release(held)
    expect(await given.store.leases.renew(held, 60)).toBe(false)
  })

  test('a lease is not extended by a clock that was put back', async () => {
    await given.store.leases.claim('put-back', 'one', 60)
    await given.tamper("update leases set since = since + 600000, until = until + 600000 where subject = 'put-back'")
    expect((await given.other.leases.claim('put-back', 'two', 60))?.number).toBe(2)
  })

  type Act = { what: 'claim' | 'renew' | 'release'; who: number; stalls: boolean }
  const acts = fc.array(
    fc.record<Act>({ what: fc.constantFrom('claim', 'claim', 'renew', 'release'), who: fc.nat(2), stalls: fc.boolean() }),
    { maxLength: 20 },
  )

  test('whoever claims, stalls, wakes up, renews and gives back in whatever order: numbers only grow, and one at most holds', async () => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(acts, async (history) => {
        runs += 1
        const subject = `fought-over-${runs}`
        /** What each believes to hold; a lease of no seconds has run out at once, as for somebody who stalls. */
        const believed = new Map<number, Lease>()
        let highest = 0
        let holds: { who: number; stalls: boolean } | undefined
        for (const { what, who, stalls } of history) {
          const { leases } = who % 2 ? given.store : given.other
          const seconds = stalls ? 0 : 3600
          const mine = believed.get(who)
          const newest = mine?.number === highest && holds?.who === who
          if (what === 'claim') {
            const claimed = await leases.claim(subject, `holder-${who}`, seconds)
            expect(claimed !== undefined).toBe(holds === undefined || holds.stalls || holds.who === who)
            if (!claimed) continue
            expect(claimed.number).toBeGreaterThan(highest)
            highest = claimed.number
            believed.set(who, claimed)
            holds = { who, stalls }
          } else if (!mine) continue
          else if (what === 'renew') {
            expect(await leases.renew(mine, seconds)).toBe(newest)
            if (newest) holds = { who, stalls }
          } else {
            await leases.release(mine)
            if (newest) holds = undefined
          }
        }
      }),
      { numRuns: 40 },
    )
  })
}
