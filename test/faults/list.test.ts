import { expect, test } from 'vitest'
import { faults, openRows, rows } from './list.ts'

test('every row of the list of faults is injected or said to be open', () => {
  const named = [...faults, ...openRows].map(({ row }) => row)
  expect(new Set(named)).toEqual(new Set(Array.from({ length: rows }, (_, index) => `F${index + 1}`)))
})
