import { describe, expect, test } from 'vitest'
import { asJson, asTable } from './figures.ts'
import { coveredBy, figureOf, ratioOf } from './statistics.ts'

test.each([
  ['one run', [3], { median: 3, min: 3, max: 3, runs: 1 }],
  ['an odd number of runs, in any order', [9, 1, 2], { median: 2, min: 1, max: 9, runs: 3 }],
  ['an even number of runs', [4, 1, 2, 100], { median: 3, min: 1, max: 100, runs: 4 }],
])('a figure sums up %s', (_what, runs, figure) => expect(figureOf(runs)).toEqual(figure))

test('no run is no figure', () => expect(() => figureOf([])).toThrow('at least one run'))

describe('a ratio', () => {
  test('is taken pair by pair, so that a slow minute of the machine counts for both sides', () => {
    expect(ratioOf([1, 10, 1], [2, 20, 2])).toEqual({ median: 0.5, min: 0.5, max: 0.5, runs: 3 })
  })

  test('of runs that are no pairs is refused', () => expect(() => ratioOf([1, 2], [1])).toThrow('cannot be paired'))
})

test.each([
  ['nothing', [], 0],
  ['one span', [{ from: 10, to: 30 }], 20],
  ['spans side by side once', [{ from: 10, to: 30 }, { from: 12, to: 20 }, { from: 25, to: 40 }], 30], // biome-ignore format: a row of a table
  ['spans apart, in any order', [{ from: 70, to: 80 }, { from: 10, to: 20 }], 20], // biome-ignore format: a row of a table
  ['only what lies between the two moments', [{ from: -50, to: 5 }, { from: 90, to: 500 }], 15], // biome-ignore format: a row of a table
])('time covered by %s', (_what, spans, covered) => expect(coveredBy(spans, 0, 100)).toBe(covered))

test('standard output under --json is one object with figures by name', () => {
  const said: unknown = JSON.parse(asJson({ idle_rss_mib: 101.5, deploy_vs_script: figureOf([0.4, 0.5]) }))
  expect(said).toEqual({ figures: { idle_rss_mib: 101.5, deploy_vs_script: { median: 0.45, min: 0.4, max: 0.5, runs: 2 } } })
})

test('the table says of each aim whether it is met', () => {
  const lines = asTable({ fast: figureOf([0.4]), slow: 2, other: 3 }, { fast: 0.5, slow: 1 }).split('\n')
  expect(lines.map((line) => line.split(/\s{2,}/))).toEqual([
    ['figure', 'median', 'min', 'max', 'runs', 'aim'],
    ['fast', '0.4', '0.4', '0.4', '1', '0.5 met'],
    ['slow', '2', '2', '2', '1', '1 not met'],
    ['other', '3', '3', '3', '1'],
  ])
})
