import { describe, expect, test } from 'vitest'
import { LeaseLost, type Store } from '../../../src/flow/ports.ts'
import type { Given } from './contract.ts'
import { asked, at, deployment, lease, plan, rollback, shop } from './records.ts'

const later = '2026-12-01T00:00:00.000Z'
const secrets = (values: Record<string, string>) => ({
  keys: Object.entries(values).map(([name, fingerprint]) => ({ name, fingerprint })),
  within: 60,
})

export function secretAgeContract(given: Given): void {
  describe('ages of secrets', () => {
    /** Lets a deployment of the environment succeed that brings these. */
    const bring = async (environment: string, values: Record<string, string>, finishedAt: string) => {
      const planned = plan({ environment, secretKeys: secrets(values) })
      const [made] = await asked(given.store, { environment, state: 'verifying', plan: planned })
      const held = await lease(given.store)
      if (!made) throw new Error('nothing was made')
      await given.store.deployments.advance(made.id, held, 'succeeded', { finishedAt })
      return { id: made.id, held }
    }
    const sinceOf = async (environment: string) =>
      (await given.other.secretAges.of('acme/shop', environment))?.keys.map(({ name, since }) => `${name} ${since}`)
    const dueOf = async (environment: string, store: Store = given.other) => {
      const [due] = (await store.secretAges.due(new Date(later))).filter((one) => one.environment === environment)
      return due
    }

    test('are kept with the success of a deployment, and nothing is counted twice', async () => {
      const { id, held } = await bring('aging', { A: 'a', B: 'b' }, at)
      expect(await sinceOf('aging')).toEqual([`A ${at}`, `B ${at}`])
      await given.store.deployments.advance(id, held, 'succeeded', { finishedAt: later })
      await bring('aging', { A: 'a', C: 'c' }, later)
      expect(await sinceOf('aging')).toEqual([`A ${at}`, `C ${later}`])
      expect(await given.other.secretAges.of('acme/shop', 'aging')).toMatchObject({
        project: 'shop',
        within: 60,
        notify: ['slack:deploys'],
      })
    })

    test('are not made for environments without secrets, and those that lost theirs have none', async () => {
      await bring('bare', {}, at)
      expect(await sinceOf('bare')).toBeUndefined()
      await bring('emptied', { A: 'a' }, at)
      await bring('emptied', {}, later)
      expect(await sinceOf('emptied')).toEqual([])
    })

    test('rest until their time once they were looked at, with what is said of them', async () => {
      await bring('looked', { A: 'a' }, at)
      const due = await dueOf('looked')
      if (!due) throw new Error('it is not due')
      const held = await lease(given.store)
      const report = { subject: 'secrets:acme/shop#looked', surface: 'slack:deploys' }
      await given.store.secretAges.looked(due, held, { next: Date.parse(later) + 1, reminded: at, wanted: [report] })
      expect(await dueOf('looked')).toBeUndefined()
      expect(await given.other.reports.due(1000)).toContainEqual(expect.objectContaining(report))
      await bring('looked', { A: 'a' }, later)
      expect(await dueOf('looked')).toMatchObject({ reminded: at })
    })

    test('that a deployment wrote meanwhile stay due, and nothing is said', async () => {
      await bring('overtaken', { A: 'a' }, at)
      const due = await dueOf('overtaken')
      if (!due) throw new Error('it is not due')
      await bring('overtaken', { A: 'b' }, later)
      const report = { subject: 'secrets:acme/shop#overtaken', surface: 'slack:deploys' }
      await given.store.secretAges.looked(due, await lease(given.store), { reminded: at, wanted: [report] })
      expect(await dueOf('overtaken')).not.toHaveProperty('reminded')
      expect(await given.other.reports.due(1000)).not.toContainEqual(expect.objectContaining(report))
    })

    test('are left alone by whoever lost the lease', async () => {
      await bring('lost', { A: 'a' }, at)
      const due = await dueOf('lost')
      if (!due) throw new Error('it is not due')
      const held = await lease(given.store)
      await given.store.leases.release(held)
      await given.other.leases.claim(held.subject, 'two', 30)
      await expect(given.store.secretAges.looked(due, held, { wanted: [] })).rejects.toBeInstanceOf(LeaseLost)
      expect(await dueOf('lost')).toEqual(due)
    })

    test('that cannot be read hold up neither the others nor a deployment, and begin anew', async () => {
      await bring('broken', { A: 'a' }, at)
      await bring('sound', { A: 'a' }, at)
      await given.tamper(`update secret_ages set ages = '{}' where environment = 'broken'`)
      expect(await sinceOf('broken')).toBeUndefined()
      expect([await dueOf('broken', given.store), (await dueOf('sound', given.store))?.environment]).toEqual([undefined, 'sound'])
      await bring('broken', { A: 'a' }, later)
      expect(await sinceOf('broken')).toEqual([`A ${later}`])
    })

    test('are rebuilt from the deployments that hosts remember', async () => {
      const { id, key } = rollback()
      const intent = { id, key, kind: 'recovery', repository: shop, actor: 'landfall', delivery: key, receivedAt: at } as const
      const remembered = (generation: number, values: Record<string, string>, finishedAt: string, state: 'succeeded' | 'rolled-back') =>
        deployment({
          ...{ intent: id, environment: 'rebuilt', state, startedAt: finishedAt, finishedAt },
          plan: plan({ environment: 'rebuilt', generation, secretKeys: secrets(values) }),
        })
      const added = [
        remembered(1, { A: 'a', B: 'a' }, at, 'succeeded'),
        remembered(2, { A: 'x' }, later, 'rolled-back'),
        remembered(3, { A: 'a', B: 'b' }, later, 'succeeded'),
      ]
      const change = { repository: 'acme/shop', environment: 'rebuilt', lease: 'environment:acme/shop/rebuilt' }
      await given.store.recovery.apply({ ...change, ended: [], added, intent, receipts: [], reports: [] })
      expect(await sinceOf('rebuilt')).toEqual([`A ${at}`, `B ${later}`])
    })
  })
}
