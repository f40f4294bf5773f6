import { expect, test } from 'vitest'
import type { PullPlan } from '../../../src/domain/pull-plan.ts'
import { problemsReason, reason } from '../../../src/domain/reason.ts'
import type { Given } from './contract.ts'
import { at, commit, draft, shop } from './records.ts'

export function pullPlanContract(given: Given): void {
  const computed = (changes: Partial<PullPlan> = {}): PullPlan => ({
    repository: shop,
    number: 12,
    head: commit('a'),
    base: 'main',
    merged: commit('b'),
    fork: false,
    at,
    environments: [
      { kind: 'nothing', environment: 'docs', why: 'only ignored files change' },
      {
        kind: 'refused',
        environment: 'staging',
        reason: problemsReason('compose-invalid', [{ file: 'compose.yml', line: 3, what: 'unknown key', remedy: 'Remove it' }]),
      },
      {
        kind: 'planned',
        environment: 'production',
        draft: draft(),
        unbuilt: ['ghcr.io/acme/shop'],
        before: { revision: commit('c'), compose: 'services: {}\n' },
        closed: [reason('locked', { environment: 'production', person: 'lisa' })],
      },
    ],
    ...changes,
  })
  test('the plan of a pull request comes back as it was computed, the newest in place of those before', async () => {
    expect(await given.store.pullPlans.of('acme/shop', 12)).toBeUndefined()
    await given.store.pullPlans.keep(computed())
    expect(await given.other.pullPlans.of('acme/shop', 12)).toEqual(computed())
    const { merged: _, ...newer } = computed({ head: commit('d'), fork: true, environments: [] })
    await given.other.pullPlans.keep(newer)
    expect(await given.store.pullPlans.of('acme/shop', 12)).toEqual(newer)
    expect(await given.store.pullPlans.of('acme/shop', 13)).toBeUndefined()
    expect(await given.store.pullPlans.of('acme/other', 12)).toBeUndefined()
  })

  test('what shows it is wanted with it, or not at all', async () => {
    const key = { subject: 'pull:acme/shop#22', surface: 'plan-check' }
    const due = async () => (await given.other.reports.due(1000)).filter(({ subject }) => subject === key.subject)
    await expect(given.store.pullPlans.keep(computed({ number: 22, head: 'main' }), [key])).rejects.toThrow('not a full commit id')
    expect(await given.store.pullPlans.of('acme/shop', 22)).toBeUndefined()
    expect(await due()).toEqual([])
    await given.store.pullPlans.keep(computed({ number: 22 }), [key])
    expect(await due()).toMatchObject([key])
  })
}
