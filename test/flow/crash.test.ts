import { describe, expect, test } from 'vitest'
import type { Lease } from '../../src/flow/ports.ts'
import { httpError } from '../support/fake-github.ts'
import type { Behaviour } from '../support/fake-registry.ts'
import { refused, unreachable } from '../support/host-answers.ts'
import { type Landfall, openTown, type Town } from '../support/town.ts'

/** A town with one verified release, and a second push whose Landfall dies where it is told to. */
async function killed(where: Landfall['life']['endsAfter'], behaviour: Behaviour = {}) {
  const town = await openTown({ hosts: ['web-1', 'web-2'], started: false })
  // Looking as often as in earnest, or all there is to tell is told at once, in the end.
  const first = await town.start({ sweepSeconds: 1 })
  const before = await town.deploy()
  first.life.endsAfter = where
  const sha = town.commit({}, { behaviour })
  await town.tellPush(sha)
  await town.until(() => first.life.ended, 300)
  return { town, before, sha }
}

/** Everything is as if nobody had died: one deployment, one end, one container of each service on each host. */
async function endsWell(town: Town, sha: string) {
  await town.start()
  await town.quiet(300)
  const deployment = await town.newest()
  expect(deployment).toMatchObject({ revision: sha, state: 'succeeded' })
  expect(await town.deployments()).toHaveLength(2)
  for (const host of town.hosts.values()) {
    expect(host.docker.containers.map(({ service }) => service).sort()).toEqual(['db', 'web'])
    expect(host.container('web')?.image.behaviour.version).toBe(sha)
    const { confirmed, receipt } = host.releases.get(host.current) ?? {}
    expect(confirmed).toBe(true)
    expect(JSON.parse(receipt?.text ?? '')).toEqual(await town.store.receipts.of(deployment.id))
  }
  expect(town.github.deployments).toHaveLength(2)
  expect(town.github.statusesOf(sha).at(-1)?.[0]).toBe('success')
}

describe('a Landfall that dies', () => {
  test.each(['planned', 'pulling', 'rolling', 'verifying'])('once a deployment is %s is continued by the next', async (state) => {
    const { town, sha } = await killed((call, [, , to]) => call === 'store.deployments.advance' && to === state)
    await endsWell(town, sha)
  })

  test.each(['put', 'switch', 'confirm'])('while a host carries out %s is continued by the next', async (verb) => {
    const { town, sha } = await killed((call, [, command]) => call === 'hosts.run' && Object(command).verb === verb)
    await endsWell(town, sha)
  })

  test('while it gathers forgets no push and deploys it once', async () => {
    const { town, sha } = await killed((call) => call === 'github.head')
    await endsWell(town, sha)
  })

  test('with the receipt recorded and nothing told tells it once', async () => {
    const { town, sha } = await killed((call) => call === 'store.receipts.record')
    await endsWell(town, sha)
    expect(town.chat.said).toHaveLength(2)
  })

  test('after the end was stored, before anybody was told, reports it and deploys nothing again', async () => {
    const { town, sha } = await killed((call, [, , to]) => call === 'store.deployments.advance' && to === 'succeeded')
    const switches = town.host().heard.filter((verb) => verb.startsWith('switch')).length
    await endsWell(town, sha)
    expect(town.host().heard.filter((verb) => verb.startsWith('switch'))).toHaveLength(switches)
  })

  test.each(['setStatus', 'createDeployment', 'setDeploymentStatus', 'createCheck', 'updateCheck'])(
    'before it hears what became of %s tells it once',
    async (request) => {
      const { town, before, sha } = await killed((call) => call === `github.${request}`)
      await endsWell(town, sha)
      const told = town.github.statusesOf(sha).map(([state, text]) => `${state} ${text}`)
      expect(told).toEqual([...new Set(told)])
      const states = town.github.deployments[1]?.statuses.map(({ state }) => state)
      expect(states).toEqual(['in_progress', 'success'])
      expect(town.github.checkRuns.map(({ revision, state }) => [revision, state])).toEqual([
        [before.revision, 'success'],
        [sha, 'success'],
      ])
    },
  )

  test('before it hears of its own comment edits that one and makes no other', async () => {
    const town = await openTown({ started: false })
    const first = await town.start()
    first.life.endsAfter = (call) => call === 'github.comment'
    await town.tellComment('/rollback')
    await town.until(() => first.life.ended, 300)
    await town.start()
    await town.quiet(300)
    expect(town.github.comments).toHaveLength(1)
  })

  test.each([
    ['once it is rolling back', (call: string, [, , to]: unknown[]) => call === 'store.deployments.advance' && to === 'rolling-back'],
    ['while a host goes back', (call: string, [, command]: unknown[]) => call === 'hosts.run' && Object(command).verb === 'restore'],
  ])('%s leaves the way back to the next', async (_when, where) => {
    const { town, before } = await killed(where, { answers: 500 })
    await town.start()
    await town.quiet(300)
    expect(await town.newest()).toMatchObject({ state: 'rolled-back', reason: { code: 'verification-failed' } })
    for (const host of town.hosts.values()) expect(host.container('web')?.image.behaviour.version).toBe(before.revision)
  })

  test('in the middle does not leave hosts half-way for as long as GitHub is down', async () => {
    const { town, before } = await killed((call, [, , to]) => call === 'store.deployments.advance' && to === 'rolling-back', {
      answers: 500,
    })
    town.github.fails = () => httpError(502)
    await town.start()
    await town.reaches('rolled-back', 120)
    for (const host of town.hosts.values()) expect(host.container('web')?.image.behaviour.version).toBe(before.revision)
  })
})

test.each(['comment', 'createDeployment', 'setStatus', 'setDeploymentStatus'])(
  'what GitHub did of %s although its answer got lost is not done again',
  async (request) => {
    const town = await openTown()
    await town.deploy()
    const lost = new Set<string>()
    town.github.loses = (call) => {
      if (call !== request || lost.has(call)) return undefined
      lost.add(call)
      return httpError(502)
    }
    await town.deploy()
    await town.tellComment('/rollback')
    await town.quiet()
    await town.pass(30)
    expect(lost.size).toBe(1)
    expect(town.github.comments).toHaveLength(1)
    expect(town.github.deployments.map(({ statuses }) => statuses.map(({ state }) => state))).toEqual([
      ['in_progress', 'success', 'inactive'],
      ['in_progress', 'success', 'inactive'],
      ['in_progress', 'success'],
    ])
  },
)

test.each([
  ['the registry', 'queued'],
  ['a host', 'pulling'],
] as const)(
  'one whose lease somebody else took while it waited for %s sends no command and writes no word any more',
  async (who, state) => {
    const town = await openTown()
    const { claim } = town.store.leases
    const held: Lease[] = []
    town.store.leases.claim = async (subject, holder, seconds) => {
      const lease = await claim(subject, holder, seconds)
      if (lease) held.push(lease)
      return lease
    }
    let waiting = false
    const slowly = async <T>(answer: T): Promise<T> => {
      waiting = true
      await town.clock.sleep(60)
      return answer
    }
    if (who === 'a host')
      town.host().instead = ({ verb }) => (verb === 'put' ? slowly(refused(15, 'docker could not pull the images')) : undefined)
    const { registry } = town
    const resolve = registry.resolve.bind(registry)
    if (who === 'the registry') registry.resolve = async (...image) => slowly(await resolve(...image))
    await town.tellPush(town.commit())
    await town.until(() => waiting)
    const { id } = await town.newest()
    const heard = [...town.host().heard]
    const written = await town.record(id)
    const lease = held.findLast(({ subject }) => subject.startsWith('environment:'))
    // It does not get the processor for so long that its lease runs out.
    await town.store.leases.release(lease ?? raise())
    await claim(lease?.subject ?? '', 'somebody else', 6000)
    await town.pass(300)
    expect(await town.newest()).toMatchObject({ id, state })
    expect(await town.record(id)).toEqual(written)
    expect(town.host().heard).toEqual(heard)
  },
)

test('a stop in the middle is no failure of anything, and the next Landfall goes on', async () => {
  const town = await openTown({ started: false })
  const first = await town.start()
  let pulling = true
  town.host().instead = ({ verb }) => (verb === 'put' && pulling ? town.clock.sleep(20).then(() => unreachable) : undefined)
  await town.tellPush(town.commit())
  await town.reaches('pulling')
  const stopped = first.dispatcher.stop(5)
  await town.pass(10)
  await stopped
  pulling = false
  const { id } = await town.newest()
  expect((await town.record(id)).map((line) => line.split(':')[0])).toEqual(['plan'])
  await town.start()
  await town.reaches('succeeded', 120)
})

test('what runs in one environment does not hold up another', async () => {
  const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'] })
  const file = town.github.commits.get(town.github.branches.get('main') ?? '')?.files['.github/landfall.yml'] ?? ''
  const staging = '  staging: { branch: main, hosts: [web-2], env: deploy/production.env }\n'
  town.host('web-1').hold = 'mona works there'
  await town.tellPush(town.commit({ '.github/landfall.yml': file.replace('notify:', `${staging}notify:`) }))
  await town.until(async () => (await town.deployments()).some(({ state }) => state === 'succeeded'), 60)
  expect((await town.deployments()).map(({ environment, state }) => [environment, state]).sort()).toEqual([
    ['production', 'waiting'],
    ['staging', 'succeeded'],
  ])
})

function raise(): never {
  throw new Error('nobody claimed the environment')
}
