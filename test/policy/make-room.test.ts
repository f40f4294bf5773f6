import { expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { makesRoomFor } from '../../src/policy/make-room.ts'
import { deployment, plan, sha } from '../support/builders.ts'

const { revision: _, ...unnamed } = deployment({ id: 'r', kind: 'rollback', state: 'queued' })
const verified = (id: string): Deployment => deployment({ id, revision: sha(id), state: 'succeeded', plan: plan({ release: id }) })
const atWork = deployment({ id: 'c', revision: sha('c'), state: 'verifying', plan: plan({ release: 'c' }) })
const history = [unnamed, atWork, verified('b'), verified('a')]

test.each<[why: string, rollback: Deployment, makes: boolean]>([
  ['a rollback that somebody asks for', unnamed, true],
  ['one to another release', { ...unnamed, revision: sha('a') }, true],
  ["one of Landfall's own, of what baked before it", { ...unnamed, over: { deployment: 'b', revision: sha('b'), baked: true } }, false],
  ['one that is at work itself', { ...unnamed, state: 'rolling' }, false],
])('what is on its way makes room for %s: %s', (_why, rollback, makes) =>
  expect(makesRoomFor(atWork, [atWork, rollback], history)).toBe(makes ? rollback : undefined),
)
