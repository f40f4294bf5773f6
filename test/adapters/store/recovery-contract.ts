import { expect, test } from 'vitest'
import type { Deployment } from '../../../src/domain/deployment.ts'
import type { RecoveryIntent } from '../../../src/domain/intent.ts'
import { reason } from '../../../src/domain/reason.ts'
import { LeaseLost, type RecoveryChange } from '../../../src/flow/ports.ts'
import { planFile } from '../../../src/host/plan-file.ts'
import type { Given } from './contract.ts'
import { asked, at, commit, deployment, lease, plan, receipt, rollback, shop } from './records.ts'

export function recoveryContract(given: Given): void {
  const change = (environment: string, more: Partial<RecoveryChange> = {}): RecoveryChange => ({
    ...{ repository: 'acme/shop', environment, lease: `environment:acme/shop/${environment}` },
    ...{ ended: [], added: [], receipts: [], reports: [] },
    ...more,
  })

  /** Deployments as hosts remember them, and the intent that stands for theirs. */
  function learnt(environment: string, ...generations: number[]): { intent: RecoveryIntent; added: Deployment[] } {
    const { id, key } = rollback()
    const intent = { id, key, kind: 'recovery', repository: shop, actor: 'landfall', delivery: key, receivedAt: at } as const
    const added = generations.map((generation) =>
      deployment({
        ...{ intent: id, environment, state: 'succeeded', revision: commit('a'), startedAt: at, finishedAt: at },
        plan: plan({ environment, generation }),
      }),
    )
    return { intent, added }
  }

  test('generations go on from what hosts have seen, and never go back', async () => {
    const { recovery, environments } = given.store
    await recovery.apply(change('raised', { generation: 7 }))
    expect(await given.other.environments.generation('acme/shop', 'raised')).toBe(7)
    await recovery.apply(change('raised', { generation: 5 }))
    expect(await environments.nextGeneration('acme/shop', 'raised')).toBe(8)
  })

  test('deployments that hosts remember are there again in their order, with an intent that nobody gathers', async () => {
    const { intent, added } = learnt('learnt', 4, 5)
    const [first, second] = added
    if (!first || !second) throw new Error('two were made')
    const proof = receipt(second, { generation: 5, environment: 'learnt' })
    const reports = [{ subject: `deployment:${second.id}`, surface: 'status' }]
    await given.store.recovery.apply(change('learnt', { intent, added, receipts: [proof], reports }))
    expect(await given.other.deployments.ofEnvironment('acme/shop', 'learnt', 10)).toEqual([second, first])
    expect(await given.other.deployments.ofGeneration('acme/shop', 'learnt', 4)).toEqual(first)
    expect(await given.other.recovery.planned('acme/shop', 'learnt')).toEqual(
      new Map([
        [4, first.id],
        [5, second.id],
      ]),
    )
    expect(await given.other.receipts.of(second.id)).toEqual(proof)
    expect(await given.other.reports.due(1000)).toContainEqual(expect.objectContaining({ ...reports[0], begun: true }))
    expect(await given.other.intents.open('acme/shop')).not.toContain(intent.id)
    expect(await given.other.intents.read(intent.id)).toBeUndefined()
    expect(await given.other.intents.outcome(intent.id)).toEqual({ kind: 'deployments', ids: [first.id, second.id] })
  })

  test('learning the same again changes nothing', async () => {
    const { intent, added } = learnt('again', 1)
    const again = learnt('again')
    await given.store.recovery.apply(change('again', { intent, added }))
    await given.other.recovery.apply(change('again', { intent: again.intent, added }))
    expect(await given.store.deployments.ofEnvironment('acme/shop', 'again', 10)).toEqual(added)
    expect(await given.store.intents.outcome(again.intent.id)).toBeUndefined()
  })

  test('a deployment under way in the copy ends as hosts show it, and whoever works on it loses it', async () => {
    const [queued, ended] = await asked(given.store, { environment: 'ended' }, { environment: 'ended' })
    const held = await lease(given.store, 'environment:acme/shop/ended')
    await given.store.deployments.advance(ended?.id ?? '', held, 'cancelled')
    const patch = { plan: plan({ environment: 'ended', generation: 2 }), revision: commit('a'), finishedAt: at }
    const why = { reason: reason('database-restored', { generation: '9' }), finishedAt: at }
    await given.other.recovery.apply(
      change('ended', {
        ended: [
          { id: queued?.id ?? '', state: 'succeeded', patch },
          { id: ended?.id ?? '', state: 'superseded', patch: why },
        ],
      }),
    )
    expect(await given.store.deployments.read(queued?.id ?? '')).toEqual({ ...queued, ...patch, state: 'succeeded' })
    expect((await given.store.deployments.read(ended?.id ?? ''))?.state).toBe('cancelled')
    await expect(given.store.deployments.advance(queued?.id ?? '', held, 'planned')).rejects.toBeInstanceOf(LeaseLost)
    expect((await given.other.leases.claim(held.subject, 'next', 60))?.number).toBeGreaterThan(held.number + 1)
  })

  test('a lease goes on above the turn that hosts have heard', async () => {
    const held = await lease(given.store, 'environment:acme/shop/turns')
    expect(await given.other.recovery.turn(held.subject)).toBe(held.number)
    expect(await given.other.recovery.turn('environment:acme/shop/nobody')).toBe(0)
    await given.other.recovery.apply(change('turns', { turn: 57 }))
    expect((await given.store.leases.claim(held.subject, 'next', 60))?.number).toBeGreaterThan(57)
  })

  test('plans and receipts are read as hosts keep them, and not where another version wrote them', () => {
    const { readPlan, readReceipt } = given.store.recovery
    const proof = receipt(deployment())
    expect(readPlan(planFile(plan()))).toEqual(plan())
    expect(readReceipt(`${JSON.stringify(proof)}\n`)).toEqual(proof)
    expect([readPlan('no JSON'), readPlan('{"format":2}'), readReceipt('{"proved":true}')]).toEqual([undefined, undefined, undefined])
  })
}
