import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { Lock } from '../../src/domain/gate.ts'
import { type AfterBake, afterBake, comeOver } from '../../src/policy/after-bake.ts'
import { deployment, plan, sha } from '../support/builders.ts'

const at = (minute: number) => `2026-11-21T10:${String(minute).padStart(2, '0')}:00.000Z`
const made = (id: string, change: Partial<Deployment> = {}): Deployment =>
  deployment({ id, revision: sha(id), state: 'succeeded', plan: plan({ release: id, revision: sha(id) }), finishedAt: at(10), ...change })
const [first, baked] = [made('a'), made('b')]
const { plan: _, ...unplanned } = made('c', { state: 'waiting' })
const lock = (change: Partial<Lock> = {}): Lock => ({
  ...{ id: 'l1', repository: 'acme/shop', person: 'mona', reason: 'looking', since: at(12), ...change },
})
const goes: AfterBake = { kind: 'goes-back', to: first }

describe('what does not stay well', () => {
  test.each<[why: string, since: Deployment[], locks: Lock[], expected: AfterBake]>([
    ['is taken back', [], [], goes],
    ['is taken back while another environment is locked', [], [lock({ environment: 'staging' })], goes],
    ['is taken back through a lock from before', [], [lock({ environment: 'production', since: at(9) })], goes],
    ['is taken back although a newer commit waits', [unplanned], [], goes],
    [
      'stays once somebody locks it',
      [],
      [lock({ environment: 'production' })],
      { kind: 'stays', because: 'mona has locked production since' },
    ],
    ['stays once everything is frozen', [], [lock()], { kind: 'stays', because: 'mona has locked everything since' }],
    [
      'is overtaken by what was planned since',
      [made('c', { state: 'pulling' })],
      [],
      { kind: 'overtaken', by: made('c', { state: 'pulling' }) },
    ],
    [
      'is overtaken by a rollback that is asked for',
      [{ ...unplanned, kind: 'rollback' }],
      [],
      { kind: 'overtaken', by: { ...unplanned, kind: 'rollback' } },
    ],
  ])('%s', (_why, since, locks, expected) => expect(afterBake({ baked, history: [...since, baked, first], locks })).toEqual(expected))

  test('stays while an administrator holds a host', () =>
    expect(afterBake({ baked, history: [baked, first], locks: [], held: 'disk' })).toEqual({
      kind: 'stays',
      because: 'an administrator holds it (disk)',
    }))

  test('stays where nothing came before it, or all of that was rolled back', () => {
    expect(afterBake({ baked, history: [baked], locks: [] })).toEqual({ kind: 'stays', because: 'there is no earlier verified release' })
    const away = made('r', { kind: 'rollback', revision: sha('f'), over: { deployment: 'a', revision: sha('a') } })
    expect(afterBake({ baked, history: [baked, away, first], locks: [] })).toMatchObject({ kind: 'stays' })
  })
})

test('what it makes itself does not come over it', () => {
  const own = made('r', { kind: 'rollback', state: 'queued' })
  expect(comeOver('b', [own, baked, first])).toBe(own)
  expect(comeOver('b', [own, baked, first], own.id)).toBeUndefined()
})
