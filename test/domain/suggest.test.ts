import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slipsBetween, suggest } from '../../src/domain/suggest.ts'

test.each([
  ['rollback', 'rollback', 0],
  ['rolback', 'rollback', 1],
  ['rollbacks', 'rollback', 1],
  ['rollbock', 'rollback', 1],
  ['rollabck', 'rollback', 1],
  ['olrlbcak', 'rollback', 3],
  ['', 'ab', 2],
  ['prod', 'production', 3],
])('%s is %s with %i slips', (from, to, slips) => expect(slipsBetween(from, to)).toBe(slips))

test('who is near to whom does not depend on the direction', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 })
  fc.assert(fc.property(word, word, (one, other) => slipsBetween(one, other) === slipsBetween(other, one)))
})

test.each<[written: string, meant: string | undefined]>([
  ['stagign', 'staging'],
  ['prodcution', 'production'],
  ['wbe', 'web'],
  ['wob2', undefined],
  ['elsewhere', undefined],
])('%s means %s', (written, meant) => expect(suggest(written, ['staging', 'production', 'web'])).toBe(meant))
