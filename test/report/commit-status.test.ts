import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import { reason } from '../../src/domain/reason.ts'
import { commitStatuses, lastWord } from '../../src/report/commit-status.ts'
import { deployment, plan, service, sha } from '../support/builders.ts'
import { anyDeployment, links } from './hostile.ts'

const hosts = (...names: string[]) =>
  names.map((name) => ({ name, platform: 'linux/amd64', previous: { generation: 4, revision: sha('b') } }))
const times = { startedAt: '2026-11-21T10:00:00.000Z', finishedAt: '2026-11-21T10:00:12.000Z' }
const one = plan({ hosts: hosts('web-1'), services: [service(), service({ name: 'db', change: 'untouched', because: [] })] })
const three = plan({ hosts: hosts('web-1', 'web-2', 'web-3') })
const unproved = reason('verification-failed', { service: 'web', host: 'web-1', detail: '/health answered 503' })

describe('a deployment', () => {
  test.each<[Partial<Deployment>, dot: string, text: string]>([
    [
      { state: 'waiting', reason: reason('image-missing', { image: 'shop:aaaaaaa', deadline: '10:15' }) },
      'pending',
      'No image shop:aaaaaaa in the registry yet',
    ],
    [{ state: 'planned', plan: one }, 'pending', 'On its way to web-1: web recreated, db untouched'],
    [{ state: 'pulling', plan: three }, 'pending', 'On its way to 3 hosts: web recreated'],
    [{ state: 'rolling', plan: plan({ hosts: hosts('web-1', 'web-2') }) }, 'pending', 'On its way to web-1 and web-2: web recreated'],
    [{ state: 'verifying', plan: one }, 'pending', 'On its way to web-1: web recreated, db untouched'],
    [{ state: 'succeeded', plan: one, ...times }, 'success', 'aaaaaaa verified on web-1 in 12 s'],
    [
      { state: 'failed', reason: reason('pull-failed', { host: 'web-1', detail: 'no space left' }) },
      'failure',
      'Nothing was changed: Host web-1 could not pull the images: no space left',
    ],
    [
      { state: 'rolling-back', plan: one, reason: unproved },
      'pending',
      'Returning to bbbbbbb: Service web on web-1 was not proved: /health answered 503',
    ],
    [
      { state: 'rolled-back', plan: one, reason: unproved },
      'failure',
      'Returned to bbbbbbb: Service web on web-1 was not proved: /health answered 503',
    ],
    [{ state: 'superseded', reason: reason('overtaken', { by: 'ccccccc' }) }, 'error', 'Overtaken by ccccccc'],
    [{ state: 'cancelled' }, 'error', 'Cancelled'],
    [{ state: 'rejected', reason: reason('not-allowed', { problems: 'a\nb' }) }, 'failure', "Refused: The operator's rules forbid it: a b"],
  ])('%o shows as %s: %s', (change, state, text) =>
    expect(commitStatuses(deployment(change), links)).toEqual([
      { revision: sha('a'), context: 'landfall/production', state, description: text, url: links.log },
    ]),
  )

  test('without a public address has no link', () =>
    expect(commitStatuses(deployment({ state: 'waiting' }), { github: 'https://github.com' })[0]).toEqual({
      revision: sha('a'),
      context: 'landfall/production',
      state: 'pending',
      description: 'Waiting',
    }))

  test('says nothing while it is not known what it does', () => expect(commitStatuses(deployment({ state: 'queued' }), links)).toEqual([]))

  describe('that people have to agree to', () => {
    const missing = reason('approval-missing', {
      environment: 'production',
      required: '1',
      found: '0',
      people: '',
      void: '',
      from: '',
      except: '',
    })
    const waiting = deployment({ state: 'waiting', reason: missing, closed: [reason('locked', {}), missing] })
    test('says nothing', () => expect(commitStatuses(waiting, links)).toEqual([]))
    test('says so where it has a dot already', () =>
      expect(commitStatuses(waiting, links, true)).toMatchObject([
        { state: 'pending', description: 'production waits for approval: 1 required, 0 found' },
      ]))
    test('leaves the word to one that ended before it', () =>
      expect(lastWord(sha('a'), [waiting, deployment({ state: 'succeeded', ...times })], () => links)?.state).toBe('success'))
  })
})

describe('a rollback', () => {
  const rollback = (change: Partial<Deployment>) =>
    commitStatuses(deployment({ kind: 'rollback', plan: one, ...times, ...change }), links).map(({ revision, state, description }) => [
      revision[0],
      state,
      description,
    ])

  test('says nothing before it knows its commit', () => {
    const { revision: _, ...unplanned } = deployment({ kind: 'rollback' })
    expect(commitStatuses(unplanned, links)).toEqual([])
  })

  test('turns the commit gone back to green and the one taken away red', () =>
    expect(rollback({ state: 'succeeded' })).toEqual([
      ['a', 'success', 'aaaaaaa verified on web-1 in 12 s, rolled back to by mona'],
      ['b', 'failure', 'Rolled back by mona to aaaaaaa'],
    ]))

  test('under way leaves the running commit alone', () =>
    expect(rollback({ state: 'pulling' })).toEqual([
      ['a', 'pending', 'Rollback by mona: On its way to web-1: web recreated, db untouched'],
    ]))

  test('that failed never shows the commit it did not reach as running', () =>
    expect(rollback({ state: 'rolled-back', reason: unproved })).toEqual([
      ['a', 'failure', 'Rollback by mona: Returned to bbbbbbb: Service web on web-1 was not proved: /health answered 503'],
    ]))
})

test('a halted deployment marks both commits: nobody knows which one runs', () =>
  expect(commitStatuses(deployment({ state: 'halted', plan: one }), links).map(({ revision, state }) => [revision[0], state])).toEqual([
    ['a', 'error'],
    ['b', 'error'],
  ]))

test('going back to what runs already does not turn it red', () =>
  expect(
    commitStatuses(
      deployment({
        kind: 'rollback',
        state: 'succeeded',
        plan: plan({ hosts: [{ name: 'web-1', platform: 'linux/amd64', previous: { generation: 1, revision: sha('a') } }] }),
      }),
      links,
    ).map(({ state }) => state),
  ).toEqual(['success']))

describe('what a commit shows where several deployments brought it', () => {
  const at = (minute: number) => ({ startedAt: `2026-11-21T10:0${minute}:00.000Z`, finishedAt: `2026-11-21T10:0${minute}:12.000Z` })
  const succeeded = (minute: number) => deployment({ state: 'succeeded', plan: one, ...at(minute) })
  const overtaken = deployment({ state: 'superseded', finishedAt: at(5).finishedAt, reason: reason('overtaken', { by: 'ccccccc' }) })
  const takenAway = deployment({
    kind: 'rollback',
    revision: sha('d'),
    state: 'succeeded',
    plan: plan({ hosts: hosts('web-1') }),
    ...at(4),
  })
  test.each<[what: string, newestFirst: Deployment[], dot: string | undefined]>([
    ['the one that ended last, in whatever order they began', [succeeded(2), deployment({ state: 'failed', ...at(3) })], 'failure'],
    ['the one under way', [succeeded(2), deployment({ state: 'pulling' })], 'pending'],
    ['nothing of one that was overtaken', [overtaken, succeeded(2)], 'success'],
    ['that it was overtaken, where it never ran', [overtaken], 'error'],
    ['nothing where nobody has a word for it', [takenAway], undefined],
  ])('is %s', (_, newestFirst, dot) => expect(lastWord(sha('a'), newestFirst, () => links)?.state).toBe(dot))

  test('is that it was taken away, however late the word of the one that brought it', () =>
    expect(lastWord(sha('b'), [takenAway, deployment({ revision: sha('b'), state: 'succeeded', ...at(3) })], () => links)).toMatchObject({
      state: 'failure',
      description: 'Rolled back by mona to ddddddd',
    }))
})

test('whatever the words, GitHub accepts the status', () =>
  fc.assert(
    fc.property(anyDeployment, (any) =>
      commitStatuses(any, links).every(
        ({ description }) => description.length > 0 && description.length <= 140 && !/[\u{10000}-\u{10ffff}\p{Cc}]/u.test(description),
      ),
    ),
  ))

test('only a succeeded deployment is ever green', () =>
  fc.assert(
    fc.property(anyDeployment, (any) => commitStatuses(any, links).every(({ state }) => state !== 'success' || any.state === 'succeeded')),
  ))
