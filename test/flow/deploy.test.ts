import { describe, expect, test } from 'vitest'
import type { Command } from '../../src/host/command.ts'
import { refused, silent, unreachable } from '../support/host-answers.ts'
import { composeYml, landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const both = { hosts: ['web-1', 'web-2'] }
const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)
const on = (verb: string, answer: ReturnType<typeof refused>) => (command: Command) => (command.verb === verb ? answer : undefined)

describe('all hosts or none', () => {
  test('both hosts run the commit, each proved in the one receipt', async () => {
    const town = await openTown(both)
    const { id, revision } = await town.deploy()
    expect(versions(town)).toEqual([revision, revision])
    expect((await town.store.receipts.of(id))?.hosts.map(({ host }) => host)).toEqual(['web-1', 'web-2'])
  })

  test('a tag that is moved between two pulls changes nothing on either, and the move is told', async () => {
    const town = await openTown(both)
    const sha = town.commit()
    town.host('web-2').instead = ({ verb }) => {
      if (verb === 'put') town.registry.push(shopImage, sha, { version: 'something else' })
      return undefined
    }
    await town.tellPush(sha)
    await town.quiet()
    expect(versions(town)).toEqual([sha, sha])
    expect((await town.record((await town.newest()).id)).join('\n')).toMatch(/images: the tag .* was moved to sha256:/)
  })

  test('a registry that says nothing any more holds nothing up', async () => {
    const town = await openTown(both)
    const sha = town.commit()
    town.host('web-2').instead = ({ verb }) => {
      if (verb === 'put') town.registry.instead = () => ({ kind: 'failed', detail: 'it is gone', retryable: true })
      return undefined
    }
    await town.tellPush(sha)
    await town.quiet()
    expect(versions(town)).toEqual([sha, sha])
  })

  test.each([
    ['the pull failed on', refused(15, 'docker could not pull the images'), 'pull-failed'],
    ['the pull made no progress on', refused(16, 'the pull made no progress'), 'pull-failed'],
    ['the disk was full on', refused(15, 'no space left on device'), 'pull-failed'],
    ['the connection went away for good at', unreachable, 'host-unreachable'],
  ])('when %s one host, nothing was stopped on either', async (_why, answer, code) => {
    const town = await openTown(both)
    const before = await town.deploy()
    town.host('web-2').instead = on('put', answer)
    const failed = await town.deploy()
    expect(failed).toMatchObject({ state: 'failed', reason: { code, evidence: { host: 'web-2' } } })
    expect(versions(town)).toEqual([before.revision, before.revision])
    for (const host of town.hosts.values()) expect(host.heard.filter((verb) => verb === 'switch 2')).toEqual([])
  })

  test('what Docker said last is what people read first', async () => {
    const town = await openTown()
    const docker = 'image-1 Pulling\nimage-1 4f3b Already exists\nwrite /data: no space left on device\n'
    town.host().instead = on('put', refused(15, 'docker could not pull the images', docker))
    const { reason } = await town.deploy()
    expect(reason?.evidence.detail).toBe(`write /data: no space left on device\n${docker.trim()}`)
    expect(town.github.statuses.at(-1)?.description).toContain('web-1 could not pull the images: write /data: no space left on device')
  })

  test('a command that was killed on its host is not said to have failed by itself', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = on('switch', { kind: 'exited', code: 137, stdout: '', stderr: '' })
    const { state, reason } = await town.deploy()
    expect([state, reason?.evidence.detail]).toEqual(['rolled-back', 'its time was up, or it was killed there (exit code 137)'])
  })

  test('when one host could not switch, both run what ran before, proved', async () => {
    const town = await openTown(both)
    const before = await town.deploy()
    town.host('web-2').instead = on('switch', refused(15, 'docker compose up failed'))
    const failed = await town.deploy()
    expect(failed).toMatchObject({ state: 'rolled-back', reason: { code: 'switch-failed', evidence: { host: 'web-2' } } })
    expect(versions(town)).toEqual([before.revision, before.revision])
    expect(await town.record(failed.id)).toContain('return web-1: generation 1 runs again, proved')
    expect(town.github.deployments[1]?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'failure'])
  })

  test('when one host of two fails its proof, both are returned', async () => {
    const town = await openTown(both)
    const before = await town.deploy()
    const watch = on('probe', refused(20, 'neither curl nor GNU wget is installed'))
    town.host('web-2').instead = (command) => (command.args[2] === '2' ? watch(command) : undefined)
    expect((await town.deploy()).state).toBe('rolled-back')
    expect(versions(town)).toEqual([before.revision, before.revision])
  })
})

describe('a release that is not proved', () => {
  test.each([
    ['never gets healthy', { answers: 503 }, '/health answers 503 after 20 s'],
    ['does not listen', { answers: 0 }, 'nothing answers on port 3000/health after 20 s'],
    ['crashes', { exits: 3 }, 'ended with exit code 3'],
    ['answers as another version', { version: 'b'.repeat(40) }, /answers version b+, planned is/],
  ])('because it %s is returned, with its last words saved first', async (_why, behaviour, detail) => {
    const town = await openTown()
    const before = await town.deploy()
    const failed = await town.deploy({}, { behaviour: { ...behaviour, says: 'cannot open /etc/boats\n' } })
    expect(failed).toMatchObject({ state: 'rolled-back', reason: { code: 'verification-failed', evidence: { service: 'web' } } })
    expect(failed.reason?.evidence.detail).toEqual(typeof detail === 'string' ? detail : expect.stringMatching(detail))
    const record = await town.record(failed.id)
    const evidence = record.findIndex((line) => line.startsWith('logs web-1') && line.includes('cannot open /etc/boats'))
    const way = record.indexOf('return web-1: generation 1 runs again, proved')
    expect(evidence).toBeGreaterThan(0)
    expect(way).toBeGreaterThan(evidence)
    const heard = town.host().heard
    expect(heard.indexOf('logs web')).toBeLessThan(heard.indexOf('restore 2'))
    expect(versions(town)).toEqual([before.revision])
  })

  test('leaves services it did not touch alone, there and back', async () => {
    const town = await openTown()
    await town.deploy()
    const database = town.host().container('db')?.id
    await town.deploy({}, { behaviour: { answers: 500 } })
    expect(town.host().container('db')?.id).toBe(database)
  })

  test('is returned also when its last words cannot be had', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = on('logs', { kind: 'exited', code: 0, stdout: 'no JSON\n', stderr: '' })
    const failed = await town.deploy({}, { behaviour: { answers: 500 } })
    expect(failed).toMatchObject({ state: 'rolled-back', reason: { code: 'verification-failed' } })
  })

  test('is returned also when its last words cannot be kept', async () => {
    const town = await openTown()
    await town.deploy()
    const { append } = town.store.timeline
    town.store.timeline.append = (id, entries) => {
      if (entries.some(({ step }) => step === 'logs')) throw new Error('a character the database cannot hold')
      return append(id, entries)
    }
    const failed = await town.deploy({}, { behaviour: { answers: 500 } })
    expect(failed).toMatchObject({ state: 'rolled-back', reason: { code: 'verification-failed' } })
  })

  test('whose switch failed leaves the words of what it started', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = on('switch', refused(15, 'dependency failed to start'))
    const { id } = await town.deploy()
    const record = await town.record(id)
    expect(record.find((line) => line.startsWith('switch web-1'))).toContain('dependency failed to start')
    expect(record.some((line) => line.startsWith('logs web-1: web'))).toBe(true)
  })

  test('that cannot be returned halts, and people are told where', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = on('restore', refused(15, 'docker compose up failed'))
    const halted = await town.deploy({}, { behaviour: { answers: 500 } })
    expect(halted).toMatchObject({ state: 'halted', reason: { code: 'return-failed', evidence: { host: 'web-1' } } })
    expect(town.github.statusesOf(halted.revision ?? '').at(-1)?.[0]).toBe('error')
    expect(town.chat.said).toHaveLength(2)
  })

  test('returned to something that is ill as well halts: returned means proved', async () => {
    const town = await openTown()
    const before = await town.deploy()
    const old = town.host().container('web')?.image
    await town.tellPush(town.commit({}, { behaviour: { answers: 500 } }))
    await town.reaches('verifying')
    if (old) old.behaviour.answers = 500
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: 'halted', reason: { code: 'return-failed' } })
    expect(versions(town)).toEqual([before.revision])
  })

  test('and was the first halts: there is nothing to return to', async () => {
    const town = await openTown(both)
    const first = await town.deploy({}, { behaviour: { answers: 500 } })
    expect(first).toMatchObject({ state: 'halted', reason: { code: 'first-release-failed' } })
    expect(versions(town)).toEqual([first.revision, first.revision])
  })
})

test.each([
  ['none of the hosts', 0, 'rolled-back'],
  ['one host of two', 1, 'halted'],
] as const)('a release that was proved and that %s could be told of leaves both on one release', async (_who, told, end) => {
  const town = await openTown(both)
  const before = await town.deploy()
  for (const host of [...town.hosts.values()].slice(told)) host.instead = on('confirm', unreachable)
  const { state, revision, reason } = await town.deploy()
  expect([state, reason?.code]).toEqual([end, 'host-unreachable'])
  const left = end === 'halted' ? revision : before.revision
  expect(versions(town)).toEqual([left, left])
  for (const host of town.hosts.values()) host.instead = () => undefined
  expect((await town.deploy()).state).toBe('succeeded')
})

describe('a host that goes away and comes back', () => {
  test.each(['put', 'switch', 'confirm'])('after it carried out %s is simply asked again', async (verb) => {
    const town = await openTown()
    await town.deploy()
    const host = town.host()
    let lost = false
    host.loses = (command) => {
      if (lost || command.verb !== verb) return false
      lost = true
      return true
    }
    const { state, revision } = await town.deploy()
    expect([lost, state]).toEqual([true, 'succeeded'])
    expect(versions(town)).toEqual([revision])
    expect(host.docker.containers).toHaveLength(2)
  })

  test.each([
    ['cut', unreachable],
    ['silent', silent],
  ])('(%s) while it is watched is watched on', async (_how, answer) => {
    const town = await openTown()
    let cuts = 2
    town.host().instead = ({ verb }) => {
      if (verb !== 'probe' || cuts === 0) return undefined
      cuts -= 1
      return answer
    }
    expect((await town.deploy()).state).toBe('succeeded')
  })

  test.each(['inspect', 'put', 'switch', 'confirm'])(
    'silent during %s is asked again, and answers from what is true there',
    async (verb) => {
      const town = await openTown()
      let asked = 0
      town.host().instead = (command) => {
        if (command.verb !== verb) return undefined
        asked += 1
        return asked === 1 ? silent : undefined
      }
      expect((await town.deploy()).state).toBe('succeeded')
      expect(asked).toBe(2)
    },
  )
})

describe('after a deployment that came to no end', () => {
  test('the next one is planned from what is certain, and proved', async () => {
    const town = await openTown(both)
    await town.deploy()
    const database = town.host().container('db')?.id
    town.host('web-2').instead = on('restore', refused(15, 'docker compose up failed'))
    await town.deploy({}, { behaviour: { answers: 500 } })
    town.host('web-2').instead = () => undefined
    const next = await town.deploy()
    expect(next.state).toBe('succeeded')
    expect(next.plan?.services.map(({ name, change }) => [name, change])).toEqual([
      ['db', 'untouched'],
      ['web', 'recreated'],
    ])
    expect(town.host().container('db')?.id).toBe(database)
    expect(versions(town)).toEqual([next.revision, next.revision])
  })

  test('and was the first, everything it left is made anew', async () => {
    const town = await openTown()
    await town.deploy({}, { behaviour: { answers: 500 } })
    const next = await town.deploy()
    expect(next.plan?.services.map(({ change }) => change)).toEqual(['recreated', 'recreated'])
    expect(next.plan?.hosts).toEqual([{ name: 'web-1', platform: 'linux/amd64' }])
    expect(next.state).toBe('succeeded')
  })

  test('a service left half-way on its way back is not taken for what it should be', async () => {
    const town = await openTown()
    await town.deploy()
    const host = town.host()
    const tuned = composeYml.replace('database:1', 'database:1\n    environment: { CACHE: large }')
    host.instead = ({ verb }) => {
      if (verb === 'restore') host.docker.pulled.delete(host.container('db')?.reference ?? '')
      return undefined
    }
    expect((await town.deploy({ 'compose.yml': tuned }, { behaviour: { answers: 500 } })).state).toBe('halted')
    expect(host.container('db')?.definition).toContain('large')
    expect((await town.deploy({ 'compose.yml': composeYml })).state).toBe('succeeded')
    expect(host.container('db')?.definition).not.toContain('large')
  })

  test('a service only it had goes with the next', async () => {
    const town = await openTown()
    await town.deploy()
    town.host().instead = on('restore', refused(15, 'docker compose up failed'))
    await town.deploy(
      { 'compose.yml': composeYml.replace('  db:', '  worker:\n    image: registry.example.com/acme/database:1\n  db:') },
      { behaviour: { exits: 1 } },
    )
    expect(town.host().container('worker')).toBeDefined()
    town.host().instead = () => undefined
    const next = await town.deploy({ 'compose.yml': composeYml })
    expect(next).toMatchObject({ state: 'succeeded', plan: { removed: ['worker'] } })
    expect(town.host().container('worker')).toBeUndefined()
  })
})

describe('the operator', () => {
  test('adds a host: it joins at the next deployment, which proves both', async () => {
    const town = await openTown({ ...both, follows: ['web-1'] })
    await town.deploy()
    const next = await town.deploy({ '.github/landfall.yml': landfallYml({ follows: both.hosts }) })
    expect(next.state).toBe('succeeded')
    expect(versions(town)).toEqual([next.revision, next.revision])
  })

  test.each([
    ['before anything was switched: nothing is touched', 'pulling', 'failed'],
    ['after hosts had switched: the others are returned, and people are told', 'verifying', 'halted'],
  ] as const)('takes a host away %s', async (_when, state, end) => {
    const town = await openTown({ ...both, started: false })
    const first = await town.start()
    const before = await town.deploy()
    first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === state
    await town.tellPush(town.commit())
    await town.until(() => first.life.ended)
    const only = { '*': ['web-1'] }
    town.operator = { ...town.operator, repositories: town.operator.repositories.map((rule) => ({ ...rule, environments: only })) }
    const heard = town.host('web-2').heard.length
    await town.start()
    await town.quiet()
    expect(await town.newest()).toMatchObject({ state: end, reason: { code: 'not-allowed' } })
    expect(town.host('web-1').container('web')?.image.behaviour.version).toBe(before.revision)
    expect(town.host('web-2').heard).toHaveLength(heard)
  })
})

test('project files that are not what was planned are never sent', async () => {
  const town = await openTown({ started: false })
  const first = await town.start()
  first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'planned'
  const pushed = town.commit()
  await town.tellPush(pushed)
  await town.until(() => first.life.ended)
  Object.assign(town.github.commits.get(pushed)?.files ?? {}, { 'deploy/production.env': 'DB_PASSWORD=another\n' })
  await town.start()
  await town.quiet(120)
  expect(await town.newest()).toMatchObject({ state: 'failed', reason: { code: 'internal' } })
  expect(town.host().heard).toEqual(['inspect'])
})
