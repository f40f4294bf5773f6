import { expect, test } from 'vitest'
import { LeaseLost } from '../../../src/flow/ports.ts'
import type { Given } from './contract.ts'
import { lease } from './records.ts'

export function reportContract(given: Given): void {
  const due = async (subject: string) => (await given.other.reports.due(1000)).filter((report) => report.subject === subject)
  const only = async (subject: string) => {
    const [report, ...more] = await due(subject)
    if (!report || more.length > 0) throw new Error(`expected one due report of ${subject}`)
    return report
  }

  test('a surface wanted three times while nobody published is published once', async () => {
    const key = { subject: 'deployment:thrice', surface: 'status' }
    await Promise.all([given.store.reports.want([key]), given.other.reports.want([key]), given.store.reports.want([key, key])])
    const report = await only(key.subject)
    expect(report).toEqual({ ...key, version: 3, attempts: 0, begun: false })
    await given.store.reports.published(report, undefined)
    expect(await due(key.subject)).toEqual([])
  })

  test('what changed while it was being published is published again, with what the first left to remember', async () => {
    const key = { subject: 'deployment:overlap', surface: 'comment' }
    await given.store.reports.want([key])
    const report = await only(key.subject)
    await given.store.reports.want([key])
    await given.store.reports.published(report, '4711')
    expect(await only(key.subject)).toEqual({ ...key, version: 2, attempts: 0, begun: false, memory: '4711' })
    expect(await given.other.reports.memory(key)).toBe('4711')
    expect(await given.other.reports.memory({ ...key, surface: 'nowhere' })).toBeUndefined()
  })

  test('a late publisher of an older version does not bring back the older one', async () => {
    const key = { subject: 'deployment:late', surface: 'comment' }
    await given.store.reports.want([key])
    const older = await only(key.subject)
    await given.store.reports.want([key])
    await given.store.reports.published(await only(key.subject), 'newer')
    await given.other.reports.published(older, 'older')
    expect(await due(key.subject)).toEqual([])
    expect(await given.store.reports.memory(key)).toBe('newer')
  })

  test('an answer without an id keeps the id that is known', async () => {
    const key = { subject: 'deployment:edited', surface: 'telegram:ops' }
    await given.store.reports.want([key])
    await given.store.reports.published(await only(key.subject), 'message-1')
    await given.store.reports.want([key])
    await given.store.reports.published(await only(key.subject), undefined)
    expect(await given.store.reports.memory(key)).toBe('message-1')
  })

  test('a failed surface is put off, wanting it again does not bring it forward, and success forgets the failures', async () => {
    const key = { subject: 'deployment:failing', surface: 'deployment' }
    await given.store.reports.want([key])
    await given.store.reports.failed(await only(key.subject), 'GitHub answered 502', 0)
    const second = await only(key.subject)
    expect(second).toEqual({ ...key, version: 1, attempts: 1, begun: false })
    await given.store.reports.failed(second, 'binary \0 rubbish', 3600)
    await given.store.reports.want([key])
    expect(await due(key.subject)).toEqual([])
    await given.store.reports.published({ ...second, version: 2 }, undefined)
    await given.store.reports.want([key])
    expect(await only(key.subject)).toEqual({ ...key, version: 3, attempts: 0, begun: false })
  })

  test('a surface that rests is due again in time, or as soon as it is wanted', async () => {
    const key = { subject: 'deployment:resting', surface: 'check' }
    await given.store.reports.want([key])
    const first = await only(key.subject)
    await given.store.reports.rest(first, 0.05)
    await given.store.reports.published(first, '4711')
    await expect.poll(() => due(key.subject)).toEqual([{ ...key, version: 2, attempts: 0, begun: false, memory: '4711' }])
    const second = await only(key.subject)
    await given.store.reports.rest(second, 3600)
    await given.store.reports.published(second, '4712')
    expect(await due(key.subject)).toEqual([])
    await given.other.reports.want([key])
    expect(await only(key.subject)).toEqual({ ...key, version: 4, attempts: 0, begun: false, memory: '4712' })
  })

  test('a surface that was wanted while it was published does not rest', async () => {
    const key = { subject: 'deployment:restless', surface: 'check' }
    await given.store.reports.want([key])
    const report = await only(key.subject)
    await given.other.reports.want([key])
    await given.store.reports.rest(report, 3600)
    await given.store.reports.published(report, '4711')
    expect(await only(key.subject)).toEqual({ ...key, version: 2, attempts: 0, begun: false, memory: '4711' })
  })

  test('what was begun is known as begun, whatever happens, until it is published', async () => {
    const key = { subject: 'deployment:begun', surface: 'comment' }
    await given.store.reports.want([key])
    const held = await lease(given.store)
    await given.store.reports.begin(await only(key.subject), held)
    expect((await only(key.subject)).begun).toBe(true)
    await given.store.reports.want([key])
    await given.store.reports.failed(await only(key.subject), 'the answer got lost', 0)
    const again = await only(key.subject)
    expect(again.begun).toBe(true)
    await given.other.reports.begin(again, held)
    await given.other.reports.published(again, undefined)
    await given.store.reports.want([key])
    expect((await only(key.subject)).begun).toBe(false)
  })

  test('whoever lost the lease begins nothing', async () => {
    const key = { subject: 'deployment:not-begun', surface: 'comment' }
    await given.store.reports.want([key])
    const report = await only(key.subject)
    const stale = await given.store.leases.claim('publishing', 'stalled', 0)
    await given.other.leases.claim('publishing', 'awake', 60)
    if (!stale) throw new Error('not claimed')
    await expect(given.store.reports.begin(report, stale)).rejects.toBeInstanceOf(LeaseLost)
    expect(await only(key.subject)).toEqual(report)
    expect(await given.store.leases.holds(stale)).toBe(false)
  })

  test('what is doubted is wanted once more, and to be looked at first, although it was published', async () => {
    const key = { subject: 'deployment:doubted', surface: 'comment' }
    await given.store.reports.want([key])
    const report = await only(key.subject)
    await given.store.reports.published(report, '4711')
    await given.other.reports.doubt(report)
    expect(await only(key.subject)).toEqual({ ...key, version: 2, attempts: 0, begun: true, memory: '4711' })
  })

  test('surfaces lag one by one, and the limit takes those that are due longest', async () => {
    const subject = 'deployment:several'
    await given.store.reports.want([
      { subject, surface: 'status' },
      { subject, surface: 'slack:deploys' },
    ])
    await given.tamper(`update reports set due = -1 where subject = '${subject}' and surface = 'slack:deploys'`)
    expect(await given.store.reports.due(1)).toEqual([{ subject, surface: 'slack:deploys', version: 1, attempts: 0, begun: false }])
    expect((await due(subject)).map(({ surface }) => surface)).toEqual(['slack:deploys', 'status'])
  })

  test('wanting the same surfaces in opposite orders at once blocks nobody', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'].map((surface) => ({ subject: 'deployment:crossed', surface }))
    const rounds = Array.from({ length: 20 }, (_, round) =>
      round % 2 ? given.store.reports.want(keys) : given.other.reports.want(keys.toReversed()),
    )
    await Promise.all(rounds)
    expect((await due('deployment:crossed')).map(({ version }) => version)).toEqual([20, 20, 20, 20, 20])
  })
}
