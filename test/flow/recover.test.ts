import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Recovered, type RecoverRequest, recover } from '../../src/flow/recover.ts'
import { encrypted, secretsPath } from '../support/encrypted.ts'
import { fakeSigner } from '../support/fake-signer.ts'
import { refused, unreachable } from '../support/host-answers.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

/** `landfall recover`, as a process of its own beside the others. */
async function run(town: Town, change: Partial<RecoverRequest> = {}, signer = fakeSigner) {
  const said: string[] = []
  const request = { dryRun: false, without: [], lostKey: false, ...change }
  const ports = { ...town.ports(), store: town.store, ids: randomUUID, signer }
  const recovered = await recover(request, ports, (line) => said.push(line))
  return { ...recovered, said }
}

const production = ({ environments }: Recovered) => environments.find(({ environment }) => environment === 'production')
const history = async (town: Town) =>
  (await town.store.deployments.ofEnvironment('acme/shop', 'production', 100)).map(({ id, state, plan }) => [plan?.generation, state, id])

describe('a lost database', () => {
  test('knows again what runs: the next merge leaves the database service alone, under the right generation', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'] })
    const before = [await town.deploy(), await town.deploy(), await town.deploy()]
    const containers = [...town.hosts.values()].map((host) => host.container('db')?.id)
    await town.restoreDatabase()
    const { environments, said, silent } = await run(town)
    expect(said.sort()).toEqual(['web-1: 1 environment, 3 releases', 'web-2: 1 environment, 3 releases'])
    expect([silent, environments.map(({ left }) => left)]).toEqual([[], [undefined]])
    expect(await history(town)).toEqual(before.map(({ id }, index) => [index + 1, 'succeeded', id]).reverse())
    expect(await town.store.receipts.of(before[2]?.id ?? '')).toMatchObject({ generation: 3, revision: before[2]?.revision })

    await town.start()
    const next = await town.deploy()
    expect(next).toMatchObject({ state: 'succeeded', plan: { generation: 4 } })
    expect(next.plan?.services.map(({ name, change }) => [name, change])).toEqual([
      ['db', 'untouched'],
      ['web', 'recreated'],
    ])
    expect([...town.hosts.values()].map((host) => host.container('db')?.id)).toEqual(containers)
  })

  test('knows again how old secrets are, at least, from what hosts keep', async () => {
    const town = await openTown({ gates: `secrets: ${secretsPath}` })
    const first = await town.deploy({ [secretsPath]: await encrypted({ KEPT: 'a', CHANGED: 'a' }) })
    await town.pass(60)
    const second = await town.deploy({ [secretsPath]: await encrypted({ KEPT: 'a', CHANGED: 'b' }) })
    await town.restoreDatabase()
    await run(town)
    const ages = await town.store.secretAges.of('acme/shop', 'production')
    const provedAt = async ({ id }: { id: string }) => (await town.store.receipts.of(id))?.verifiedAt
    expect(ages?.keys).toMatchObject([
      { name: 'CHANGED', since: await provedAt(second) },
      { name: 'KEPT', since: await provedAt(first) },
    ])
  })

  test('has its targets for /rollback again', async () => {
    const town = await openTown()
    await town.deploy()
    const second = await town.deploy()
    await town.deploy()
    await town.restoreDatabase()
    await run(town)
    await town.start()
    await town.tellComment('/rollback')
    await town.quiet()
    expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: second.revision, plan: { generation: 4 } })
    expect(town.host().container('web')?.image.behaviour.version).toBe(second.revision)
  })

  test('deploys nothing twice: neither what runs, nor what was returned from, nor what a rollback took away', async () => {
    const town = await openTown()
    await town.deploy()
    const bad = await town.deploy({}, { behaviour: { answers: 500 } })
    await town.restoreDatabase()
    await run(town)
    await town.start()
    const heard = town.host().heard.length
    await town.tellPush(bad.revision ?? '')
    await town.quiet()
    expect(town.host().heard).toHaveLength(heard)
    expect(await history(town)).toEqual([
      [2, 'rolled-back', bad.id],
      [1, 'succeeded', expect.anything()],
    ])
  })

  test('tells nobody what they know already', async () => {
    const town = await openTown()
    await town.deploy()
    const newest = await town.deploy()
    const shown = () => [town.github.deployments.map(({ statuses }) => statuses.length), town.github.comments.length, town.chat.said.length]
    const [before, statuses] = [shown(), town.github.statuses.length]
    await town.restoreDatabase()
    await run(town)
    await town.start()
    await town.quiet()
    expect(shown()).toEqual(before)
    // The newest may have ended just before nobody could tell it.
    expect(town.github.statuses.slice(statuses).map(({ revision, state }) => [revision, state])).toEqual([[newest.revision, 'success']])
  })

  test('that was lost in the middle of a deployment halts it, for people to see', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'], started: false })
    const first = await town.start()
    await town.deploy()
    first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'verifying'
    await town.tellPush(town.commit())
    await town.until(() => first.life.ended)
    const { id } = await town.newest()
    await town.restoreDatabase()
    await run(town)
    expect(await town.newest()).toMatchObject({ id, state: 'halted', reason: { code: 'database-restored', evidence: { generation: '2' } } })
    await town.start()
    await town.quiet()
    expect(town.github.deployments.at(-1)?.statuses.at(-1)?.state).toBe('error')
    expect((await town.deploy()).state).toBe('succeeded')
  })

  test('without its hosts being asked deploys nothing, and says what to run', async () => {
    const town = await openTown()
    await town.deploy()
    await town.restoreDatabase()
    await town.start()
    expect(await town.deploy()).toMatchObject({ state: 'failed', reason: { code: 'generation-behind' } })
  })
})

describe('an older copy of the database', () => {
  test('learns what came after it, and goes on from there', async () => {
    const town = await openTown()
    const first = await town.deploy()
    const backup = await town.backUp()
    const later = [await town.deploy(), await town.deploy()]
    const container = town.host().container('db')?.id
    await town.restoreDatabase(backup)
    const { environments } = await run(town)
    expect(environments[0]).toMatchObject({ generation: 3, before: 1, recovery: { generation: 3, ended: [], conflicts: [] } })
    expect(await history(town)).toEqual([...later.toReversed(), first].map(({ id, plan }) => [plan?.generation, 'succeeded', id]))
    await town.start()
    expect(await town.deploy()).toMatchObject({ state: 'succeeded', plan: { generation: 4 } })
    expect(town.host().container('db')?.id).toBe(container)
  })

  test.each(['planned', 'pulling', 'rolling', 'verifying'] as const)(
    'with a deployment that was %s then: its end is learnt from the hosts, which are not touched',
    async (state) => {
      const town = await openTown({ started: false })
      const first = await town.start()
      await town.deploy()
      first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === state
      await town.tellPush(town.commit())
      await town.until(() => first.life.ended)
      const { id } = await town.newest()
      const backup = await town.backUp()
      await town.start()
      await town.quiet(300)
      const newest = await town.deploy()
      await town.restoreDatabase(backup)
      const heard = town.host().heard.length
      await run(town)
      expect((await history(town)).slice(0, 2)).toEqual([
        [3, 'succeeded', newest.id],
        [2, 'succeeded', id],
      ])
      expect(await town.store.receipts.of(id)).toMatchObject({ deployment: id, generation: 2 })
      await town.start()
      await town.quiet()
      expect(town.host().heard.slice(heard)).toEqual(['recall'])
      expect(town.host().container('web')?.image.behaviour.version).toBe(newest.revision)
    },
  )

  test('with a deployment of which hosts keep nothing ends it as overtaken', async () => {
    const town = await openTown()
    await town.deploy()
    town.registry.instead = (name) => (name.includes('acme/shop') ? { kind: 'missing' } : undefined)
    const waiting = town.commit({}, { build: false })
    await town.tellPush(waiting)
    await town.reaches('waiting')
    const { id } = await town.newest()
    const backup = await town.backUp()
    town.registry.instead = () => undefined
    await town.deploy()
    await town.restoreDatabase(backup)
    await run(town)
    expect(await town.store.deployments.read(id)).toMatchObject({ state: 'superseded', reason: { code: 'database-restored' } })
    await town.start()
    await town.quiet()
    expect(town.github.statusesOf(waiting).at(-1)?.[1]).toContain('generation 2')
  })

  test('in the middle of the deployment that hosts are at goes on with it', async () => {
    const town = await openTown({ started: false })
    const first = await town.start()
    await town.deploy()
    first.life.endsAfter = (call, [, , to]) => call === 'store.deployments.advance' && to === 'rolling'
    await town.tellPush(town.commit())
    await town.until(() => first.life.ended)
    const backup = await town.backUp()
    const second = await town.start()
    second.life.endsAfter = (call, [, command]) => call === 'hosts.run' && Object(command).verb === 'switch'
    await town.until(() => second.life.ended, 300)
    const { id } = await town.newest()
    await town.restoreDatabase(backup)
    const { environments } = await run(town)
    expect(environments[0]?.recovery).toMatchObject({ turn: town.host().latest, ended: [], added: [] })
    await town.start()
    await town.quiet(300)
    expect(await town.newest()).toMatchObject({ id, state: 'succeeded', plan: { generation: 2 } })
  })
})

describe('is safe', () => {
  test('to repeat', async () => {
    const town = await openTown()
    await town.deploy()
    await town.deploy()
    await town.restoreDatabase()
    await run(town)
    const [known, records] = [await history(town), await Promise.all((await town.deployments()).map(({ id }) => town.record(id)))]
    const again = await run(town)
    expect(production(again)?.recovery).toEqual({ ended: [], added: [], conflicts: [] })
    expect(await history(town)).toEqual(known)
    expect(await Promise.all((await town.deployments()).map(({ id }) => town.record(id)))).toEqual(records)
  })

  test('beside a Landfall that lost nothing, whatever it is doing', async () => {
    const town = await openTown()
    await town.deploy()
    const seen: unknown[] = []
    for (const state of ['pulling', 'rolling', 'verifying'] as const) {
      town.host().instead = async ({ verb }) => {
        if (verb !== 'recall' && seen.length === 0 && (await town.newest()).state === state)
          seen.push(production(await run(town))?.recovery)
        return undefined
      }
      expect((await town.deploy()).state).toBe('succeeded')
      expect(seen.splice(0)).toEqual([{ ended: [], added: [], conflicts: [] }])
    }
  })

  test('to try first: a dry run tells the same and changes nothing', async () => {
    const town = await openTown()
    await town.deploy()
    await town.restoreDatabase()
    const tried = await run(town, { dryRun: true })
    expect(await history(town)).toEqual([])
    expect(await town.store.environments.generation('acme/shop', 'production')).toBe(0)
    expect(production(await run(town))).toEqual(production(tried))
  })
})

describe('a host that does not answer', () => {
  const mute = (town: Town, name: string, answer: ReturnType<typeof refused>) => {
    town.host(name).instead = ({ verb }) => (verb === 'recall' ? answer : undefined)
  }

  test.each([
    ['is away', unreachable, 'Host web-2 cannot be reached'],
    ['has an old landfall-shell', refused(2, "this key speaks landfall-shell's verbs only"), 'too old to tell'],
    ['says something else', { kind: 'exited' as const, code: 0, stdout: 'Last login: today\n', stderr: '' }, 'is not ready'],
  ])('because it %s leaves its environments as they are, until it is named', async (_why, answer, said) => {
    const town = await openTown({ hosts: ['web-1', 'web-2'] })
    await town.deploy()
    await town.restoreDatabase()
    mute(town, 'web-2', answer)
    const first = await run(town)
    expect(first.said.find((line) => line.startsWith('web-2'))).toContain(said)
    expect(first.silent).toEqual(['web-2'])
    expect(production(first)?.left).toContain('--without web-2')
    expect(await history(town)).toEqual([])
    const second = await run(town, { without: ['web-2'] })
    expect([production(second)?.left, second.silent]).toEqual([undefined, []])
    expect(await history(town)).toHaveLength(1)
  })

  test('and that the environment may not use holds nothing up', async () => {
    const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'] })
    await town.deploy()
    const only = { '*': ['web-1'] }
    town.operator = { ...town.operator, repositories: town.operator.repositories.map((rule) => ({ ...rule, environments: only })) }
    await town.restoreDatabase()
    mute(town, 'web-2', unreachable)
    expect(production(await run(town))?.left).toBeUndefined()
    expect(await history(town)).toHaveLength(1)
  })
})

describe('a host that lies', () => {
  test('about its generation is not believed, unless the key was lost', async () => {
    const town = await openTown()
    await town.deploy()
    await town.restoreDatabase()
    town.host().highest = 800_000_000
    expect(production(await run(town))?.left).toContain('web-1 cannot prove the generation')
    expect(await town.store.environments.generation('acme/shop', 'production')).toBe(0)
    town.host().highest = 999_999_999
    expect(production(await run(town, { lostKey: true }))?.left).toContain('no Landfall hands out')
  })

  test('about what was verified has it told and not taken over', async () => {
    const town = await openTown()
    await town.deploy()
    await town.deploy()
    await town.restoreDatabase()
    const release = town.host().releases.get(2)
    if (release) release.plan = release.plan.replaceAll('registry.example.com', 'registry.evil.example')
    const recovered = await run(town)
    expect(production(recovered)?.remarks).toEqual(['web-1 cannot prove release 2: not taken over.'])
    expect((await history(town)).map(([generation]) => generation)).toEqual([1])
    expect(await town.store.environments.generation('acme/shop', 'production')).toBe(2)
  })

  test('about whose it is gets nothing', async () => {
    const town = await openTown()
    await town.deploy()
    await town.restoreDatabase()
    town.operator = { ...town.operator, repositories: [{ ...town.operator.repositories[0], name: 'acme/other' } as never] }
    const { environments, remarks } = await run(town)
    expect(environments).toEqual([])
    expect(remarks).toEqual(['web-1: shop/production is of acme/shop, to which operator.yml does not give it there: left alone.'])
  })
})

test('after the signing key was lost as well, generations go on, and nothing that cannot be proved is taken over', async () => {
  const town = await openTown()
  await town.deploy()
  await town.restoreDatabase()
  const another = { ...fakeSigner, sign: (bytes: Uint8Array, namespace: string) => `other ${fakeSigner.sign(bytes, namespace)}` }
  expect(production(await run(town, {}, another))?.left).toContain('--lost-key')
  const recovered = await run(town, { lostKey: true }, another)
  expect(production(recovered)).toMatchObject({ generation: 1, recovery: { generation: 1, added: [] } })
  expect(await history(town)).toEqual([])
  expect(await town.store.environments.generation('acme/shop', 'production')).toBe(1)
})

test('an environment whose hosts remember different generations goes on from the highest', async () => {
  const town = await openTown({ hosts: ['web-1', 'web-2'], follows: ['web-1'] })
  await town.deploy()
  await town.deploy({ '.github/landfall.yml': landfallYml({ follows: ['web-2'] }) })
  await town.restoreDatabase()
  expect(production(await run(town))).toMatchObject({ hosts: ['web-1', 'web-2'], generation: 2 })
  expect((await history(town)).map(([generation, state]) => [generation, state])).toEqual([
    [2, 'succeeded'],
    [1, 'succeeded'],
  ])
})
