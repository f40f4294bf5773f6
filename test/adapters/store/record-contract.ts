import { expect, test } from 'vitest'
import type { Given } from './contract.ts'
import { asked, at, receipt } from './records.ts'

export function recordContract(given: Given): void {
  test('the timeline keeps the order of the appends, from two processes at once, and takes any output', async () => {
    const [owner] = await asked(given.store, {})
    const id = owner?.id ?? ''
    const line = (text: string) => ({ at, step: 'pull', host: 'web-1', text })
    await given.store.timeline.append(id, [{ at, step: 'plan', text: 'first' }, line('NUL \0 and 🚀')])
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? given.store : given.other).timeline.append(id, [line(`${index}`), line(`${index}`)]),
      ),
    )
    await given.store.timeline.append(id, [])
    const [first, second, ...rest] = await given.other.timeline.read(id)
    expect([first, second]).toEqual([{ at, step: 'plan', text: 'first' }, line('NUL \uFFFD and 🚀')])
    expect(rest.map(({ text }) => text).toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `${Math.floor(index / 2)}`))
    for (let index = 0; index < rest.length; index += 2) expect(rest[index]).toEqual(rest[index + 1])
  })

  test('surfaces that show the timeline are wanted with what is added to it, or not at all', async () => {
    const [owner] = await asked(given.store, {})
    const key = { subject: `deployment:${owner?.id}`, surface: 'check' }
    await expect(given.store.timeline.append('nobody', [{ at, step: 'pull', text: 'x' }], [key])).rejects.toThrow('is not in the database')
    const due = async () => (await given.other.reports.due(1000)).filter(({ subject }) => subject === key.subject)
    expect(await due()).toEqual([])
    await given.store.timeline.append(owner?.id ?? '', [{ at, step: 'pull', text: 'x' }], [key])
    expect(await due()).toMatchObject([key])
  })

  test('ten thousand lines of a chatty host go in at once', async () => {
    const [owner] = await asked(given.store, {})
    const entries = Array.from({ length: 10_000 }, (_, index) => ({ at, step: 'pull', text: `${index}` }))
    await given.store.timeline.append(owner?.id ?? '', entries)
    expect(await given.store.timeline.read(owner?.id ?? '')).toEqual(entries)
  })

  test('a receipt is written once: a second proof does not replace the first', async () => {
    const [owner] = await asked(given.store, {})
    if (!owner) throw new Error('not created')
    expect(await given.store.receipts.of(owner.id)).toBeUndefined()
    await given.store.receipts.record(receipt(owner))
    await given.store.receipts.record(receipt(owner, { verifiedAt: '2026-11-22T10:00:00.000Z' }))
    expect(await given.other.receipts.of(owner.id)).toEqual(receipt(owner))
  })

  test('no generation is handed out twice, and each environment counts for itself', async () => {
    const next = (index: number) => (index % 2 ? given.store : given.other).environments.nextGeneration('acme/shop', 'counted')
    const numbers = await Promise.all(Array.from({ length: 20 }, (_, index) => next(index)))
    expect(numbers.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    expect(await given.other.environments.generation('acme/shop', 'counted')).toBe(20)
    expect(await given.other.environments.generation('acme/shop', 'never')).toBe(0)
    expect(await given.other.environments.nextGeneration('acme/other', 'counted')).toBe(1)
  })

  test('the database answers', async () => {
    await expect(given.store.ping()).resolves.toBeUndefined()
  })
}
