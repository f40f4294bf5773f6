import { describe, expect, test } from 'vitest'
import type { Behaviour } from '../support/fake-registry.ts'
import { refused } from '../support/host-answers.ts'
import { openTown, type Town } from '../support/town.ts'
import { answer, ran, run, shop } from './tasked.ts'

describe('/run', () => {
  test('runs a task once, on one host, with the release that runs, and shows what it said', async () => {
    const { town, deployed } = await shop({ hosts: ['web-1', 'web-2'], behaviour: { takes: 30, says: 'books 7\n${DB_PASSWORD}\n' } })
    await run(town)
    expect(ran(town)).toEqual([[['task-', 'web', 'bin/reindex', '--all it']], []])
    expect(answer(town)).toContain('✅ **reindex was run on production**\n\ndone after 30 s.\n\n```text\nbooks 7\n')
    expect(answer(town)).not.toContain('open-sesame')
    expect((await town.record(deployed.id)).at(-1)).toMatch(/^task web-1: reindex, asked for by mona: done after 30 s\nbooks 7/)
    expect((await town.newest()).id).toBe(deployed.id)
  })

  test.each<[why: string, behaviour: Behaviour, said: RegExp]>([
    [
      'fails',
      { once: 4, says: 'no such index' },
      /❌ \*\*reindex failed on production\*\*\n\nexit code 4 after 0 s\.\n\n```text\nno such index/,
    ],
    ['never ends', { takes: null }, /its time was up, and it was stopped after 120 s/],
  ])('one that %s is told as that', async (_why, behaviour, said) => {
    const { town } = await shop({ behaviour })
    await run(town)
    expect(answer(town)).toMatch(said)
  })

  test('a comment that is told twice runs it once, another one again', async () => {
    const { town } = await shop()
    const comment = { id: 77, issue: 12 }
    for (const _again of [1, 2]) await town.tellComment('/run seed production', { comment })
    await run(town, '/run seed production', { comment })
    expect(ran(town)).toEqual([[['task-', 'db', 'seed']]])
    await run(town, '/run seed production')
    expect(ran(town)[0]?.length).toBe(2)
  })

  test('waits for a deployment that is under way, and a deployment for it', async () => {
    const { town } = await shop({ soak: '60s', behaviour: { takes: 100 } })
    const next = town.commit({}, { behaviour: { takes: 100 } })
    await town.tellPush(next)
    await town.reaches('verifying')
    await town.tellComment('/run reindex production')
    await town.reaches('succeeded')
    await town.until(() => ran(town)[0]?.length === 1, 60)
    const began = town.clock.now().getTime()
    const later = await town.deploy()
    expect([later.state, Date.parse(later.startedAt ?? '') - began >= 90_000]).toEqual(['succeeded', true])
    expect(answer(town)).toContain('done after 100 s')
  })

  test.each([
    ['in the middle', 10],
    ['and the host has ended it meanwhile', 200],
  ])('a Landfall that dies %s leaves it to the next, and it ran once', async (_when, seconds) => {
    const { town, landfall } = await shop({ behaviour: { takes: 60 } })
    await town.tellComment('/run reindex production')
    await town.until(() => ran(town)[0]?.length === 1, 60)
    landfall.kill()
    await town.pass(seconds)
    await town.start()
    await town.until(() => answer(town).includes('done after 60 s'), 300)
    expect(ran(town)[0]?.length).toBe(1)
  })

  test.each<[why: string, body: string, actor: string, prepare: (town: Town) => unknown, said: RegExp]>([
    [
      'somebody who may not',
      '/run reindex production',
      'eve',
      (town) => Object.assign(town.github.roles, { eve: 'read' }),
      /needs write access and eve has read/,
    ],
    [
      'a task there is none of',
      '/run reindx production',
      'mona',
      () => {},
      /There is no task reindx .*did you mean reindex.*; there are reindex, seed/,
    ],
    [
      'a host that is held',
      '/run seed production',
      'mona',
      (town) => Object.assign(town.host(), { hold: 'disk' }),
      /An administrator holds shop on host web-1: disk/,
    ],
    [
      'an older landfall-shell',
      '/run seed production',
      'mona',
      (town) => Object.assign(town.host(), { shell: 4 }),
      /needs version 5 of landfall-shell, and it has version 4/,
    ],
    [
      'a host that refuses it',
      '/run seed production',
      'mona',
      (town) =>
        Object.assign(town.host(), {
          instead: ({ verb }: { verb: string }) => (verb === 'once' ? refused(15, 'no', 'no space') : undefined),
        }),
      /seed failed on web-1: no space/,
    ],
  ])('is refused for %s, with why', async (_why, body, actor, prepare, said) => {
    const { town } = await shop()
    prepare(town)
    await run(town, body, { actor })
    expect([answer(town), ran(town)]).toEqual([expect.stringMatching(said), [[]]])
  })

  test("is refused while somebody else's lock holds the environment, and not for its holder", async () => {
    const { town } = await shop()
    town.github.roles.lisa = 'write'
    await run(town, '/lock production moving', { actor: 'lisa' })
    await run(town)
    expect([answer(town), ran(town)]).toEqual([expect.stringContaining('production is locked by lisa'), [[]]])
    await run(town, '/run reindex production', { actor: 'lisa' })
    expect(ran(town)[0]?.length).toBe(1)
  })

  test('is refused where nobody knows what runs', async () => {
    const { town } = await shop()
    const web = town.host()
    web.instead = ({ verb }) => (verb === 'restore' ? refused(15, 'no') : undefined)
    expect((await town.deploy({}, { behaviour: { answers: 500 } })).state).toBe('halted')
    await run(town)
    expect([answer(town), ran(town)]).toEqual([expect.stringContaining('it is halted, and nobody knows what runs'), [[]]])
  })

  test('is nobody’s business where there are no tasks', async () => {
    const town = await openTown()
    await town.deploy()
    await town.tellComment('/run ci')
    await town.quiet()
    expect(town.github.comments).toEqual([])
  })
})
