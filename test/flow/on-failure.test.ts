import { describe, expect, test } from 'vitest'
import { refused } from '../support/host-answers.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const hosts = ['web-1', 'web-2', 'web-3', 'web-4']

/** A shop on four hosts with one verified release, two of which go first; hosts that are proved keep what they have. */
async function keeping(more: TownOptions = {}) {
  const town = await openTown({ hosts, rollout: '{ batch: 2, on-failure: keep }', ...more, started: false })
  const landfall = await town.start()
  return { town, landfall, before: await town.deploy() }
}

/** The shop's second release starts nowhere on this host. */
const breakOn = (town: Town, name: string, verb = 'switch') => {
  town.host(name).instead = (command) =>
    command.verb === verb && command.args[2] === '2' ? refused(15, 'docker compose up failed') : undefined
}
const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)
const isConfirmed = (town: Town, generation: number) => [...town.hosts.values()].map((host) => host.releases.get(generation)?.confirmed)

describe('with `on-failure: keep`', () => {
  test.each([
    ['cannot switch', 'web-3', 'switch', ['web-1', 'web-2']],
    ['is not proved, beside one that is', 'web-4', 'probe', ['web-1', 'web-2', 'web-3']],
  ])('a host that %s goes back, and those that are proved keep the release', async (_what, name, verb, kept) => {
    const { town, before } = await keeping()
    breakOn(town, name, verb)
    const { revision, state, reason } = await town.deploy()
    expect(versions(town)).toEqual(hosts.map((host) => (kept.includes(host) ? revision : before.revision)))
    expect(state).toBe('halted')
    expect(reason).toMatchObject({ code: 'partly-kept', evidence: { kept: kept.join(', ') } })
  })

  test('where nobody is proved yet all go back', async () => {
    const { town, before } = await keeping()
    breakOn(town, 'web-2')
    expect(await town.deploy()).toMatchObject({ state: 'rolled-back' })
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('no further wave begins', async () => {
    const { town } = await keeping({ rollout: '{ batch: 1, on-failure: keep }' })
    breakOn(town, 'web-2')
    await town.deploy()
    expect(town.host('web-3').heard).not.toContain('switch 2')
    expect(town.host('web-4').heard).not.toContain('switch 2')
  })

  test('it is no success anywhere: no receipt, a red commit, an alarm that says who runs what', async () => {
    const { town } = await keeping()
    breakOn(town, 'web-3')
    const { id, revision } = await town.deploy()
    expect(await town.store.receipts.of(id)).toBeUndefined()
    expect(isConfirmed(town, 2)).toEqual([false, false, false, false])
    const status = town.github.statuses.findLast((one) => one.revision === revision)
    expect(status).toMatchObject({ state: 'error' })
    expect(town.github.checkRuns.findLast(({ externalId }) => externalId === id)).toMatchObject({ state: 'failure' })
    const said = JSON.stringify(town.chat.said.at(-1))
    expect(said).toContain('web-1, web-2 keep the new release, web-3, web-4 run what ran before')
    await town.tellComment('/status')
    await town.quiet()
    expect(town.github.comments.at(-1)?.body).toContain('web-1, web-2 keep the new release')
  })

  test('a host that is not well any more while later ones roll goes back alone', async () => {
    const { town, before } = await keeping({ rollout: '{ batch: 2, pause: 1m, on-failure: keep }' })
    await town.tellPush(town.commit())
    const { revision } = await town.reaches('paused')
    const web = town.host('web-1').container('web')
    if (web) web.restarts += 1
    await town.reaches('halted', 60)
    expect(versions(town)).toEqual([before.revision, revision, before.revision, before.revision])
  })

  test('a host that cannot go back stays as it is, and is named', async () => {
    const { town } = await keeping()
    const { instead } = town.host('web-3')
    town.host('web-3').instead = (command) => {
      const refuses = command.args[2] === '2' && ['switch', 'restore'].includes(command.verb)
      return refuses ? refused(15, 'docker compose up failed') : instead(command)
    }
    const { state, reason } = await town.deploy()
    expect([state, reason?.code]).toEqual(['halted', 'partly-kept'])
    expect(reason?.evidence.left).toContain('The way back failed on web-3')
  })

  test.each([
    ['/cancel', 'rolled-back'],
    ['/rollback', 'succeeded'],
  ])('%s takes every host back all the same', async (command, state) => {
    const { town, before } = await keeping({ rollout: '{ batch: 2, pause: 1m, on-failure: keep }' })
    await town.tellPush(town.commit())
    await town.reaches('paused')
    await town.tellComment(command)
    await town.reaches(state === 'succeeded' ? 'succeeded' : 'rolled-back', 120)
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('a Landfall that dies on the way back goes on with it, and takes nobody back who was to keep it', async () => {
    const { town, landfall, before } = await keeping()
    breakOn(town, 'web-3')
    landfall.life.endsAfter = (call, [, command]) => call === 'hosts.run' && Object(command).verb === 'restore'
    await town.tellPush(town.commit())
    await town.until(() => landfall.life.ended)
    await town.start()
    const { revision } = await town.reaches('halted')
    expect(versions(town)).toEqual([revision, revision, before.revision, before.revision])
  })
})

describe('afterwards', () => {
  async function halted() {
    const { town, before } = await keeping()
    breakOn(town, 'web-3')
    return { town, before, failed: await town.deploy() }
  }

  test('the commit is not brought again by machines, and /retry brings it to all', async () => {
    const { town, failed } = await halted()
    await town.tellPush(failed.revision ?? '', { forced: true })
    await town.quiet()
    expect(new Set(versions(town)).size).toBe(2)
    await town.tellComment('/retry')
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: 'succeeded', revision: failed.revision })
    expect(versions(town)).toEqual(hosts.map(() => failed.revision))
  })

  test('/rollback takes it from all', async () => {
    const { town, before } = await halted()
    await town.tellComment('/rollback')
    expect(await town.reaches('succeeded')).toMatchObject({ kind: 'rollback', revision: before.revision })
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })

  test('the next merge goes to all, and the database has not restarted anywhere', async () => {
    const { town } = await halted()
    const databases = () => [...town.hosts.values()].map((host) => host.container('db')?.id)
    const had = databases()
    const next = await town.deploy()
    expect(next).toMatchObject({ state: 'succeeded' })
    expect(versions(town)).toEqual(hosts.map(() => next.revision))
    expect(databases()).toEqual(had)
  })

  test('one that fails after it returns every host to what was proved on all of them', async () => {
    const { town, before } = await halted()
    const failed = await town.deploy({}, { behaviour: { answers: 500 } })
    expect(failed.state).toBe('rolled-back')
    expect(versions(town)).toEqual(hosts.map(() => before.revision))
  })
})

test('without it a host that fails takes every host back', async () => {
  const { town, before } = await keeping({ rollout: '{ batch: 2, on-failure: return }' })
  breakOn(town, 'web-3')
  expect(await town.deploy()).toMatchObject({ state: 'rolled-back' })
  expect(versions(town)).toEqual(hosts.map(() => before.revision))
})
