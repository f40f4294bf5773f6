import { expect, test } from 'vitest'
import { fetchWork } from '../../src/flow/fetch-ahead.ts'
import { refused, unreachable } from '../support/host-answers.ts'
import { composeYml, databaseImage, landfallYml, shopImage } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const hosts = ['web-1', 'web-2']
const gates = 'approve: { count: 1 }'

/** A shop with one release, and a second one that waits for somebody to approve it. */
async function waiting(prepare: (town: Town) => void = () => undefined, more: TownOptions = {}) {
  const town = await openTown({ hosts, gates: '', ...more })
  await town.deploy()
  prepare(town)
  const revision = town.commit({ '.github/landfall.yml': landfallYml({ follows: hosts, ...more, gates }) })
  await town.tellPush(revision)
  await town.reaches('waiting')
  await town.pass(30)
  return { town, revision, deployment: await town.newest() }
}
const has = (town: Town, revision: string) =>
  hosts.map((name) => [...town.host(name).docker.pulled].some((image) => image === town.registry.reference(shopImage, revision)))
const fetches = (town: Town) => hosts.map((name) => town.host(name).heard.filter((verb) => verb.startsWith('fetch')))
const summary = (town: Town, id: string) => town.github.checkRuns.find(({ externalId }) => externalId === id)?.summary

test('while it waits its hosts fetch the images, once, and people are told', async () => {
  const { town, revision, deployment } = await waiting()
  expect([has(town, revision), fetches(town)]).toEqual([
    [true, true],
    [['fetch 2'], ['fetch 2']],
  ])
  expect(deployment.fetched).toEqual({ content: deployment.proposal?.content, there: hosts, failed: [] })
  expect(summary(town, deployment.id)).toContain('The images are on 2 of 2 hosts.')
  expect(await town.record(deployment.id)).toContainEqual(
    expect.stringMatching(/^fetch web-1: images are there, fetched in advance after \d+\.\d s$/),
  )
  await town.pass(300)
  expect(fetches(town)).toEqual([['fetch 2'], ['fetch 2']])
  expect(town.host('web-1')).toMatchObject({ highest: 1, current: 1 })
})

test('what goes then has nothing left to pull', async () => {
  const { town, revision } = await waiting()
  const pulled = hosts.map((name) => town.host(name).docker.pulled.size)
  town.github.roles.lisa = 'write'
  await town.tellComment('/approve', { actor: 'lisa' })
  await town.reaches('succeeded', 120)
  expect(hosts.map((name) => town.host(name).docker.pulled.size)).toEqual(pulled)
  expect(town.host('web-2').container('web')?.image.behaviour.version).toBe(revision)
})

test('another proposal is fetched anew', async () => {
  const { town } = await waiting()
  const next = town.commit()
  await town.tellPush(next)
  await town.pass(60)
  expect([has(town, next), fetches(town)]).toEqual([
    [true, true],
    [
      ['fetch 2', 'fetch 2'],
      ['fetch 2', 'fetch 2'],
    ],
  ])
})

test('what cannot be fetched is told, asked for once, and keeps nothing from going', async () => {
  const { town, deployment } = await waiting((there) => {
    there.host('web-1').instead = ({ verb }) => (verb === 'fetch' ? refused(15, 'docker could not pull the images') : undefined)
    there.host('web-2').instead = ({ verb }) => (verb === 'fetch' ? refused(20, '12 MiB are free on the disk of Docker') : undefined)
  })
  expect(deployment).toMatchObject({ state: 'waiting', fetched: { there: [], failed: hosts } })
  const record = (await town.record(deployment.id)).join('\n')
  expect(record).toMatch(/fetch web-1: could not be fetched in advance: .*docker could not pull the images/)
  expect(record).toMatch(/fetch web-2: could not be fetched in advance: .*12 MiB are free/)
  expect(summary(town, deployment.id)).toContain('The images are on 0 of 2 hosts; web-1, web-2 could not fetch them in advance')
  await town.pass(300)
  expect(fetches(town).map((asked) => asked.length)).toEqual([1, 1])
  town.github.roles.lisa = 'write'
  await town.tellComment('/approve', { actor: 'lisa' })
  expect(await town.reaches('succeeded', 120)).toMatchObject({ state: 'succeeded' })
})

test('a host that is away is left, and holds up no other', async () => {
  const { town, deployment, revision } = await waiting((there) => {
    there.host('web-1').instead = ({ verb }) => (verb === 'fetch' ? unreachable : undefined)
  })
  await town.pass(30)
  expect([has(town, revision), (await town.newest()).fetched]).toEqual([
    [false, true],
    { content: deployment.proposal?.content, there: ['web-2'], failed: ['web-1'] },
  ])
})

test.each([
  ['cancelled', '/cancel'],
  ['rejected', '/reject not today'],
])('it ends once the deployment is %s', async (state, comment) => {
  let ended = false
  const { town, deployment } = await waiting((there) => {
    there.host('web-1').instead = ({ verb }) => (verb === 'fetch' ? new Promise(() => undefined) : undefined)
    const host = there.host('web-1')
    const run = host.run.bind(host)
    host.run = async (command, onLine, signal) => {
      if (command.verb === 'fetch') {
        signal?.addEventListener('abort', () => {
          ended = true
        })
      }
      return run(command, onLine, signal)
    }
  })
  expect([ended, deployment.fetched?.there]).toEqual([false, ['web-2']])
  town.github.roles.lisa = 'write'
  await town.tellComment(comment, { actor: 'lisa' })
  await town.pass(30)
  expect([ended, (await town.newest()).state]).toEqual([true, state])
  expect(await fetchWork(deployment.id, town.ports())).toBeUndefined()
})

test('a Landfall that is killed leaves it to the next, which asks only the hosts that are left', async () => {
  let silent = true
  const { town } = await waiting((there) => {
    there.host('web-1').instead = ({ verb }) => (verb === 'fetch' && silent ? new Promise(() => undefined) : undefined)
  })
  town.close()
  silent = false
  await town.start()
  await town.pass(120)
  expect((await town.newest()).fetched).toMatchObject({ there: ['web-2', 'web-1'], failed: [] })
  expect(fetches(town).map((asked) => asked.length)).toEqual([2, 1])
})

test('each host fetches what runs there', async () => {
  const placed = '{ web-1: [cron], web-2: [] }'
  const { town } = await waiting(
    (there) => {
      there.registry.push(databaseImage, '2')
      there.commit({ 'compose.yml': `${composeYml}  cron: { image: "${databaseImage}:2", profiles: [cron] }\n` })
    },
    { placed },
  )
  const cron = town.registry.reference(databaseImage, '2')
  expect(hosts.map((name) => town.host(name).docker.pulled.has(cron))).toEqual([true, false])
})
