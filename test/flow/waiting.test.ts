import { describe, expect, test } from 'vitest'
import { unreachable } from '../support/host-answers.ts'
import { shopImage } from '../support/shop.ts'
import { openTown } from '../support/town.ts'

describe('an image that is not there yet', () => {
  test('is waited for in sight, and deployed once the build has pushed it', async () => {
    const town = await openTown()
    const sha = town.commit({}, { build: false })
    await town.tellPush(sha)
    const waiting = await town.reaches('waiting')
    await town.pass(60)
    expect(waiting.reason).toEqual({
      code: 'image-missing',
      evidence: { registry: 'registry.example.com', image: `${shopImage}:${sha}`, deadline: '2026-11-21T10:10:00.000Z' },
    })
    expect(town.github.statusesOf(sha).at(-1)).toEqual(['pending', `No image ${shopImage}:${sha} in the registry yet`])
    expect(town.host().heard).not.toContain('put 1')
    town.build(sha)
    await town.reaches('succeeded', 60)
  })

  test('is asked for every five seconds, not more often the longer it takes', async () => {
    const town = await openTown()
    const sha = town.commit({}, { build: false })
    await town.tellPush(sha)
    await town.pass(60)
    expect(town.registry.asked.filter(({ name }) => name.includes(sha))).toHaveLength(13)
  })

  test('fails the deployment when its time is up', async () => {
    const town = await openTown({ imageWithin: '45s' })
    const sha = town.commit({}, { build: false })
    await town.tellPush(sha)
    await town.quiet(60)
    expect(await town.newest()).toMatchObject({ state: 'failed', reason: { code: 'image-never-came', evidence: { within: '45 seconds' } } })
    expect(town.github.statusesOf(sha).at(-1)?.[0]).toBe('failure')
    expect(town.host().heard).not.toContain('put 1')
  })
})

describe('a registry', () => {
  test('that asks to wait is left alone for as long, also by a Landfall started meanwhile', async () => {
    const town = await openTown({ started: false })
    const first = await town.start()
    const sha = town.commit()
    town.registry.instead = () => ({ kind: 'busy', retryAfterSeconds: 120, detail: 'too many pulls' })
    await town.tellPush(sha)
    expect((await town.reaches('waiting')).reason).toMatchObject({ code: 'registry-busy', evidence: { detail: 'too many pulls' } })
    town.registry.instead = () => undefined
    await town.pass(30)
    first.kill()
    await town.start()
    await town.reaches('succeeded')
    const asked = town.registry.asked.filter(({ name }) => name.includes(sha)).map(({ at }) => at.toISOString().slice(14, 19))
    // Last to see whether the tag was moved.
    expect(asked).toEqual(['00:00', '02:00', '02:00'])
  })

  test('that asks to wait no time at all is still not asked without end', async () => {
    const town = await openTown({ imageWithin: '20s' })
    town.registry.instead = () => ({ kind: 'busy', retryAfterSeconds: 0, detail: 'too many pulls' })
    await town.tellPush(town.commit())
    await town.quiet(60)
    expect(await town.newest()).toMatchObject({ state: 'failed', reason: { code: 'registry-busy' } })
    expect(town.registry.asked.length).toBeLessThan(50)
  })

  test('that is down for a while costs nothing but the while', async () => {
    const town = await openTown()
    town.registry.instead = () => ({ kind: 'failed', detail: 'HTTP 503', retryable: true })
    await town.tellPush(town.commit())
    expect((await town.reaches('waiting')).reason?.code).toBe('registry-failed')
    await town.pass(60)
    town.registry.instead = () => undefined
    await town.reaches('succeeded')
  })

  test.each([
    ['that refuses', { kind: 'failed' as const, detail: '401 without a login' }, '401 without a login'],
    ["that lacks somebody else's image", { kind: 'missing' as const }, 'there is no such tag'],
  ])('%s fails the deployment at once', async (_why, answer, detail) => {
    const town = await openTown()
    town.registry.instead = (name) => (name.includes('database') ? answer : undefined)
    await town.tellPush(town.commit())
    await town.quiet(10)
    expect(await town.newest()).toMatchObject({ state: 'failed', reason: { code: 'registry-failed', evidence: { detail } } })
  })
})

describe('a host', () => {
  test('that is held is waited for, and looked at again every quarter of a minute', async () => {
    const town = await openTown()
    town.host().hold = 'mona looks at the database'
    const sha = town.commit()
    await town.tellPush(sha)
    expect((await town.reaches('waiting')).reason).toMatchObject({ code: 'host-held', evidence: { detail: 'mona looks at the database' } })
    await town.pass(60)
    expect(town.host().heard.length).toBeLessThan(6)
    town.host().hold = 'hubot took over'
    await town.pass(20)
    expect((await town.newest()).reason?.evidence.detail).toBe('hubot took over')
    town.host().hold = undefined
    await town.reaches('succeeded', 60)
  })

  test('that cannot be reached fails the deployment, and no other host is touched', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'] })
    town.host('web-2').instead = () => unreachable
    await town.tellPush(town.commit())
    await town.quiet(60)
    expect(await town.newest()).toMatchObject({ state: 'failed', reason: { code: 'host-unreachable', evidence: { host: 'web-2' } } })
    expect(town.host('web-1').heard).toEqual(['inspect'])
  })

  test('that shows another key is not spoken to again', async () => {
    const town = await openTown()
    town.host().instead = () => ({ kind: 'host-key-changed', shown: 'SHA256:other' })
    await town.tellPush(town.commit())
    await town.quiet(60)
    expect(await town.newest()).toMatchObject({
      state: 'failed',
      reason: { code: 'host-key-changed', evidence: { shown: 'SHA256:other' } },
    })
    expect(town.host().heard).toEqual(['inspect'])
  })

  test('that knows a newer generation than the database stops everything: an older copy was restored', async () => {
    const town = await openTown()
    town.host().highest = 7
    await town.tellPush(town.commit())
    await town.quiet(60)
    expect(await town.newest()).toMatchObject({ state: 'failed', reason: { code: 'generation-behind' } })
  })
})

describe('while a deployment waits for its image', () => {
  test('a newer push overtakes it, and says so', async () => {
    const town = await openTown()
    const older = town.commit({}, { build: false })
    await town.tellPush(older)
    await town.reaches('waiting')
    const newer = await town.deploy()
    const [, overtaken] = await town.deployments()
    expect(newer.state).toBe('succeeded')
    expect(overtaken).toMatchObject({ revision: older, state: 'superseded', reason: { evidence: { by: newer.revision?.slice(0, 7) } } })
    expect(town.github.statusesOf(older).at(-1)).toEqual(['error', `Overtaken by ${newer.revision?.slice(0, 7)}`])
  })

  test('a rollback does not wait behind it', async () => {
    const town = await openTown()
    const first = await town.deploy()
    await town.deploy()
    await town.tellPush(town.commit({}, { build: false }))
    await town.reaches('waiting')
    await town.tellComment('/rollback')
    await town.quiet(60)
    expect((await town.deployments()).slice(0, 2)).toMatchObject([
      { kind: 'rollback', state: 'succeeded', revision: first.revision },
      { state: 'superseded', reason: { evidence: { by: 'the rollback mona asked for' } } },
    ])
  })
})

test('of what is pushed while a deployment runs only the newest follows it', async () => {
  const town = await openTown()
  const first = town.commit()
  await town.tellPush(first)
  await town.reaches('verifying')
  const between = town.commit()
  await town.tellPush(between)
  await town.until(async () => (await town.newest()).revision === between)
  const last = town.commit()
  await town.tellPush(last)
  await town.quiet()
  expect((await town.deployments()).map(({ revision, state }) => [revision, state])).toEqual([
    [last, 'succeeded'],
    [between, 'superseded'],
    [first, 'succeeded'],
  ])
  expect(town.github.statusesOf(between).at(-1)).toEqual(['error', `Overtaken by ${last.slice(0, 7)}`])
})
