import { afterAll, expect, test } from 'vitest'
import { inject, inTurn } from './fault.ts'
import { faults, openRows, rows } from './list.ts'
import { townsOf } from './towns.ts'

const towns = townsOf()
afterAll(() => towns.close())

test.each(inTurn(faults))('$row: $injected', { timeout: 180_000 }, async (fault) => {
  expect(await inject(fault, towns)).toEqual({ kind: 'survived', outcome: expect.stringMatching(/./) })
})

test('all that Landfall asked of GitHub meanwhile is as its API is described', () => {
  towns.assertFaithful()
})

test('every row of the list of faults is injected or said to be open', () => {
  const named = [...faults, ...openRows].map(({ row }) => row)
  expect(new Set(named)).toEqual(new Set(Array.from({ length: rows }, (_, index) => `F${index + 1}`)))
})
