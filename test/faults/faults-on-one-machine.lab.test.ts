import { afterAll, expect, test } from 'vitest'
import { inject, profileOf } from './fault.ts'
import { faults } from './list.ts'
import { townsOf } from './towns.ts'

const towns = townsOf()
afterAll(() => towns.close())

const here = faults.filter((fault) => profileOf(fault) === 'one machine')

test.each(here)('$row: $injected', { timeout: 180_000 }, async (fault) => {
  expect(await inject(fault, towns)).toEqual({ kind: 'survived', outcome: expect.stringMatching(/./) })
})

test('all that Landfall asked of GitHub meanwhile is as its API is described', () => {
  towns.assertFaithful()
})
