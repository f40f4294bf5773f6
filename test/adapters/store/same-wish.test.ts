import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PushIntent } from '../../../src/domain/intent.ts'
import type { Store } from '../../../src/flow/ports.ts'
import { openDatabase, type TestDatabase } from '../../support/database.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { commit, push } from './records.ts'

let database: TestDatabase
let store: Store
beforeAll(async () => {
  database = await openDatabase(new ManualClock())
  store = database.store
})
afterAll(() => database.close())

/** A branch that really moved: commit `to` contains every commit with a lower number. */
interface Move {
  from: number
  to: number
  delivery: string
}

/** One telling of a move: under its own delivery id or another one; by the push, or by a merge that says less. */
interface Telling {
  move: Move
  by: 'itself' | 'copy' | 'merge'
}

/** Commit 0 is there from the beginning; 40 zeros are no commit, but mean that the branch is new. */
const commitOf = (number: number): string => commit(`${number + 1}`.slice(-1).replace('0', 'f'))

/** The moves of a branch from commit 0 over these commits. */
function movesOver(commits: readonly number[]): Move[] {
  const from = [0, ...commits]
  return commits.flatMap((to, index) => (to === from[index] ? [] : [{ from: from[index] ?? 0, to, delivery: randomUUID() }]))
}

let repositories = 0

/** A repository of its own for each run, with one branch. */
function newBranch() {
  repositories += 1
  const repository = { owner: 'acme', name: `run-${repositories}`, installation: 7 }
  const intent = (changes: Partial<PushIntent> & { withoutBefore?: true }) => push({ id: randomUUID(), repository, ...changes })
  const told = ({ move, by }: Telling): PushIntent =>
    intent({
      before: commitOf(move.from),
      after: commitOf(move.to),
      delivery: by === 'itself' ? move.delivery : randomUUID(),
      ...(by === 'merge' && { withoutBefore: true }),
      ...(by !== 'merge' && move.to < move.from && { forced: true }),
    })
  return {
    intent,
    told,
    tell: (telling: Telling) => store.intents.accept(told(telling)),
    /** Moves that are stored, as `before-after`, in the order of storing. */
    async stored(): Promise<string[]> {
      const ids = await store.intents.open(`acme/${repository.name}`)
      const intents = await Promise.all(ids.map((id) => store.intents.read(id)))
      return intents.map((one) => (one?.kind === 'push' ? `${one.before?.[0] ?? '?'}-${one.after[0]}` : ''))
    },
  }
}

const name = ({ from, to }: Move): string => `${commitOf(from)[0]}-${commitOf(to)[0]}`

/** Answers to tellings that arrive in groups, each group at once. */
async function inGroups<T, Answer>(all: readonly T[], sizes: readonly number[], tell: (one: T) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let from = 0, group = 0; from < all.length; group += 1) {
    const size = sizes[group % sizes.length] ?? 1
    answers.push(...(await Promise.all(all.slice(from, from + size).map(tell))))
    from += size
  }
  return answers
}

const by = fc.constantFrom('itself' as const, 'copy' as const, 'merge' as const)
const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 })
const anyCommits = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 8 })

test('while a branch is never moved back, each move is stored once, told in any order, any number of times, under any ids', async () => {
  const tellings = fc.array(fc.record({ index: fc.nat(8), by }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9 }), tellings, sizes, fc.infiniteStream(fc.nat()), async (length, more, groups, order) => {
      const moves = movesOver(Array.from({ length }, (_, index) => index + 1))
      const branch = newBranch()
      const all: Telling[] = [
        ...moves.map((move) => ({ move, by: 'itself' as const })),
        ...more.flatMap(({ index, by }) => (moves[index] ? [{ move: moves[index], by }] : [])),
      ]
      const shuffled = all
        .map((telling) => ({ telling, place: order.next().value ?? 0 }))
        .sort((one, other) => one.place - other.place)
        .map(({ telling }) => telling)
      await inGroups(shuffled, groups, branch.tell)
      expect((await branch.stored()).toSorted()).toEqual(moves.map(name))
    }),
    { numRuns: 30 },
  )
})

test('told in order, each move is stored once, and no copy of it, until the branch is back where it left from', async () => {
  const copies = fc.array(fc.record({ after: fc.nat(8), of: fc.nat(8), by }), { maxLength: 15 })
  await fc.assert(
    fc.asyncProperty(anyCommits, copies, sizes, async (commits, again, groups) => {
      const moves = movesOver(commits)
      const tellings = moves.flatMap((move, index): Telling[] => {
        const until = moves.slice(0, index + 1)
        const apart = again.flatMap(({ after, of, by }): Telling[] => {
          const copied = after === index ? until[of] : undefined
          if (!copied) return []
          const since = until.slice(until.findLastIndex((one) => name(one) === name(copied)))
          return by === 'copy' && since.some(({ to }) => to === copied.from) ? [] : [{ move: copied, by }]
        })
        return [{ move, by: 'itself' }, ...apart]
      })
      const branch = newBranch()
      await inGroups(tellings, groups, branch.tell)
      expect(await branch.stored()).toEqual(moves.map(name))
    }),
    { numRuns: 60 },
  )
})

test('told in any order under their own ids, no move is stored more often than it was made, and none of a kind is missing', async () => {
  await fc.assert(
    fc.asyncProperty(anyCommits, fc.array(fc.nat(20), { maxLength: 12 }), sizes, async (commits, picks, groups) => {
      const moves = movesOver(commits)
      const tellings = [...picks.flatMap((pick) => moves[pick % (moves.length || 1)] ?? []), ...moves.toReversed()]
      const branch = newBranch()
      await inGroups(tellings, groups, (move) => branch.tell({ move, by: 'itself' }))
      const made = Object.groupBy(moves.map(name), (move) => move)
      const kept = Object.groupBy(await branch.stored(), (move) => move)
      expect(Object.keys(kept).toSorted()).toEqual(Object.keys(made).toSorted())
      for (const move in kept) expect(kept[move]?.length).toBeLessThanOrEqual(made[move]?.length ?? 0)
    }),
    { numRuns: 30 },
  )
})

test('a head that is found is a wish unless the branch was last told to be there, and its push, told later, is the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyCommits, fc.nat(8), sizes, async (commits, lost, groups) => {
      const moves = movesOver(commits)
      const told = moves.slice(0, Math.max(0, moves.length - lost))
      const branch = newBranch()
      await inGroups(told, groups, (move) => branch.tell({ move, by: 'itself' }))
      const [seen, last] = [told.at(-1), moves.at(-1)]
      if (!last) return
      const find = () => store.intents.accept(branch.intent({ found: true, before: commitOf(seen?.to ?? 0), after: commitOf(last.to) }))
      expect(await find()).toBe(seen?.to === last.to ? 'known' : 'accepted')
      expect(await find()).toBe('known')
      if (seen?.to === last.to) return
      // Only the last of the lost pushes says how the branch got where it was found.
      expect(await branch.tell({ move: last, by: 'itself' })).toBe('known')
      expect((await branch.stored()).at(-1)).toBe(name(last))
    }),
    { numRuns: 30 },
  )
})

const A = commit('a')
const B = commit('b')
const C = commit('c')
const nowhere = commit('0')
const forced = true as const
const found = true as const

test.each<[what: string, tellings: [changes: Partial<PushIntent> & { withoutBefore?: true }, answer: 'accepted' | 'known'][]]>([
  [
    'a force-push back and forth',
    [
      [{ before: A, after: B }, 'accepted'],
      [{ before: B, after: A, forced }, 'accepted'],
      [{ before: A, after: B }, 'accepted'],
      [{ before: B, after: A, forced }, 'accepted'],
    ],
  ],
  [
    'two quick merges, the pushes told before the pull requests',
    [
      [{ before: nowhere, after: A }, 'accepted'],
      [{ before: A, after: B }, 'accepted'],
      [{ after: A, withoutBefore: true }, 'known'],
      [{ after: B, withoutBefore: true }, 'known'],
    ],
  ],
  [
    'two quick merges, the pull requests told before the pushes',
    [
      [{ after: A, withoutBefore: true }, 'accepted'],
      [{ after: B, withoutBefore: true }, 'accepted'],
      [{ before: A, after: B }, 'known'],
      [{ before: C, after: A }, 'known'],
    ],
  ],
  [
    'a find after two lost pushes, which are delivered at last: the forced one must not deploy again what was found',
    [
      [{ before: A, after: C, found }, 'accepted'],
      [{ before: A, after: B }, 'accepted'],
      [{ before: B, after: C, forced }, 'known'],
    ],
  ],
  [
    'a branch moved back unheard, found there, and moved forth again',
    [
      [{ before: A, after: B }, 'accepted'],
      [{ before: B, after: A, found }, 'accepted'],
      [{ before: A, after: B }, 'accepted'],
    ],
  ],
  [
    'a branch moved back and forth unheard, found both times',
    [
      [{ before: A, after: B }, 'accepted'],
      [{ before: B, after: A, found }, 'accepted'],
      [{ before: A, after: B, found }, 'accepted'],
    ],
  ],
  [
    'a branch that was deleted and made again',
    [
      [{ before: nowhere, after: A }, 'accepted'],
      [{ before: nowhere, after: A }, 'known'],
      [{ before: A, after: B }, 'accepted'],
      [{ before: nowhere, after: A }, 'accepted'],
      [{ before: A, after: B }, 'accepted'],
    ],
  ],
  [
    'a copy of a move the branch is about to make again: it cannot be told from the move, and the move not from it',
    [
      [{ before: A, after: B }, 'accepted'],
      [{ before: B, after: A, forced }, 'accepted'],
      [{ before: A, after: B }, 'accepted'],
      [{ before: A, after: B }, 'known'],
    ],
  ],
  [
    'one delivery id on different content, which only a forger sends: the id counts for nothing',
    [
      [{ before: A, after: B, delivery: 'same' }, 'accepted'],
      [{ before: B, after: C, delivery: 'same' }, 'accepted'],
    ],
  ],
])('%s', async (_what, tellings) => {
  const branch = newBranch()
  const answers: [unknown, string][] = []
  for (const [changes] of tellings)
    answers.push([changes, await store.intents.accept(branch.intent({ delivery: randomUUID(), ...changes }))])
  expect(answers).toEqual(tellings)
})

test('a head that is found again after it was gathered is looked at again', async () => {
  const branch = newBranch()
  const find = branch.intent({ before: A, after: B, found })
  expect(await store.intents.accept(find)).toBe('accepted')
  await store.intents.settle(find.id, { kind: 'nothing-to-do', why: 'GitHub did not show it yet' }, [])
  expect(await store.intents.accept(branch.intent({ before: A, after: B, found }))).toBe('accepted')
  expect(await store.intents.accept(branch.intent({ before: A, after: B, found }))).toBe('known')
})

test('a delivery made again under its id is known for ever, whatever happened since and however it was known before', async () => {
  const branch = newBranch()
  const [first, copy, back] = [
    branch.intent({ before: A, after: B, delivery: randomUUID() }),
    branch.intent({ before: A, after: B, delivery: randomUUID() }),
    branch.intent({ before: B, after: A, forced, delivery: randomUUID() }),
  ]
  const answers = []
  for (const telling of [first, copy, back, copy, first, copy]) {
    answers.push(await store.intents.accept({ ...telling, id: randomUUID() }))
  }
  expect(answers).toEqual(['accepted', 'known', 'accepted', 'known', 'known', 'known'])
})
