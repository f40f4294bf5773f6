import { expect, test } from 'vitest'
import type { Verdict } from '../../../src/domain/gate.ts'
import type { Effects, NewLock } from '../../../src/flow/ports.ts'
import type { Given } from './contract.ts'
import { asked, at, commit, lease, plan, rollback } from './records.ts'

export function gateContract(given: Given): void {
  const nothing = { kind: 'nothing-to-do', why: 'a test' } as const
  /** Settles a command of its own with these changes. */
  const change = async (changes: Effects) => {
    const intent = rollback()
    await given.store.intents.accept(intent)
    await given.store.intents.settle(intent.id, nothing, [], [], changes)
    return intent.id
  }
  const lock = (changes: Partial<NewLock> = {}): NewLock => ({
    id: crypto.randomUUID(),
    repository: 'acme/locked',
    person: 'mona',
    reason: 'the database is "moved" 🚚',
    ...changes,
  })

  test('a lock stands with its command, until it is lifted', async () => {
    const set = lock({ repository: 'acme/set', environment: 'production', pullRequest: 12, lasts: 3600 })
    await change({ lock: set })
    const [stands, ...more] = await given.other.locks.of('acme/set')
    const { lasts, ...rest } = set
    expect(stands).toEqual({ ...rest, since: expect.any(String), until: expect.any(String) })
    // The database's clock is read for each of the two.
    expect((Date.parse(stands?.until ?? '') - Date.parse(stands?.since ?? '')) / 1000).toBeCloseTo(lasts ?? Number.NaN, 1)
    expect(more).toEqual([])
    expect(await given.other.locks.of('acme/other')).toEqual([])
    await change({ unlock: [set.id] })
    expect(await given.other.locks.of('acme/set')).toEqual([])
    await change({ lock: set })
    await given.other.locks.end(set.id)
    expect(await given.store.locks.of('acme/set')).toEqual([])
  })

  test('a lock of every environment stands beside one of a single environment', async () => {
    const [all, one] = [lock({ repository: 'acme/both' }), lock({ repository: 'acme/both', environment: 'staging' })]
    await change({ lock: one })
    await change({ lock: all })
    expect((await given.store.locks.of('acme/both')).map(({ id, environment }) => [id, environment])).toEqual([
      [all.id, undefined],
      [one.id, 'staging'],
    ])
  })

  test('a lock that ran out stands no more, and another takes its place', async () => {
    const short = lock({ repository: 'acme/short', environment: 'production', lasts: 60 })
    await change({ lock: short })
    await given.tamper(`update locks set until = 1 where id = '${short.id}'`)
    expect(await given.store.locks.of('acme/short')).toEqual([])
    const next = lock({ repository: 'acme/short', environment: 'production', person: 'lisa' })
    await change({ lock: next })
    expect(await given.store.locks.of('acme/short')).toEqual([expect.objectContaining({ id: next.id, person: 'lisa' })])
  })

  test('a line for a record is written with its command, once', async () => {
    const [{ id } = { id: '' }] = await asked(given.store, {})
    const entry = { at, step: 'command', text: '/approve of mona was refused' }
    const intent = await change({ note: { deployment: id, entry } })
    await given.store.intents.settle(intent, nothing, [], [], { note: { deployment: id, entry } })
    expect(await given.other.timeline.read(id)).toEqual([entry])
  })

  test('a command that is settled a second time changes nothing', async () => {
    const set = lock({ repository: 'acme/twice' })
    const intent = await change({ lock: set })
    await change({ unlock: [set.id] })
    await given.other.intents.settle(intent, nothing, [], [], { lock: set })
    expect(await given.other.locks.of('acme/twice')).toEqual([])
  })

  test('what people say of a deployment is kept by person, word and proposal, the newest of each', async () => {
    const [deployment] = await asked(given.store, {})
    const verdict = (changes: Partial<Verdict> = {}): Verdict => ({
      deployment: deployment?.id ?? '',
      person: 'mona',
      role: 'maintain',
      teams: ['ops', 'backend'],
      verdict: 'approve',
      revision: commit('a'),
      content: 'what was shown',
      at,
      ...changes,
    })
    const [first, second] = [verdict(), verdict({ revision: commit('b'), at: '2026-11-21T11:00:00.000Z' })]
    const ofCanary = verdict({ content: 'what was shown of the canary', at: '2026-11-21T13:00:00.000Z' })
    const no = verdict({ person: 'lisa', verdict: 'reject', reason: 'not on a Friday' })
    const stop = verdict({ verdict: 'cancel', at: '2026-11-21T12:00:00.000Z' })
    for (const said of [first, no, second, stop, ofCanary]) await change({ verdict: { said, while: ['queued'] } })
    expect(await given.other.verdicts.of(deployment?.id ?? '')).toEqual([no, second, stop, ofCanary])
    expect(await given.other.verdicts.of('nobody')).toEqual([])
  })

  test('what is said of a deployment that has gone on changes nothing, and the command may look again', async () => {
    const [deployment] = await asked(given.store, {})
    const id = deployment?.id ?? ''
    const held = await lease(given.store)
    await given.store.deployments.advance(id, held, 'planned', { plan: plan() })
    const intent = rollback()
    await given.store.intents.accept(intent)
    const said: Verdict = { deployment: id, person: 'mona', role: 'write', teams: [], verdict: 'reject', content: 'shown', at }
    const settle = (states: NonNullable<Effects['verdict']>['while']) =>
      given.other.intents.settle(intent.id, nothing, [], [], { verdict: { said, while: states } })
    expect(await settle(['queued', 'waiting'])).toBe('too late')
    expect(await given.store.verdicts.of(id)).toEqual([])
    expect(await given.store.intents.outcome(intent.id)).toBeUndefined()
    expect(await settle(['planned'])).toBe('settled')
    expect(await given.store.verdicts.of(id)).toEqual([said])
  })
}
