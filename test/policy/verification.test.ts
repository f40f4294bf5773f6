import { describe, expect, test } from 'vitest'
import type { ObservedContainer } from '../../src/domain/observed.ts'
import type { PlannedService } from '../../src/domain/plan.ts'
import { earlyVerdict, judge, type Progress, type Round, unseen } from '../../src/policy/verification.ts'
import { answer, container, digest, image, service, sha } from '../support/builders.ts'

const web = service({
  version: sha('a'),
  verify: { port: 3000, health: '/health', version: { path: '/health', pointer: '/version' }, smoke: ['/'], within: 60, soak: 10 },
})
const home = answer({ path: '/', body: 'hello' })
const good: Round = { containers: [container()], answers: [answer(), home], commands: [] }

/** Judges looks at the given seconds, one after another. */
function judged(looks: [seconds: number, round: Round][], planned: PlannedService = web): Progress {
  return looks.reduce(
    (progress, [seconds, round]) => judge({ service: planned, image: image(), platform: 'linux/amd64' }, progress, round, seconds),
    unseen,
  )
}
const withContainer = (change: Partial<ObservedContainer>): Round => ({ ...good, containers: [container(change)] })

describe('one look is never success while it', () => {
  test.each<[why: string, round: Round, detail: string | RegExp]>([
    ['finds no container', { containers: [], answers: [], commands: [] }, '0 of 1 containers exist'],
    ['finds the old image', withContainer({ image: digest('9') }), /runs sha256:9+, planned is/],
    ['finds a container from before', withContainer({ before: true }), 'shop-web-1 was not started by this deployment'],
    ['finds it restarting', withContainer({ status: 'restarting', restarts: 2 }), 'is restarting, 2 restarts so far'],
    ["hears Docker's own check say no", withContainer({ health: 'starting' }), "Docker's health check says starting"],
    ['gets no answer', { ...good, answers: [answer({ status: 0 }), home] }, 'nothing answers on port 3000/health'],
    ['gets an error', { ...good, answers: [answer({ status: 503 }), home] }, '/health answers 503'],
    ['gets an error from the smoke path', { ...good, answers: [answer(), answer({ path: '/', status: 404 })] }, '/ answers 404'],
    [
      'is answered by another version',
      { ...good, answers: [answer({ body: `{"version":"${sha('b')}"}` }), home] },
      /answers version b+, planned is a+/,
    ],
    [
      'is answered by a version of six digits',
      { ...good, answers: [answer({ body: '{"version":"aaaaaa"}' }), home] },
      /answers version aaaaaa,/,
    ],
    ['is answered by no version', { ...good, answers: [answer({ body: '{}' }), home] }, '/health tells no version at /version'],
    ['is answered by no JSON', { ...good, answers: [answer({ body: '<html>' }), home] }, '/health tells no version at /version'],
    ['is good, but not for the whole soak', good, 'healthy, watched for 10 s'],
  ])('%s', (_why, round, detail) => {
    const { verdict } = judged([[1, round]])
    expect(verdict).toEqual({ kind: 'pending', detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) })
  })
})

describe('new containers beside old ones', () => {
  const besides: PlannedService = { ...web, beside: { after: [] } }
  const old = container({ id: 'old', image: digest('9'), before: true })
  const beside = (change: Partial<ObservedContainer> = {}): Round => ({ ...good, containers: [old, container(change)] })
  const soaked = (one: Round, other: Round, planned = besides) =>
    judged(
      [
        [1, one],
        [11, other],
      ],
      planned,
    ).verdict

  const same = container({ id: 'old', before: true })
  const alone: Round = { ...good, containers: [same] }
  const both: Round = { ...good, containers: [container(), same] }

  test('are proved without a look at the old ones, whatever becomes of these', () => {
    const stopped = { ...good, containers: [{ ...old, status: 'exited' as const, exitCode: 1 }, container()] }
    expect(soaked(beside(), stopped)).toMatchObject({ kind: 'proved', proof: { containers: ['c1'] } })
  })
  test('are not proved by the old ones', () =>
    expect(soaked(alone, alone)).toEqual({
      kind: 'pending',
      detail: '0 of 1 containers exist',
    }))
  test('fail when they fall over in the soak', () =>
    expect(soaked(beside(), beside({ restarts: 1, exitCode: 3 }))).toMatchObject({
      kind: 'failed',
      detail: expect.stringContaining('restarted after'),
    }))
  test('are not the only ones any more for a plan in which nothing stands beside', () =>
    expect(soaked(both, both, web)).toEqual({
      kind: 'pending',
      detail: 'shop-web-1 was not started by this deployment',
    }))
  test('on the way back, those that are about to leave are left aside', () => {
    const leaving = { ...good, containers: [container(), container({ id: 'failed', image: digest('9'), leaving: true })] }
    expect(soaked(leaving, leaving, { ...web, change: 'untouched' })).toMatchObject({ kind: 'proved', proof: { containers: ['c1'] } })
  })
})

test('good for the whole soak is proved, with digest, version and containers', () => {
  expect(
    judged([
      [1, good],
      [11, good],
    ]).verdict,
  ).toEqual({
    kind: 'proved',
    proof: { service: 'web', planned: digest('1'), running: digest('3'), answered: sha('a'), containers: ['c1'], untouched: false },
  })
})

test.each([
  ['configuration', digest('3')],
  ['platform manifest', digest('2')],
  ['index', digest('1')],
])('the %s digest proves the image, as image stores differ', (_what, shown) => {
  expect(
    judged([
      [1, withContainer({ image: shown })],
      [11, withContainer({ image: shown })],
    ]).verdict.kind,
  ).toBe('proved')
})

test('what is not good in time fails and says what was missing', () => {
  const bad = { ...good, answers: [answer({ status: 500 }), home] }
  expect(
    judged([
      [1, bad],
      [60, bad],
    ]).verdict,
  ).toEqual({ kind: 'failed', detail: '/health answers 500 after 60 s' })
})

test('a container that ended fails at once', () => {
  expect(judged([[1, withContainer({ status: 'exited', exitCode: 3 })]]).verdict).toEqual({
    kind: 'failed',
    detail: 'ended with exit code 3',
  })
  const killed = withContainer({ status: 'exited', exitCode: 137, outOfMemory: true })
  expect(judged([[1, killed]]).verdict).toEqual({ kind: 'failed', detail: 'was killed for want of memory' })
})

test('a restart during the soak fails, restarts before it do not', () => {
  const restarted = withContainer({ restarts: 3 })
  expect(
    judged([
      [1, restarted],
      [11, restarted],
    ]).verdict.kind,
  ).toBe('proved')
  expect(
    judged([
      [1, good],
      [2, withContainer({ restarts: 1, exitCode: 0 })],
    ]).verdict,
  ).toEqual({ kind: 'failed', detail: 'restarted after it had been healthy' })
})

test('one missed look during the soak is forgiven, an outage is not', () => {
  const missed = { ...good, answers: [answer({ status: 0 }), home] }
  expect(
    judged([
      [1, good],
      [2, missed],
      [3, good],
      [11, good],
    ]).verdict.kind,
  ).toBe('proved')
  expect(
    judged([
      [1, good],
      [2, missed],
      [3, missed],
      [4, missed],
      [5, missed],
    ]).verdict.kind,
  ).toBe('failed')
})

test('who watches more patiently forgives more', () => {
  const missed = { ...good, answers: [answer({ status: 0 }), home] }
  const target = { service: web, image: image(), platform: 'linux/amd64', misses: 5 }
  const looks = (count: number) =>
    [good, ...Array.from({ length: count }, () => missed)].reduce((seen, round, index) => judge(target, seen, round, index), unseen)
  expect([looks(5).verdict.kind, looks(6).verdict.kind]).toEqual(['pending', 'failed'])
})

test('a verdict stands: later looks do not change it', () => {
  const failed = judged([[1, withContainer({ status: 'dead' })]])
  expect(judge({ service: web, image: image(), platform: 'linux/amd64' }, failed, good, 2)).toBe(failed)
})

test('an untouched service needs no new container and no soak', () => {
  const untouched = service({ change: 'untouched' })
  expect(judged([[1, withContainer({ before: true })]], untouched).verdict).toMatchObject({ kind: 'proved', proof: { untouched: true } })
})

test('a one-shot service is proved by its exit code', () => {
  const migrate = service({ oneShot: true })
  expect(judged([[1, withContainer({ status: 'running' })]], migrate).verdict).toEqual({ kind: 'pending', detail: 'still runs' })
  expect(judged([[1, withContainer({ status: 'exited', exitCode: 0 })]], migrate).verdict.kind).toBe('proved')
  expect(judged([[1, withContainer({ status: 'exited', exitCode: 1 })]], migrate).verdict.kind).toBe('failed')
})

test('every replica counts', () => {
  const two = service({ replicas: 2, soak: 0 })
  expect(judged([[1, good]], two).verdict).toEqual({ kind: 'pending', detail: '1 of 2 containers exist' })
  const both = { ...good, containers: [container(), container({ id: 'c2', name: 'shop-web-2' })] }
  expect(judged([[1, both]], two).verdict).toMatchObject({ kind: 'proved', proof: { containers: ['c1', 'c2'] } })
})

describe('with its soak behind', () => {
  const soaking = service({ ...web, soak: 30 })
  const looked = (...rounds: Round[]) =>
    rounds.reduce(
      (progress, round, index) =>
        judge({ service: soaking, image: image(), platform: 'linux/amd64', soak: 'behind' }, progress, round, index),
      unseen,
    )
  const missed: Round = { ...good, answers: [answer({ status: 0 }), home] }

  test.each<[why: string, rounds: Round[], kind: string]>([
    ['one good look is not enough', [good], 'pending'],
    ['two in a row are', [good, good], 'proved'],
    ['two with a miss between them are not', [good, missed, good], 'pending'],
    ['two in a row after a miss are', [good, missed, good, good], 'proved'],
    ['a container that ends fails at once', [good, withContainer({ status: 'exited', exitCode: 1 })], 'failed'],
    ['a restart after a good look fails', [good, withContainer({ restarts: 1 })], 'failed'],
  ])('%s', (_why, rounds, kind) => expect(earlyVerdict(looked(...rounds)).kind).toBe(kind))

  test.each<[what: string, change: Partial<PlannedService>]>([
    ['asks for no soak', { soak: 0 }],
    ['is left alone', { change: 'untouched' }],
  ])('a service that %s is looked at twice all the same', (_what, change) => {
    const target = { service: service({ ...web, ...change }), image: image(), platform: 'linux/amd64', soak: 'behind' as const }
    const once = judge(target, unseen, good, 0)
    expect([once.verdict.kind, judge(target, once, good, 0).verdict.kind]).toEqual(['pending', 'proved'])
  })

  test('the proof is what the last look showed', () => {
    const verdict = earlyVerdict(looked(good, good))
    expect(verdict).toMatchObject({ kind: 'proved', proof: { service: 'web', running: digest('3'), answered: sha('a') } })
  })
})

describe('with a command', () => {
  const worker = service({ verify: { command: ['bin/healthy'], smoke: [], within: 60, soak: 10 } })
  const ran = (run: number, code?: number, output = ''): Round => ({
    ...{ containers: [container()], answers: [] },
    commands: [{ service: 'web', container: 'c1', run, output, ...(code !== undefined && { code }) }],
  })

  test.each<[why: string, round: Round, detail: string]>([
    ['it was not run yet', { ...ran(1), commands: [] }, 'its command was not run yet'],
    ['it was run in another container', { ...ran(1, 0), containers: [container({ id: 'c2' })] }, 'its command was not run yet'],
    ['it does not end', ran(1), 'its command does not end within 5 s'],
    ['it fails', ran(1, 3, 'connecting\n  refused\n'), 'its command ends with exit code 3: connecting refused'],
    ['it fails without a word', ran(1, 1), 'its command ends with exit code 1'],
    ['it says a lot', ran(1, 1, 'x'.repeat(400)), `its command ends with exit code 1: …${'x'.repeat(300)}`],
  ])('one look is never success while %s', (_why, round, detail) =>
    expect(judged([[1, round]], worker).verdict).toEqual({ kind: 'pending', detail }),
  )

  test('exit code 0 for the whole soak is proved', () => {
    const rounds: [number, Round][] = [
      [1, ran(1, 0)],
      [11, ran(2, 0)],
    ]
    expect(judged(rounds, worker).verdict.kind).toBe('proved')
  })

  test.each<[why: string, rounds: Round[], kind: string]>([
    ['one failed run is one miss, however often it is told', [ran(2, 1), ran(2, 1), ran(2, 1), ran(2, 1), ran(2, 1)], 'pending'],
    ['four failed runs are an outage', [ran(2, 1), ran(3, 1), ran(4, 1), ran(5, 1)], 'failed'],
    ['one that does not end is one as well', [ran(2), ran(2), ran(2), ran(2)], 'failed'],
  ])('during the soak %s', (_why, rounds, kind) => {
    const looks = [ran(1, 0), ...rounds].map((round, index): [number, Round] => [index + 1, round])
    expect(judged(looks, worker).verdict.kind).toBe(kind)
  })
})

describe('with dependencies', () => {
  const api = service({ verify: { port: 3000, dependencies: { path: '/health' }, smoke: [], within: 60, soak: 10 } })
  const says = (database: string, status = 200): Round => ({
    ...good,
    answers: [answer({ status, body: JSON.stringify({ status: database, components: { db: { status: database } } }) })],
  })

  test('one that is down is named, also where the app answers 503 for it', () => {
    for (const round of [says('DOWN'), says('DOWN', 503)])
      expect(judged([[1, round]], api).verdict).toEqual({ kind: 'pending', detail: '/health says that db is DOWN' })
  })

  test('an answer that tells of none is no success', () => {
    const round = { ...good, answers: [answer({ body: '{"components":{}}' })] }
    expect(judged([[1, round]], api).verdict).toEqual({
      kind: 'pending',
      detail: '/health tells of no dependencies at any of the usual places',
    })
  })

  test('one that flaps during the soak counts as missed looks do', () => {
    const looks = (...rounds: Round[]) =>
      judged(
        rounds.map((round, index): [number, Round] => [index + 1, round]),
        api,
      ).verdict.kind
    expect(looks(says('UP'), says('DOWN'), says('UP'))).toBe('pending')
    expect(looks(says('UP'), says('DOWN'), says('DOWN'), says('DOWN'), says('DOWN'))).toBe('failed')
  })
})
