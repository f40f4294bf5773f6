import { describe, expect, test } from 'vitest'
import type { GitHub } from '../../src/flow/ports.ts'
import { httpError } from '../support/fake-github.ts'
import { openTown, type Town } from '../support/town.ts'

const down =
  (...calls: (keyof GitHub)[]) =>
  (call: keyof GitHub) =>
    calls.length === 0 || calls.includes(call) ? httpError(502) : undefined
const statesOf = (town: Town, deployment = 0) => town.github.deployments[deployment]?.statuses.map(({ state }) => state)

describe('a surface that fails', () => {
  test('holds up neither the deployment nor the other surfaces', async () => {
    const town = await openTown()
    town.github.fails = down('setStatus')
    const sha = town.commit()
    await town.tellPush(sha)
    const { id } = await town.reaches('succeeded', 60)
    expect(statesOf(town)).toEqual(['in_progress', 'success'])
    await town.until(() => town.chat.said.length === 1, 10)
    expect(town.github.statusesOf(sha)).toEqual([])
    town.github.fails = () => undefined
    await town.pass(60)
    expect(town.github.statusesOf(sha)).toEqual([['success', expect.any(String)]])
    expect((await town.record(id)).join()).not.toContain('502')
  })

  test('is tried again after ever longer pauses', async () => {
    const town = await openTown()
    town.chat.fails = () => new Error('no answer')
    await town.tellPush(town.commit())
    await town.reaches('succeeded')
    await town.pass(600)
    const pauses = town.log.saying('report put off').map(({ pause }) => pause)
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300].slice(0, pauses.length))
    expect(pauses.length).toBeGreaterThan(7)
  })

  test('is given up when it is refused for what it is, and wanted again by the next change', async () => {
    const town = await openTown()
    town.github.fails = (call) => (call === 'setStatus' ? httpError(422) : undefined)
    await town.tellPush(town.commit())
    await town.reaches('succeeded')
    await town.pass(4000)
    expect(town.log.saying('report put off')).toHaveLength(11)
    expect(town.log.saying('report given up')).toHaveLength(1)
    town.github.fails = () => undefined
    const sha = town.commit()
    await town.tellPush(sha)
    await town.quiet()
    expect(town.github.statusesOf(sha).at(-1)?.[0]).toBe('success')
  })

  test.each([
    ['a chat', () => Object.assign(new Error('too many'), { retryAfterSeconds: 90 })],
    ['GitHub', () => httpError(403, { 'retry-after': '90' })],
  ])('because %s asks for a pause is left alone for as long', async (_who, error) => {
    const town = await openTown()
    let asked = 0
    town.chat.fails = () => {
      asked += 1
      return error()
    }
    await town.tellPush(town.commit())
    await town.until(() => asked === 1)
    await town.pass(85)
    expect(asked).toBe(1)
    await town.pass(10)
    expect(asked).toBe(2)
  })
})

test('a message that is sent while the next look at what is due begins is not sent again by it', async () => {
  const town = await openTown()
  const { due, published } = town.store.reports
  const [go, sent] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let sending = false
  const send = town.chat.send.bind(town.chat)
  town.chat.send = async (...message) => {
    sending = true
    await go.promise
    return send(...message)
  }
  town.store.reports.published = async (report, memory) => {
    await published(report, memory)
    if (report.surface.startsWith('slack:')) setImmediate(sent.resolve)
  }
  town.store.reports.due = async (limit) => {
    const rows = await due(limit)
    if (sending) {
      go.resolve()
      await sent.promise
    }
    return rows
  }
  await town.tellPush(town.commit())
  await town.reaches('succeeded')
  await town.pass(30)
  expect(town.chat.said).toHaveLength(1)
})

/** A town in which the first such call of the Landfall that reports hangs until `wake`; another takes over meanwhile. */
async function whereItHangs(method: 'setDeploymentStatus' | 'createDeployment' | 'comment') {
  const town = await openTown({ started: false })
  const { renew } = town.store.leases
  let [hung, stolen] = [false, false]
  const late = Promise.withResolvers<void>()
  town.store.leases.renew = (lease, seconds) =>
    stolen && lease.subject === 'reports' ? Promise.reject(new Error('hung')) : renew(lease, seconds)
  const github: Record<typeof method, (...given: never[]) => Promise<unknown>> = town.github
  const send = github[method].bind(town.github)
  github[method] = async (...given) => {
    if (!hung) {
      hung = true
      await late.promise
    }
    return send(...given)
  }
  await town.start()
  return {
    town,
    async takenOver() {
      await town.until(() => hung)
      stolen = true
      await town.pass(35)
      stolen = false
      await town.start()
    },
    wake: late.resolve,
  }
}

test('what a Landfall that hung sends late is put right by the one that took over', async () => {
  const { town, takenOver, wake } = await whereItHangs('setDeploymentStatus')
  await town.tellPush(town.commit())
  await takenOver()
  await town.until(() => statesOf(town)?.at(-1) === 'success', 60)
  wake()
  await town.pass(60)
  expect(statesOf(town)).toEqual(['in_progress', 'success', 'in_progress', 'success'])
})

test('the deployment that a Landfall which hung creates late is taken away again', async () => {
  const { town, takenOver, wake } = await whereItHangs('createDeployment')
  await town.tellPush(town.commit())
  await takenOver()
  await town.until(() => statesOf(town)?.at(-1) === 'success', 60)
  const [shown] = town.github.deployments
  wake()
  await town.pass(60)
  expect(town.github.calls).toContain('removeDeployment')
  expect(town.github.deployments.map(({ id }) => id)).toEqual([shown?.id])
})

test('the answer that a Landfall which hung writes late is taken away again', async () => {
  const { town, takenOver, wake } = await whereItHangs('comment')
  await town.tellComment('/rollback')
  await takenOver()
  await town.until(() => town.github.comments.length === 1, 60)
  const [shown] = town.github.comments
  wake()
  await town.pass(60)
  expect(town.github.comments.map(({ id }) => id)).toEqual([shown?.id])
})

describe('GitHub was down for an hour', () => {
  test('and shows a deployment in progress before it shows it done, once', async () => {
    const town = await openTown()
    const first = await town.deploy()
    town.github.fails = down('setStatus', 'createDeployment', 'setDeploymentStatus')
    const second = town.commit()
    await town.tellPush(second)
    await town.reaches('succeeded')
    await town.pass(600)
    expect(town.github.deployments).toHaveLength(1)
    town.github.fails = () => undefined
    await town.pass(400)
    expect(town.github.deployments).toHaveLength(2)
    expect(statesOf(town, 1)).toEqual(['in_progress', 'success'])
    expect(statesOf(town, 0)).toEqual(['in_progress', 'success', 'inactive'])
    expect(town.github.statusesOf(second)).toEqual([['success', expect.any(String)]])
    expect(town.github.statusesOf(first.revision ?? '').at(-1)?.[0]).toBe('success')
  })

  test('and an older deployment told of late is not shown as the one that is live', async () => {
    const town = await openTown()
    town.github.fails = down('createDeployment')
    const first = town.commit()
    await town.tellPush(first)
    await town.reaches('succeeded')
    town.github.fails = () => undefined
    await town.deploy()
    await town.pass(400)
    const late = town.github.deployments.findIndex(({ revision }) => revision === first)
    expect(statesOf(town, late)?.at(-1)).toBe('inactive')
    expect(statesOf(town, 1 - late)?.at(-1)).toBe('success')
  })

  test('and shows none as live but the last of those that followed one another meanwhile', async () => {
    const town = await openTown()
    await town.deploy()
    town.github.fails = down('createDeployment', 'setDeploymentStatus')
    for (let times = 0; times < 2; times += 1) {
      await town.tellPush(town.commit())
      await town.reaches('succeeded')
    }
    town.github.fails = () => undefined
    await town.pass(400)
    expect([0, 1, 2].map((index) => statesOf(town, index)?.at(-1)).sort()).toEqual(['inactive', 'inactive', 'success'])
  })

  test('and a commit that was rolled back meanwhile is not shown as live', async () => {
    const town = await openTown()
    await town.deploy()
    town.github.fails = down('setStatus')
    const taken = town.commit()
    await town.tellPush(taken)
    await town.reaches('succeeded')
    await town.tellComment('/rollback')
    await town.until(async () => (await town.newest()).kind === 'rollback' && (await town.newest()).state === 'succeeded')
    town.github.fails = () => undefined
    await town.pass(400)
    expect(town.github.statusesOf(taken).map(([state]) => state)).toEqual(['failure'])
  })
})

test('a commit that runs stays green when it is pushed once more and overtaken before it is deployed again', async () => {
  const town = await openTown()
  const { revision = '' } = await town.deploy()
  await town.deploy()
  await town.tellComment('/rollback')
  await town.quiet()
  expect(town.github.statusesOf(revision).at(-1)?.[0]).toBe('success')
  const slow = town.commit()
  await town.tellPush(slow)
  await town.reaches('verifying')
  town.github.branches.set('main', revision)
  await town.tellPush(revision, { before: slow, forced: true })
  await town.reaches('queued')
  await town.deploy()
  const deployments = await town.deployments()
  expect(deployments.filter((one) => one.revision === revision).map(({ state }) => state)).toEqual(['superseded', 'succeeded', 'succeeded'])
  expect(town.github.statusesOf(revision).at(-1)).toEqual(['success', expect.stringContaining('rolled back to by mona')])
})

test('a deployment whose statuses fail is not created on GitHub a second time', async () => {
  const town = await openTown()
  town.github.fails = down('setDeploymentStatus')
  await town.tellPush(town.commit())
  await town.reaches('succeeded')
  await town.pass(60)
  town.github.fails = () => undefined
  await town.pass(300)
  expect(town.github.deployments).toHaveLength(1)
  expect(statesOf(town)).toEqual(['in_progress', 'success'])
})

test('nothing is said twice that did not change', async () => {
  const town = await openTown()
  const { id, revision = '' } = await town.deploy()
  const said = () => [town.github.statusesOf(revision).length, statesOf(town)?.length, town.chat.said.length]
  const before = said()
  await town.store.reports.want(['status', 'deployment'].map((surface) => ({ subject: `deployment:${id}`, surface })))
  await town.quiet()
  expect(said()).toEqual(before)
  const texts = town.github.statusesOf(revision).map(([, text]) => text)
  expect(new Set(texts).size).toBe(texts.length)
})

test('a report of something that is gone is dropped, not tried for ever', async () => {
  const town = await openTown()
  await town.store.reports.want([{ subject: 'deployment:gone', surface: 'status' }])
  await town.quiet(30)
  expect(town.github.calls).toEqual([])
})
