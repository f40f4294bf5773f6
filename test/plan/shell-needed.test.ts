import { expect, test } from 'vitest'
import { shellNeeded } from '../../src/plan/shell-needed.ts'
import { plan } from '../support/builders.ts'

test('an ordinary plan is carried out by every version Landfall speaks to', () => expect(shellNeeded(plan())).toBeUndefined())
