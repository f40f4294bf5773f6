import { expect, test } from 'vitest'
import { interpolate, parseTemplate, unset } from '../../src/plan/template.ts'

const nested = (depth: number) => `${'${X:-'.repeat(depth)}x${'}'.repeat(depth)}`
const nothing = new Map<string, string>()

test('defaults inside defaults are read, as deep as anybody writes them', () => {
  expect(interpolate(nested(50), nothing)).toBe('x')
})

test('a file of nothing but defaults inside defaults is refused, quickly', () => {
  const bomb = nested(100_000)
  const start = performance.now()
  expect(parseTemplate(bomb)).toEqual([{ kind: 'malformed', text: bomb, at: 0 }])
  expect(interpolate(bomb, nothing)).toBe(bomb)
  expect(unset(bomb, nothing)).toEqual([])
  expect(performance.now() - start).toBeLessThan(500)
})
