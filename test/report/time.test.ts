import { expect, test } from 'vitest'
import { agoText, durationText, momentText, tookText } from '../../src/report/time.ts'

test.each([
  [-1, '0 s'],
  [0.04, '0 s'],
  [3.44, '3.4 s'],
  [9.96, '10 s'],
  [12.4, '12 s'],
  [59.6, '1 min'],
  [65, '1 min 5 s'],
  [3599.7, '1 h'],
  [7380, '2 h 3 min'],
])('%s seconds read as %s', (seconds, text) => expect(durationText(seconds)).toBe(text))

test('a deployment that touched no host took no time', () => expect(tookText({ finishedAt: '2026-11-21T10:00:00Z' })).toBeUndefined())

test('a moment is told in UTC', () => expect(momentText('2026-11-02T04:05:06.789Z')).toBe('2 Nov 2026, 04:05:06 UTC'))

test('what is no moment is shown as it is', () => expect(momentText('soon')).toBe('soon'))

test.each([
  [-5, '0 s ago'],
  [59.9, '59 s ago'],
  [60, '1 min ago'],
  [3599, '59 min ago'],
  [3600, '1 h ago'],
  [47 * 3600, '47 h ago'],
  [48 * 3600, '2 days ago'],
])('%s seconds ago read as %s', (seconds, text) => {
  const now = Date.parse('2026-11-21T10:00:00Z')
  expect(agoText(new Date(now - seconds * 1000).toISOString(), new Date(now).toISOString())).toBe(text)
})

test('ago of what is no moment is shown as it is', () => expect(agoText('soon', '2026-11-21T10:00:00Z')).toBe('soon'))
