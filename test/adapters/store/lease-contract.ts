import { expect, test } from 'vitest'
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
}
