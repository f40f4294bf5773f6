import fc from 'fast-check'
import { expect, test } from 'vitest'
import { agesAfter } from '../../src/domain/secret-age.ts'
import { plan } from '../support/builders.ts'

const first = '2026-01-01T00:00:00Z'
const then = '2026-02-01T00:00:00Z'
/** A plan whose secrets have these values, which stand for their fingerprints. */
const bringing = (values: Record<string, string>) =>
  plan({ secretKeys: { keys: Object.entries(values).map(([name, fingerprint]) => ({ name, fingerprint })), within: 60 } })

test('a value that stays keeps its age, another is new, and what is gone is forgotten', () => {
  const before = agesAfter(undefined, bringing({ KEPT: 'a', CHANGED: 'a', GONE: 'a' }), first)
  const after = agesAfter(before, bringing({ KEPT: 'a', CHANGED: 'b', ADDED: 'a' }), then)
  expect(after?.keys.map(({ name, since }) => [name, since])).toEqual([
    ['KEPT', first],
    ['CHANGED', then],
    ['ADDED', then],
  ])
})

test('a plan that says nothing of secrets leaves everything as it was', () => {
  const { secretKeys: _, ...silent } = bringing({})
  const before = agesAfter(undefined, bringing({ A: 'a' }), first)
  expect(agesAfter(before, silent, then)).toEqual(before)
  expect(agesAfter(undefined, silent, then)).toBeUndefined()
})

test('told twice it is the same, whenever it is told again', () => {
  const values = fc.dictionary(fc.constantFrom('A', 'B', '__proto__'), fc.constantFrom('a', 'b'))
  fc.assert(
    fc.property(values, values, (one, other) => {
      const once = agesAfter(agesAfter(undefined, bringing(one), first), bringing(other), then)
      expect(agesAfter(once, bringing(other), '2026-03-01T00:00:00Z')).toEqual(once)
    }),
  )
})
