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
        variables: [{ name: 'GREETING', change: 'added' }],
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

  test('what plans were computed for is told by number; what is over or old is forgotten', async () => {
    const plans = given.store.pullPlans
    const numbers = [31, 32, 33]
    expect(await plans.sidesOf('acme/shop', numbers)).toEqual(new Map())
    for (const number of numbers) await plans.keep(computed({ number, base: `base-${number}` }))
    expect(await plans.sidesOf('acme/shop', [])).toEqual(new Map())
    expect(await given.other.pullPlans.sidesOf('acme/shop', [31, 33, 34])).toEqual(
      new Map([
        [31, { head: commit('a'), base: 'base-31' }],
        [33, { head: commit('a'), base: 'base-33' }],
      ]),
    )
    await given.other.pullPlans.forget('acme/shop', 31)
    await given.tamper('update pull_plans set kept = kept - 7862400000 where number = 32')
    await plans.keep(computed({ number: 33, head: commit('e') }))
    expect(await plans.sidesOf('acme/shop', numbers)).toEqual(new Map([[33, { head: commit('e'), base: 'main' }]]))
    expect(await plans.of('acme/shop', 32)).toBeUndefined()
  })

  test('a plan that is wanted is due for every process until it was computed, put off, or wanted anew', async () => {
    const [one, two] = [given.store.wantedPlans, given.other.wantedPlans]
    const wanting = { owner: 'acme', name: 'wanting', installation: 7 }
    expect(await one.dueOf('acme/wanting', 20)).toEqual([])
    for (const number of [3, 1, 2]) await one.want(wanting, number)
    await two.want(wanting, 2, { asked: true })
    await two.want(wanting, 2)
    expect(await two.due()).toContain('acme/wanting')
    const wish = { repository: wanting, asked: false, version: 1, tries: 0 }
    const due = await two.dueOf('acme/wanting', 20)
    expect(due.toSorted((a, b) => a.number - b.number)).toEqual([
      { ...wish, number: 1 },
      { ...wish, number: 2, asked: true, version: 3 },
      { ...wish, number: 3 },
    ])
    expect(await one.dueOf('acme/wanting', 2)).toHaveLength(2)

    await one.done({ ...wish, number: 2, asked: true, version: 2 })
    await one.putOff({ ...wish, number: 2, asked: true, version: 2 }, 3600)
    expect(await one.dueOf('acme/wanting', 20)).toHaveLength(3)
    await one.done({ ...wish, number: 1 })
    await one.putOff({ ...wish, number: 2, version: 3 }, 3600)
    await one.putOff({ ...wish, number: 3 }, 3600)
    expect([await two.dueOf('acme/wanting', 20), (await two.numbersOf('acme/wanting')).toSorted()]).toEqual([[], [2, 3]])
    expect(await two.due()).not.toContain('acme/wanting')
    await given.tamper('update wanted_plans set due = 0 where number = 2')
    expect(await one.dueOf('acme/wanting', 20)).toEqual([{ ...wish, number: 2, version: 3, tries: 1 }])
    await two.want({ ...wanting, installation: 8 }, 3)
    expect(await one.dueOf('acme/wanting', 20)).toContainEqual({
      ...wish,
      repository: { ...wanting, installation: 8 },
      number: 3,
      version: 2,
    })
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
