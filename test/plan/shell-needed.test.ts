import { expect, test } from 'vitest'
import { shellNeeded } from '../../src/plan/shell-needed.ts'
import { plan, service } from '../support/builders.ts'

const asked = { command: ['true'], smoke: [], within: 60, soak: 10 }

test('a plan needs what knows all of it, and says which part of it does', () => {
  expect(shellNeeded(plan())).toBeUndefined()
  expect(shellNeeded(plan({ services: [service(), service({ name: 'worker', verify: asked })] }))).toEqual({
    version: 4,
    why: '`command` of worker',
  })
})

test('what is not started needs nothing', () =>
  expect(shellNeeded(plan({ services: [service({ replicas: 0, verify: asked })] }))).toBeUndefined())
