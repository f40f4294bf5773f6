import { expect, test } from 'vitest'
import { absentOrForbidden, orUndefined } from '../../../src/adapters/github/absent.ts'
import { httpError } from '../../support/fake-github.ts'

const readable = [404] as const

test.each([
  ['there is no such thing', httpError(404), readable],
  ['there is none, and who may not look sees none either', httpError(404), absentOrForbidden],
  ['the App may not look', httpError(403), absentOrForbidden],
])('absent: %s', async (_why, error, absent) => {
  expect(await orUndefined(() => Promise.reject(error), absent)).toBeUndefined()
})

test.each([
  ['a right that the App must have', httpError(403), readable],
  ['a secondary limit', httpError(403, { 'retry-after': '60' }), absentOrForbidden],
  ['the hourly limit', httpError(403, { 'x-ratelimit-remaining': '0' }), absentOrForbidden],
  ["GitHub's own trouble", httpError(502), absentOrForbidden],
  ['no connection', new Error('ECONNRESET'), absentOrForbidden],
])('no answer at all: %s', async (_why, error, absent) => {
  await expect(orUndefined(() => Promise.reject(error), absent)).rejects.toBe(error)
})
