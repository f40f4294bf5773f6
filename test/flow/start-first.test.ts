import { describe, expect, test } from 'vitest'
import type { Command } from '../../src/host/command.ts'
import { httpError } from '../support/fake-github.ts'
import type { FakeHost } from '../support/fake-host.ts'
import { refused, said } from '../support/host-answers.ts'
import { openPull } from '../support/pull-requests.ts'
import { composeYml, landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const rollout = '{ start-first: { web: { drain: 10s, hook: [bin/drain, "-f x"], within: 5s } } }'

/** A shop with one verified release whose web starts first. */
async function withOne({ hosts = ['web-1'], rollout: written = rollout } = {}) {
  const town = await openTown({ hosts, rollout: written, started: false })
  const landfall = await town.start()
  return { town, landfall, before: await town.deploy() }
}

const webs = (host: FakeHost) => host.docker.containers.filter(({ service }) => service === 'web')
const ids = (town: Town, name = 'web-1') => webs(town.host(name)).map(({ id }) => id)
const versions = (town: Town) => [...town.hosts.values()].map((host) => webs(host).map(({ image }) => image.behaviour.version))
/** Verbs that a host heard of a generation, each once, in their order. */
const order = (host: FakeHost, generation: number) => [
  ...new Set(host.heard.filter((heard) => heard.endsWith(` ${generation}`)).map((heard) => heard.split(' ')[0])),
]

describe('a service that starts first', () => {
  test('stands beside the old one until it is proved for its whole soak; then the old one drains and goes', async () => {
    const { town } = await withOne()
    const [old] = ids(town)
    const host = town.host('web-1')
    let stood: (string | undefined)[] = []
    host.instead = ({ verb }) => {
      if (verb === 'retire') stood = ids(town)
      return undefined
    }
    const { id, state, revision, plan } = await town.deploy()
    expect([state, versions(town)]).toEqual(['succeeded', [[revision]]])
    expect([stood.length, stood[0]]).toEqual([2, old])
    expect(order(host, 2)).toEqual(['put', 'switch', 'probe', 'retire', 'confirm', 'prune'])
    expect(host.hooked).toEqual([[old, 'bin/drain', '-f x']])
    expect(plan?.services.find(({ name }) => name === 'web')?.beside).toEqual({ after: [] })
    const record = await town.record(id)
    expect(record.find((line) => line.startsWith('plan'))).toContain('image, started beside the old one, then the old one goes')
    const [proved, gone] = ['verify web-1: db, web proved', 'retire web-1: the old containers of web are gone'].map((text) =>
      record.findIndex((line) => line.startsWith(text)),
    )
    expect([proved !== -1, (gone ?? 0) > (proved ?? 0)]).toEqual([true, true])
    expect((await town.store.receipts.of(id))?.hosts[0]?.services.find(({ service }) => service === 'web')?.containers).toEqual(ids(town))
  })

  test('a hook that fails is told, and the old one goes all the same', async () => {
    const { town } = await withOne()
    town.host('web-1').hookEnds = 7
    const { id, state } = await town.deploy()
    expect([state, ids(town).length]).toEqual(['succeeded', 1])
    expect((await town.record(id)).find((line) => line.includes('hook of web'))).toMatch(
      /ended with exit code 7 in [0-9a-f]{12}, which left all the same:\nno proxy/,
    )
  })

  test('that is not well goes again, and the old one never noticed', async () => {
    const { town } = await withOne()
    const old = ids(town)
    const { id, state, reason } = await town.deploy({}, { behaviour: { answers: 500, says: 'no database\n' } })
    expect([state, reason?.code, ids(town)]).toEqual(['rolled-back', 'verification-failed', old])
    expect(order(town.host('web-1'), 2)).not.toContain('retire')
    const logs = (await town.record(id)).filter((line) => line.startsWith('logs web-1: web '))
    expect([logs.length, logs[0]?.includes('no database')]).toEqual([1, true])
  })

  test('whose new one dies before the old one is to go keeps the old one', async () => {
    const { town } = await withOne()
    const old = ids(town)
    const host = town.host('web-1')
    host.instead = ({ verb }) => {
      if (verb === 'retire') host.docker.removeThese(new Set(ids(town).filter((id) => !old.includes(id))))
      return undefined
    }
    const { state, reason } = await town.deploy()
    expect([state, reason?.code, reason?.evidence.detail]).toEqual([
      'rolled-back',
      'switch-failed',
      expect.stringContaining('too few new containers of web run'),
    ])
    expect(ids(town)).toEqual(old)
  })

  test('whose old one is there still after it was to go is not proved', async () => {
    const { town } = await withOne()
    const old = ids(town)
    town.host('web-1').instead = ({ verb }) => (verb === 'retire' ? said([{ type: 'retired' }]) : undefined)
    const { state, reason } = await town.deploy()
    expect([state, reason?.code, reason?.evidence.detail]).toEqual([
      'rolled-back',
      'verification-failed',
      expect.stringContaining('planned is'),
    ])
    expect(ids(town)).toEqual(old)
  })

  test('starts first on the way back to the release before, also where that was not asked to', async () => {
    const { town, before } = await withOne({ rollout: '{}' })
    await town.deploy({ '.github/landfall.yml': landfallYml({ rollout }) })
    const [old] = ids(town)
    await town.tellComment('/rollback')
    const back = await town.reaches('succeeded')
    expect([back.kind, back.revision, versions(town)]).toEqual(['rollback', before.revision, [[before.revision]]])
    expect(town.host('web-1').hooked.at(-1)).toEqual([old, 'bin/drain', '-f x'])
  })

  test('starts first when GitHub is down, as the plan of that release has it', async () => {
    const { town } = await withOne()
    await town.deploy()
    const before = town.host('web-1').hooked.length
    await town.tellComment('/rollback')
    town.github.fails = (call) => (call === 'snapshot' ? httpError(502) : undefined)
    const back = await town.reaches('succeeded')
    expect([back.plan?.kept, town.host('web-1').hooked.length]).toEqual([1, before + 1])
  })
})

describe('what runs already', () => {
  test.each<[why: string, web: string, beside: boolean]>([
    ['that owns nothing of its host has room at once', '', true],
    ['that has ports stops first, once', '\n    ports: [{ target: 80, published: "80" }]', false],
    ['that has a name stops first, once', '\n    container_name: shop', false],
  ])('%s', async (_why, web, beside) => {
    const withWeb = (text: string) =>
      composeYml
        .replace('  db:', `${text ? `  ${text.trim()}\n` : ''}  db:`)
        .replace('\n  ports', '\n    ports')
        .replace('\n  container_name', '\n    container_name')
    const town = await openTown({ rollout: '{}' })
    await town.deploy({ 'compose.yml': withWeb(web) })
    const { id, state, plan } = await town.deploy({ 'compose.yml': composeYml, '.github/landfall.yml': landfallYml({ rollout }) })
    expect([state, plan?.services.find(({ name }) => name === 'web')?.beside !== undefined]).toEqual(['succeeded', beside])
    const told = (await town.record(id)).find((line) => line.startsWith('plan'))
    expect(told?.includes('stops first this once')).toBe(!beside)
    expect((await town.deploy()).plan?.services.find(({ name }) => name === 'web')?.beside).toEqual({ after: [] })
  })

  test('keeps running where the Compose file does not permit it: all of it is told, at its lines', async () => {
    const { town } = await withOne()
    const compose = composeYml.replace('  db:', '    container_name: shop\n    ports: [{ target: 80, published: "80" }]\n  db:')
    const { state, reason } = await town.deploy({ 'compose.yml': compose })
    expect([state, reason?.code, reason?.evidence.problems]).toEqual([
      'rejected',
      'compose-invalid',
      [
        'compose.yml:3:1: services.web.container_name: web starts first, and two containers cannot have one name. Remove `container_name`; others reach it by the name of its service.',
        'compose.yml:4:1: services.web.ports[0]: web starts first, and two containers cannot have port 80 of the host. Remove the port here, and let a proxy in this file have it and pass requests on.',
      ].join('\n'),
    ])
    expect(order(town.host('web-1'), 2)).toEqual([])
  })

  test('is not in the way of an older commit that asks for nothing of the kind: that stops it first', async () => {
    const town = await openTown({ rollout: '{}' })
    const named = composeYml.replace('  db:', '    container_name: shop\n  db:')
    const older = await town.deploy({ 'compose.yml': named })
    await town.deploy({ 'compose.yml': composeYml, '.github/landfall.yml': landfallYml({ rollout }) })
    await town.tellComment(`/deploy production ${older.revision}`)
    await town.quiet()
    const { state, revision, plan } = await town.newest()
    expect([state, revision]).toEqual(['succeeded', older.revision])
    expect(plan?.services.find(({ name }) => name === 'web')).not.toHaveProperty('startFirst')
  })

  test('and what would prevent it are told on the pull request', async () => {
    const { town } = await withOne()
    await openPull(town, { 'a.txt': 'one' }, { number: 12 })
    await openPull(town, { 'compose.yml': composeYml.replace('  db:', '    container_name: shop\n  db:') }, { number: 13 })
    await town.quiet()
    const told = (number: number) => town.github.comments.filter(({ issue }) => issue === number).at(-1)?.body ?? ''
    expect(told(12)).toContain('started beside the old one, then the old one goes')
    expect(told(13)).toContain('web starts first, and two containers cannot have one name')
  })
})

describe('several hosts', () => {
  const hosts = ['web-1', 'web-2', 'web-3']
  const inWaves = { hosts, rollout: `{ batch: 1, start-first: [web] }` }

  test('of one wave keep their old ones until all of it is proved', async () => {
    const { town } = await withOne({ hosts })
    const old = hosts.map((name) => ids(town, name))
    const ill = town.host('web-3')
    ill.says = (line) => (ill.current === 2 ? line.replace('"status":200', '"status":500') : line)
    expect((await town.deploy()).state).toBe('rolled-back')
    expect(hosts.map((name) => ids(town, name))).toEqual(old)
    for (const host of town.hosts.values()) expect(order(host, 2)).not.toContain('retire')
  })

  test('that have gone start the old release beside the failed one, and that goes once it is proved', async () => {
    const { town, before } = await withOne(inWaves)
    const old = hosts.map((name) => ids(town, name))
    const failing = town.host('web-3')
    const stood = new Map<string, number>()
    for (const host of town.hosts.values()) {
      host.instead = ({ verb, args }) => {
        if (verb === 'retire' && failing.current === 1) stood.set(host.rule.name, webs(host).length)
        return verb === 'switch' && args[2] === '2' && host === failing ? refused(15, 'docker compose up failed') : undefined
      }
    }
    const { state } = await town.deploy()
    expect(state).toBe('rolled-back')
    expect(versions(town)).toEqual(hosts.map(() => [before.revision]))
    expect(ids(town, 'web-3')).toEqual(old[2])
    expect(ids(town, 'web-1')).not.toEqual(old[0])
    expect(stood.get('web-1')).toBe(2)
  })

  test('a rollback that comes over it waits until what it returned to is proved, and leaves one set', async () => {
    const { town, before } = await withOne({ hosts, rollout: '{ batch: 1, pause: 5m, start-first: [web] }' })
    await town.tellPush(town.commit())
    const { id } = await town.reaches('paused')
    await town.tellComment('/rollback')
    await town.until(async () => (await town.newest()).kind === 'rollback' && (await town.newest()).state === 'succeeded', 120)
    expect(versions(town)).toEqual(hosts.map(() => [before.revision]))
    expect((await town.store.deployments.read(id))?.state).toBe('rolled-back')
    expect(await town.record(id)).toContain('return web-1: generation 1 runs again, proved')
    for (const host of town.hosts.values()) expect(host.leaving.size).toBe(0)
  })
})

describe('a Landfall that dies', () => {
  const dies: [when: string, verb: string][] = [
    ['after the new ones were started', 'switch'],
    ['while they are proved', 'probe'],
    ['after the old ones went', 'retire'],
    ['before it is recorded', 'confirm'],
  ]
  const sent = (call: string, command: unknown, verb: string) =>
    call === 'hosts.run' && Object(command).verb === verb && Object(command).args[2] === '2'

  test.each(dies)('%s is continued by the next: one new set, nothing old', async (_when, verb) => {
    const { town, landfall } = await withOne()
    landfall.life.endsAfter = (call, [, command]) => sent(call, command, verb)
    await town.tellPush(town.commit())
    await town.until(() => landfall.life.ended)
    const fresh = ids(town).at(-1)
    await town.start()
    await town.quiet()
    const { state, revision } = await town.newest()
    expect([state, versions(town), ids(town)]).toEqual(['succeeded', [[revision]], [fresh]])
  })

  test.each([['restore'], ['retire']])('after %s on the way back is continued by the next', async (verb) => {
    const { town, landfall, before } = await withOne({ hosts: ['web-1', 'web-2'], rollout: '{ batch: 1, start-first: [web] }' })
    const returning = (command: Command) => town.host('web-1').current === 1 || command.verb === 'restore'
    town.host('web-2').instead = ({ verb: asked, args }) => (asked === 'switch' && args[2] === '2' ? refused(15, 'no') : undefined)
    landfall.life.endsAfter = (call, [, command]) => sent(call, command, verb) && returning(Object(command))
    await town.tellPush(town.commit())
    await town.until(() => landfall.life.ended)
    await town.start()
    await town.quiet()
    expect((await town.newest()).state).toBe('rolled-back')
    expect(versions(town)).toEqual([[before.revision], [before.revision]])
  })
})
