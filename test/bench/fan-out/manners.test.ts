import { describe, expect, test } from 'vitest'
import type { Manner } from '../../lab/farm/simulation.ts'
import { judged, mannersOf, slowestOf } from './manners.ts'

test('of a thousand hosts ten are dead, five of each kind, and fifty are slow', () => {
  const manners = mannersOf(1000)
  const slow = manners.filter((manner) => manner.kind === 'answers' && manner.afterMs === 1000)
  const count = (kind: Manner['kind']) => manners.filter((manner) => manner.kind === kind).length
  expect([count('mute'), count('freezes'), slow.length, count('answers')]).toEqual([5, 5, 50, 990])
  expect(manners[slowestOf(manners)]).toEqual({ kind: 'answers', afterMs: 1000 })
})

describe('a fan-out', () => {
  const manners: Manner[] = [{ kind: 'answers', afterMs: 100 }, { kind: 'mute' }, { kind: 'answers', afterMs: 1000 }]
  const done = (name: string, seconds: number) => ({ name, seconds })
  const lost = (name: string, seconds: number) => ({ name, seconds, trouble: 'inspect: unreachable' })

  test('is as long as its last healthy host, and the dead are counted apart', () => {
    expect(judged({ hosts: [done('a', 1), lost('b', 10), done('c', 6)] }, manners)).toEqual({ healthy: 6, dead: 10 })
  })

  test.each([
    ['a healthy host failed', [lost('a', 1), lost('b', 10), done('c', 6)], 'a: inspect: unreachable'],
    ['a dead host answered', [done('a', 1), done('b', 10), done('c', 6)], 'b: it is dead, and answered'],
  ])('is no measurement where %s', (_what, hosts, message) => expect(() => judged({ hosts }, manners)).toThrow(message))
})
