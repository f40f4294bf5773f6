import { expect, test, vi } from 'vitest'
import { groupCommit } from '../../../src/adapters/store/group-commit.ts'

/** A commit that records its groups and refuses those with a poisoned item. */
function recording(most: number) {
  const groups: string[][] = []
  const store = groupCommit<string, string>(
    async (items) => {
      groups.push(items)
      if (items.includes('poison')) throw new Error('refused')
      return items.map((item) => `${item} stored`)
    },
    { most, seconds: 10 },
  )
  return { groups, store }
}

test('what arrives in one turn is one commit, and everybody gets the own answer', async () => {
  const { groups, store } = recording(10)
  expect(await Promise.all(['a', 'b', 'c'].map(store))).toEqual(['a stored', 'b stored', 'c stored'])
  expect(await store('d')).toBe('d stored')
  expect(groups).toEqual([['a', 'b', 'c'], ['d']])
})

test('what arrives during a commit waits for the next one, together', async () => {
  const groups: string[][] = []
  const meanwhile: Promise<string>[] = []
  const store = groupCommit<string, string>(
    async (items) => {
      groups.push(items)
      if (groups.length === 1) meanwhile.push(store('b'), store('c'))
      return items
    },
    { most: 10, seconds: 10 },
  )
  await store('a')
  await Promise.all(meanwhile)
  expect(groups).toEqual([['a'], ['b', 'c']])
})

test('no commit grows beyond the limit', async () => {
  const { groups, store } = recording(2)
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(store))
  expect(groups).toEqual([['a', 'b'], ['c', 'd'], ['e']])
})

test('a commit that fails is told to everybody in it, and the next goes on', async () => {
  const { store } = recording(10)
  const settled = await Promise.allSettled(['a', 'poison', 'b'].map(store))
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(await store('afterwards')).toBe('afterwards stored')
})

test('a commit that hangs costs each caller an error in time; what waited behind it is not stored, what comes later is', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const groups: string[][] = []
    const hang = Promise.withResolvers<void>()
    const store = groupCommit<string, string>(
      async (items) => {
        groups.push(items)
        if (groups.length === 1) await hang.promise
        return items
      },
      { most: 10, seconds: 8 },
    )
    const refused = (answer: Promise<string>) =>
      expect(answer).rejects.toMatchObject({ name: 'TimeoutError', message: expect.stringContaining('8 s') })
    const hanging = refused(store('hangs'))
    await vi.advanceTimersByTimeAsync(1000)
    const behind = refused(store('behind'))
    await vi.advanceTimersByTimeAsync(7000)
    await hanging
    await vi.advanceTimersByTimeAsync(1000)
    await behind
    const later = store('later')
    hang.resolve()
    expect(await later).toBe('later')
    expect(groups).toEqual([['hangs'], ['later']])
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
