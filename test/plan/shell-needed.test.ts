import { expect, test } from 'vitest'
import { shellNeeded } from '../../src/plan/shell-needed.ts'
import { plan } from '../support/builders.ts'

test('an ordinary plan is carried out by every version Landfall speaks to', () => expect(shellNeeded(plan())).toBeUndefined())

test('one that puts files where services mount them takes version 5', () =>
  expect(shellNeeded(plan({ synced: [] }))).toEqual({ version: 5, why: '`files`' }))
