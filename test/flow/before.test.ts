import { describe, expect, test } from 'vitest'
import type { Behaviour } from '../support/fake-registry.ts'
import { refused } from '../support/host-answers.ts'
import { composeYml, landfallYml } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const migrate = 'before: [{ service: web, run: [bin/migrate, "--to=new one"], within: 5m }]'
const verbs = (town: Town, generation: number, host = 'web-1') => [
  ...new Set(
    town
      .host(host)
      .heard.filter((heard) => heard.endsWith(` ${generation}`))
      .map((heard) => heard.split(' ')[0]),
  ),
]
const ran = (town: Town) => [...town.hosts.values()].map(({ once }) => once)
const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)

/** A shop with one verified release; what is run before it is written from then on. */
async function withOne({ gates = migrate, ...options }: TownOptions = {}) {
  const town = await openTown({ started: false, ...options })
  const landfall = await town.start()
  const before = await town.deploy()
  const files = { '.github/landfall.yml': landfallYml({ ...options, follows: options.hosts ?? ['web-1'], gates }) }
  return { town, landfall, before, deploy: (behaviour: Behaviour = {}) => town.deploy(files, { behaviour }), files }
}

describe('what is run before', () => {
  test('runs once, on the first host, when all have pulled and none was switched, and its log is in the record', async () => {
    const { town, deploy } = await withOne({ hosts: ['web-1', 'web-2'] })
    const { id, state, plan } = await deploy({ says: 'schema 7\npassword ${DB_PASSWORD}\n', takes: 30 })
    expect([state, plan?.before]).toEqual([
      'succeeded',
      [{ service: 'web', run: ['bin/migrate', '--to=new one'], within: 300, host: 'web-1', needs: [] }],
    ])
    expect(ran(town)).toEqual([[['before-1', 'web', 'bin/migrate', '--to=new one']], []])
    expect(verbs(town, 2)).toEqual(['put', 'once', 'switch', 'probe', 'confirm', 'prune'])
    const record = await town.record(id)
    const at = (text: string) => record.findIndex((line) => line.startsWith(text))
    expect(record[at('before web-1: web: bin/migrate')]).toBe(
      'before web-1: web: bin/migrate --to=new one: done after 30 s\nschema 7\npassword [secret]',
    )
    expect([at('pull web-2') < at('before web-1'), at('before web-1: web:') < at('switch')]).toEqual([true, true])
  })

  test('is shown before it is agreed to, and while it runs', async () => {
    const { town, files } = await withOne()
    const sha = town.commit(files, { behaviour: { takes: 60 } })
    await town.tellPush(sha)
    await town.reaches('stepping')
    await town.pass(15)
    expect(town.github.statuses.at(-1)?.description).toBe('Running bin/migrate --to=new one of web on web-1')
    expect(town.github.checkRuns.at(-1)?.summary).toContain(
      '**Before anything is switched**\n\n- `bin/migrate --to=new one` · as web, once on web-1, for 5 min at most',
    )
    await town.quiet()
    expect((await town.newest()).state).toBe('succeeded')
  })

  test.each<[why: string, behaviour: Behaviour, detail: string]>([
    ['fails', { once: 3, says: 'no such ${DB_PASSWORD}\ntable shoes\n' }, 'exit code 3: table shoes'],
    ['takes too long', { takes: null, says: 'waiting for a lock' }, 'its time was up, and it was stopped: waiting for a lock'],
  ])('ends the deployment where it %s: nothing is switched, and the old release runs on', async (_why, behaviour, detail) => {
    const { town, before, deploy } = await withOne({ hosts: ['web-1', 'web-2'] })
    const { id, state, reason } = await deploy(behaviour)
    expect([state, reason?.code, reason?.evidence.detail]).toEqual(['failed', 'step-failed', detail])
    expect(versions(town)).toEqual([before.revision, before.revision])
    expect([verbs(town, 2), verbs(town, 2, 'web-2')]).toEqual([['put', 'once'], ['put']])
    expect(JSON.stringify([reason, await town.record(id)])).not.toContain('open-sesame')
    expect(town.chat.said.at(-1)?.message.fallback).toContain('did not reach production')
  })

  test('a host that refuses it ends the deployment as well, and says so', async () => {
    const { town, deploy, before } = await withOne()
    town.host().instead = ({ verb }) => (verb === 'once' ? refused(15, 'docker compose run failed', 'no such network') : undefined)
    expect(await deploy()).toMatchObject({
      state: 'failed',
      reason: { code: 'step-failed', evidence: { service: 'web', detail: 'no such network' } },
    })
    expect(versions(town)).toEqual([before.revision])
  })

  test('of several each waits for the one before, and what fails is the last', async () => {
    const gates = 'before: [{ service: web, run: [one] }, { service: db, run: [two] }, { service: web, run: [three] }]'
    const { town, deploy } = await withOne({ gates })
    expect((await deploy()).state).toBe('succeeded')
    expect(ran(town)[0]?.map(([name, service, run]) => [name, service, run])).toEqual([
      ['before-1', 'web', 'one'],
      ['before-2', 'db', 'two'],
      ['before-3', 'web', 'three'],
    ])
    const failed = await town.deploy({}, { behaviour: { once: 1 } })
    expect([failed.reason?.evidence.run, ran(town)[0]?.length]).toEqual(['one', 4])
  })

  test('on a first deployment what its service depends on is there before it, and stays', async () => {
    const compose = composeYml.replace('    environment', '    depends_on: { db: { condition: service_healthy } }\n    environment')
    const town = await openTown({ gates: migrate })
    const found: string[][] = []
    town.host().instead = ({ verb }) => {
      if (verb === 'switch') found.push(town.host().docker.containers.map(({ service }) => service))
      return undefined
    }
    const { state, plan } = await town.deploy({ 'compose.yml': compose })
    expect([state, plan?.before?.[0]?.needs, found]).toEqual(['succeeded', [{ service: 'db', is: 'healthy' }], [['db']]])
    const [db] = town.host().docker.containers.filter(({ service }) => service === 'db')
    await town.deploy({ 'compose.yml': compose })
    expect(town.host().container('db')?.id).toBe(db?.id)
  })

  test('is no part of a way back', async () => {
    const { town, deploy } = await withOne()
    await deploy()
    await deploy()
    await town.tellComment('/rollback')
    await town.quiet()
    expect([await town.newest(), ran(town)[0]?.length]).toMatchObject([{ kind: 'rollback', state: 'succeeded' }, 2])
    expect((await town.newest()).plan?.before).toBeUndefined()
  })

  test.each([
    ['no service of that name', 'wbe', 'the Compose file has no service "wbe" (did you mean "web"?)'],
    ['a service that runs nowhere', 'tool', 'tool runs on no host that is there'],
  ])('%s is refused before anything is touched', async (_why, service, what) => {
    const { town, files } = await withOne({ gates: `before: [{ service: ${service}, run: [x] }]` })
    const refusal = await town.deploy({
      ...files,
      'compose.yml': `${composeYml}  tool: { image: registry.example.com/acme/database:1, profiles: [tool] }\n`,
    })
    expect([refusal.state, refusal.reason?.evidence.problems]).toEqual([
      'rejected',
      expect.stringContaining(`environments.production.before[0].service: ${what}`),
    ])
    expect(verbs(town, 2)).toEqual([])
  })

  test('a host whose landfall-shell knows nothing of it is named, and left alone', async () => {
    const { town, deploy } = await withOne({ hosts: ['web-1', 'web-2'] })
    town.host('web-2').shell = 4
    expect(await deploy()).toMatchObject({
      state: 'failed',
      reason: {
        code: 'host-not-ready',
        evidence: { host: 'web-2', detail: '`before` needs version 5 of landfall-shell, and it has version 4' },
      },
    })
    expect(verbs(town, 2)).toEqual([])
  })
})

describe('while it runs', () => {
  const slow = { takes: 60 }

  test('a Landfall that dies leaves it to the next, which waits for its end and does not run it again', async () => {
    const { town, landfall, files } = await withOne()
    await town.tellPush(town.commit(files, { behaviour: slow }))
    await town.reaches('stepping')
    await town.pass(10)
    landfall.kill()
    await town.start()
    await town.quiet()
    expect([(await town.newest()).state, ran(town)]).toEqual(['succeeded', [[['before-1', 'web', 'bin/migrate', '--to=new one']]]])
  })

  test('one whose end no Landfall heard of is answered for by the host', async () => {
    const { town, landfall, files } = await withOne()
    await town.tellPush(town.commit(files, { behaviour: slow }))
    await town.reaches('stepping')
    landfall.kill()
    await town.pass(120)
    await town.start()
    await town.quiet()
    expect([(await town.newest()).state, ran(town)[0]?.length]).toEqual(['succeeded', 1])
  })

  test.each([
    ['/cancel', { state: 'cancelled', kind: 'deploy' }],
    ['/rollback', { state: 'succeeded', kind: 'rollback' }],
  ])('%s waits for its end, and then nothing is switched', async (said, newest) => {
    const { town, files, before } = await withOne()
    await town.tellPush(town.commit(files, { behaviour: slow }))
    await town.reaches('stepping')
    const began = town.clock.now().getTime()
    await town.tellComment(said)
    await town.quiet()
    expect(await town.newest()).toMatchObject(newest)
    expect((await town.deployments()).find(({ revision, kind }) => kind === 'deploy' && revision !== before.revision)?.state).toBe(
      'cancelled',
    )
    expect(town.clock.now().getTime() - began).toBeGreaterThanOrEqual(50_000)
    expect(versions(town)).toEqual([before.revision])
  })
})
