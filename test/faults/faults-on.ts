import { afterAll, expect, test } from 'vitest'
import { inject, profileOf } from './fault.ts'
import { faults } from './list.ts'
import { type Profile, townsOf } from './towns.ts'

/** One test for each fault that a Landfall of this profile suffers. A file for each profile, so that they are injected side by side. */
export function faultsOn(profile: Profile): void {
  const towns = townsOf()
  afterAll(() => towns.close())

  const here = faults.filter((fault) => profileOf(fault) === profile)

  test.each(here)('$row: $injected', { timeout: 180_000 }, async (fault) => {
    expect(await inject(fault, towns)).toEqual({ kind: 'survived', outcome: expect.stringMatching(/./) })
  })

  test('all that Landfall asked of GitHub meanwhile is as its API is described', () => {
    towns.assertFaithful()
  })
}
