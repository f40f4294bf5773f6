import { describe, expect, test } from 'vitest'
import type { Lease } from '../../src/flow/ports.ts'
import type { Command } from '../../src/host/command.ts'
import { refused } from '../support/host-answers.ts'
import { openTown, type Town } from '../support/town.ts'

/** Remembers the leases of environments that this town's Landfalls take. */
function watchLeases(town: Town): Lease[] {
  const held: Lease[] = []
  const { claim } = town.store.leases
  town.store.leases.claim = async (subject, holder, seconds) => {
    const lease = await claim(subject, holder, seconds)
    if (lease && subject.startsWith('environment:')) held.push(lease)
    return lease
  }
  return held
}

describe('F4: a worker that was stopped for longer than its lease lasts', () => {
  test.each(['put', 'switch', 'confirm', 'prune', 'restore'])(
    'is refused its late %s by the host, and leaves the deployment to its successor',
    async (verb) => {
      const town = await openTown({ started: false })
      const held = watchLeases(town)
      const first = await town.start()
      const before = await town.deploy()
      const host = town.host()
      let late = false
      host.instead = async (command) => {
        if (late || command.verb !== verb || command.args[2] !== '2') return undefined
        late = true
        // The order is on its way when its sender is stopped; it arrives after its successor's first.
        await town.clock.sleep(1)
        const { subject = '', ...lease } = held.at(-1) ?? {}
        await town.store.leases.release({ subject, holder: '', number: 0, ...lease })
        const taken = await town.store.leases.claim(subject, 'somebody else', 60)
        Object.assign(host, { highest: 2, latest: taken?.number })
        return undefined
      }
      await town.tellPush(town.commit({}, verb === 'restore' ? { behaviour: { answers: 500 } } : {}))
      await town.until(() => late, 120)
      const { id, state } = await town.newest()
      const [heard, record] = [host.heard.length, await town.record(id)]
      await town.pass(5)
      // It ordered nothing more, and said nothing of an end.
      expect([host.heard.length, await town.record(id)]).toEqual([heard, record])
      expect(await town.newest()).toMatchObject({ id, state })
      expect(town.log.saying('work handed over')).toHaveLength(1)

      first.kill()
      await town.start()
      await town.quiet(300)
      const [newest] = await town.deployments()
      expect(newest).toMatchObject({ id, state: verb === 'restore' ? 'rolled-back' : 'succeeded' })
      expect(host.container('web')?.image.behaviour.version).toBe(verb === 'restore' ? before.revision : newest?.revision)
    },
  )
})

describe('a host that has heard a newer order while nobody else is at work', () => {
  const newer = (town: Town, verb: string) => (command: Command) => {
    if (command.verb === verb && command.args[2] === '2') town.host().latest = 999
    return undefined
  }

  test('before anything was switched ends it, and people are told what to run', async () => {
    const town = await openTown()
    const before = await town.deploy()
    town.host().instead = (command) => {
      if (command.verb === 'put') Object.assign(town.host(), { highest: 2, latest: 999 })
      return undefined
    }
    const failed = await town.deploy()
    expect(failed).toMatchObject({ state: 'failed', reason: { code: 'order-outdated', evidence: { host: 'web-1', step: 'pull' } } })
    expect(failed.reason?.evidence.detail).toContain('overtaken by turn 999 of generation 2')
    expect(town.host().container('web')?.image.behaviour.version).toBe(before.revision)
  })

  test.each(['switch', 'confirm'])('at %s halts it: what somebody else rules is not brought back', async (verb) => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = newer(town, verb)
    expect(await town.deploy()).toMatchObject({ state: 'halted', reason: { code: 'order-outdated' } })
    expect(town.host().heard.filter((word) => word.startsWith('restore'))).toEqual([])
  })

  test('on the way back halts it with that reason', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = newer(town, 'restore')
    expect(await town.deploy({}, { behaviour: { answers: 500 } })).toMatchObject({ state: 'halted', reason: { code: 'order-outdated' } })
  })
})

test('turns begin anew with each generation: a database that counts from 1 again is not locked out', async () => {
  const town = await openTown()
  await town.deploy()
  town.host().latest = 999
  expect((await town.deploy()).state).toBe('succeeded')
})

test('a host whose landfall-shell cannot refuse a stale worker is not deployed to', async () => {
  const town = await openTown()
  town.host().shell = 3
  const failed = await town.deploy()
  expect(failed).toMatchObject({ state: 'failed', reason: { code: 'host-not-ready' } })
  expect(failed.reason?.evidence.detail).toBe('its landfall-shell has version 3, this Landfall works with versions 4 to 5')
})

describe('a host that is still at work for a Landfall that was killed', () => {
  const busyFor = (town: Town, seconds: number) => {
    let since: number | undefined
    return ({ verb, args }: Command) => {
      if (verb !== 'switch' || args[2] !== '1') return undefined
      const now = town.clock.now().getTime()
      since ??= now
      return now - since < seconds * 1000 ? refused(14, 'shop/production is busy with another command') : undefined
    }
  }

  test('is asked again until that has ended, and people see what is waited for', async () => {
    const town = await openTown()
    town.host().instead = busyFor(town, 1500)
    const { id, state } = await town.deploy()
    expect(state).toBe('succeeded')
    const waits = (await town.record(id)).filter((line) => line.startsWith('wait'))
    expect(waits).toEqual(['wait web-1: busy with an earlier command, which has to end; switch goes on then'])
  })

  test('is given up when it is busy for longer than any command may take', async () => {
    const town = await openTown()
    town.host().instead = busyFor(town, 1e6)
    const { id, state } = await town.deploy()
    expect(state).toBe('rolled-back')
    const record = await town.record(id)
    expect(record.find((line) => line.startsWith('switch'))).toContain('is busy with another command')
  })
})

describe('a host whose Docker engine restarts', () => {
  /** Away for so many seconds from the first such command on. */
  const awayFor = (town: Town, verbs: string[], seconds: number) => {
    let since: number | undefined
    return ({ verb, args }: Command) => {
      if (!verbs.includes(verb) || args[2] === '1') return undefined
      const now = town.clock.now().getTime()
      since ??= now
      return now - since < seconds * 1000 ? refused(23, 'docker ps failed') : undefined
    }
  }

  test.each(['inspect', 'put', 'switch', 'probe', 'confirm'])('during %s is waited for, and the deployment goes on', async (verb) => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = awayFor(town, [verb], 30)
    expect((await town.deploy()).state).toBe('succeeded')
  })

  test('is not waited for without end before anything was changed', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = awayFor(town, ['inspect'], 1e6)
    expect(await town.deploy()).toMatchObject({ state: 'failed', reason: { code: 'host-refused' } })
  })

  test('for longer is waited for on the way back: half a release is worse than a late one', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = awayFor(town, ['switch', 'restore'], 500)
    const { id, state, reason } = await town.deploy()
    expect({ state, code: reason?.code }).toEqual({ state: 'rolled-back', code: 'switch-failed' })
    expect(await town.record(id)).toContain('wait web-1: Docker does not answer there, and is waited for; the way back goes on then')
  })
})
