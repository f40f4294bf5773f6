import fc from 'fast-check'
import { expect, test } from 'vitest'
import { follow, isTerminal, mayFollow, states } from '../../src/domain/deployment.ts'

test('an impossible step is a bug and says which', () => {
  expect(() => follow('succeeded', 'rolling')).toThrow('a deployment cannot go from succeeded to rolling')
})

test('entering a state again is how a step continues after a crash', () => {
  for (const state of states) expect(follow(state, state)).toBe(state)
})

test('from every state an end can be reached', () => {
  const reachesEnd = (from: (typeof states)[number], seen = new Set<string>()): boolean =>
    isTerminal(from) ||
    (!seen.has(from) && states.some((to) => to !== from && mayFollow(from, to) && reachesEnd(to, new Set([...seen, from]))))
  for (const state of states) expect([state, reachesEnd(state)]).toEqual([state, true])
})

test('no walk leaves an end, and hosts once switched are verified or returned, never merely failed', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...states), { maxLength: 30 }), (walk) => {
      let at: (typeof states)[number] = 'queued'
      let switched = false
      for (const to of walk) {
        if (!mayFollow(at, to)) continue
        expect(isTerminal(at) && to !== at).toBe(false)
        switched ||= at === 'rolling'
        at = to
        if (switched) expect(['failed', 'superseded', 'cancelled', 'rejected']).not.toContain(at)
      }
    }),
  )
})
