import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { states } from '../../src/domain/deployment.ts'
import { deploymentStatus, githubDeployment, retiredStatus } from '../../src/report/github-deployment.ts'
import { deployment, plan, sha } from '../support/builders.ts'
import { anyDeployment, links } from './hostile.ts'

test('says what comes and who brought it', () =>
  expect(githubDeployment(deployment({ id: 'd-1', subject: '🛒 Add carts' }))).toEqual({
    revision: sha('a'),
    environment: 'production',
    description: 'Add carts (mona)',
    production: true,
    transient: false,
    made: 'd-1',
  }))

test('says of a rollback where it goes', () =>
  expect(githubDeployment(deployment({ kind: 'rollback' }))?.description).toBe('Rollback to aaaaaaa by mona'))

test('waits for a rollback to know its commit', () => {
  const { revision: _, ...unplanned } = deployment({ kind: 'rollback' })
  expect(githubDeployment(unplanned)).toBeUndefined()
})

test.each([
  ['production', true],
  ['production-eu', true],
  ['prod', true],
  ['staging', false],
  ['products', false],
  ['preproduction', false],
])('%s counts as production: %s', (environment, production) =>
  expect(githubDeployment(deployment({ environment }))?.production).toBe(production),
)

test('every state has its phase', () =>
  expect(Object.fromEntries(states.map((state) => [state, deploymentStatus(deployment({ state }), links).state]))).toEqual({
    queued: 'queued',
    waiting: 'pending',
    planned: 'queued',
    pulling: 'in_progress',
    stepping: 'in_progress',
    rolling: 'in_progress',
    verifying: 'in_progress',
    paused: 'in_progress',
    succeeded: 'success',
    failed: 'failure',
    'rolling-back': 'in_progress',
    'rolled-back': 'failure',
    halted: 'error',
    superseded: 'inactive',
    cancelled: 'inactive',
    rejected: 'failure',
  }))

describe("the environment's address", () => {
  const site = plan({ url: 'https://shop.example.com' })
  test('is offered once it shows this deployment', () =>
    expect(deploymentStatus(deployment({ state: 'succeeded', plan: site }), links).environmentUrl).toBe('https://shop.example.com'))
  test('is not offered for what never arrived there', () =>
    expect(deploymentStatus(deployment({ state: 'rolled-back', plan: site }), links)).not.toHaveProperty('environmentUrl'))
})

test('a replaced deployment says by what', () =>
  expect(retiredStatus(deployment())).toEqual({ state: 'inactive', description: 'Replaced by aaaaaaa' }))

test('whatever the words, GitHub accepts them', () =>
  fc.assert(
    fc.property(anyDeployment, (any) =>
      [githubDeployment(any)?.description ?? '', deploymentStatus(any, links).description].every(
        (text) => text.length <= 140 && !/[\u{10000}-\u{10ffff}\p{Cc}]/u.test(text),
      ),
    ),
  ))
