import { expect, test } from 'vitest'
import type { Deployment } from '../../../src/domain/deployment.ts'
import type { RecoveryIntent } from '../../../src/domain/intent.ts'
import { reason } from '../../../src/domain/reason.ts'
import { type DeploymentPatch, LeaseLost } from '../../../src/flow/ports.ts'
import type { Given } from './contract.ts'
import { asked, at, commit, deployment, draft, lease, plan, receipt, shop } from './records.ts'

export function deploymentContract(given: Given): void {
  test('a deployment with every field reads back as it was', async () => {
    // Required: a field the domain gains must be given here, and so must come back.
    const everything: Required<Omit<Deployment, 'id' | 'intent'>> = {
      ...deployment(),
      revision: commit('a'),
      author: 'lisa',
      subject: 'Don\'t lose "quotes", ünïcode 🚀 or\ttabs',
      branch: 'main',
      pullRequest: 12,
      comment: { id: 41, issue: 12 },
      toldIn: [{ id: 42, issue: 12 }],
      asked: 'deliberate',
      retried: true,
      over: { deployment: 'd0', revision: commit('b') },
      reason: { code: 'image-missing', evidence: { image: 'shop', deadline: 'noon' } },
      tag: 'v1.2',
      closed: [{ code: 'locked', evidence: { person: 'lisa' } }],
      proposal: { draft: draft(), content: 'what is shown', since: at },
      fetched: { content: 'what is shown', there: ['web-1'], failed: ['web-2'] },
      plan: plan(),
      awaits: ['web-3'],
      rollout: { wave: 1, until: at, asked: { content: 'what is shown', since: at, until: at } },
      soak: { state: 'unwell', reason: { code: 'soak-failed', evidence: { host: 'web-1' } } },
      state: 'planned',
      startedAt: at,
      finishedAt: at,
    }
    const [full] = await asked(given.store, everything)
    expect(full).toEqual({ ...everything, id: full?.id, intent: full?.intent })
    expect(await given.other.deployments.read(full?.id ?? '')).toEqual(full)
    expect(await given.store.deployments.read('nobody')).toBeUndefined()
  })

  test('what hosts fetched is kept for what waits with that very proposal, with the reports it asks for', async () => {
    const [created] = await asked(given.store, {})
    const id = created?.id ?? ''
    const held = await lease(given.store)
    const proposal = { draft: draft(), content: 'what is shown', since: at }
    const fetched = { content: 'what is shown', there: ['web-1'], failed: [] }
    const report = { subject: `deployment:${id}`, surface: 'check' }
    expect(await given.store.deployments.fetched(id, held, fetched, [report])).toBe(false)
    await given.store.deployments.advance(id, held, 'waiting', { proposal })
    expect(await given.store.deployments.fetched(id, held, { ...fetched, content: 'another' }, [report])).toBe(false)
    const due = async () => (await given.store.reports.due(50)).filter(({ subject }) => subject === report.subject)
    expect(await due()).toEqual([])
    expect(await given.store.deployments.fetched(id, held, fetched, [report])).toBe(true)
    expect((await given.other.deployments.read(id))?.fetched).toEqual(fetched)
    expect(await due()).toMatchObject([report])
    await given.other.leases.release(held)
    await given.other.leases.claim(held.subject, 'somebody else', 30)
    await expect(given.store.deployments.fetched(id, held, fetched, [])).rejects.toThrow(LeaseLost)
  })

  test('advancing merges the patch, stores the plan and wants the reports together', async () => {
    const [created] = await asked(given.store, {})
    const id = created?.id ?? ''
    const held = await lease(given.store)
    const report = { subject: `deployment:${id}`, surface: 'status' }
    const patch: Required<DeploymentPatch> = {
      plan: plan(),
      reason: { code: 'image-missing', evidence: {} },
      closed: [{ code: 'image-missing', evidence: {} }],
      proposal: { draft: draft(), content: 'what is shown', since: at },
      revision: commit('c'),
      subject: 'Fix it',
      author: 'lisa',
      pullRequest: 9,
      startedAt: at,
      finishedAt: at,
      rollout: { wave: 2 },
      awaits: ['web-3'],
      soak: { state: 'cut-short' },
      over: { deployment: 'd0', revision: commit('b') },
    }
    const planned = await given.store.deployments.advance(id, held, 'planned', patch, () => [report])
    expect(planned).toEqual({ ...created, state: 'planned', ...patch })
    expect(await given.other.deployments.read(id)).toEqual(planned)
    expect(await given.other.reports.due(1000)).toContainEqual({ ...report, version: 1, attempts: 0, begun: false })
    expect(await given.store.deployments.advance(id, held, 'pulling', { startedAt: at })).toEqual({
      ...planned,
      state: 'pulling',
      startedAt: at,
    })
  })

  test('why it waited is forgotten when it goes on, why it failed is kept', async () => {
    const [created] = await asked(given.store, {})
    const id = created?.id ?? ''
    const held = await lease(given.store)
    const waits = { code: 'image-missing' as const, evidence: {} }
    const failed = { code: 'verification-failed' as const, evidence: {} }
    expect((await given.store.deployments.advance(id, held, 'waiting', { reason: waits })).reason).toEqual(waits)
    expect((await given.store.deployments.advance(id, held, 'waiting')).reason).toEqual(waits)
    expect((await given.store.deployments.advance(id, held, 'planned', { plan: plan() })).reason).toBeUndefined()
    await given.store.deployments.advance(id, held, 'pulling')
    await given.store.deployments.advance(id, held, 'rolling')
    await given.store.deployments.advance(id, held, 'rolling-back', { reason: failed })
    expect((await given.store.deployments.advance(id, held, 'rolled-back')).reason).toEqual(failed)
  })

  test('an impossible step is refused and changes nothing', async () => {
    const [created] = await asked(given.store, {})
    const held = await lease(given.store)
    const report = { subject: `deployment:${created?.id}`, surface: 'status' }
    const step = given.store.deployments.advance(created?.id ?? '', held, 'succeeded', { finishedAt: at }, () => [report])
    await expect(step).rejects.toThrow('a deployment cannot go from queued to succeeded')
    expect(await given.store.deployments.read(created?.id ?? '')).toEqual(created)
    expect(await given.store.reports.due(1000)).not.toContainEqual(expect.objectContaining(report))
  })

  test('a plan is fixed once: the same again is fine, another is refused', async () => {
    const [created] = await asked(given.store, {})
    const id = created?.id ?? ''
    const held = await lease(given.store)
    await given.store.deployments.advance(id, held, 'planned', { plan: plan() })
    await given.store.deployments.advance(id, held, 'planned', { plan: plan() })
    await expect(given.store.deployments.advance(id, held, 'planned', { plan: plan({ generation: 4 }) })).rejects.toThrow('fixed once')
  })

  test('whoever lost the lease writes nothing', async () => {
    const [created] = await asked(given.store, {})
    const id = created?.id ?? ''
    const stale = await given.store.leases.claim(`environment ${id}`, 'stalled', 0)
    const taken = await given.other.leases.claim(`environment ${id}`, 'awake', 60)
    if (!stale || !taken) throw new Error('both claims should have succeeded')
    await expect(given.store.deployments.advance(id, stale, 'planned')).rejects.toBeInstanceOf(LeaseLost)
    expect((await given.store.deployments.read(id))?.state).toBe('queued')
    expect((await given.other.deployments.advance(id, taken, 'planned')).state).toBe('planned')
    await given.other.leases.release(taken)
    await expect(given.other.deployments.advance(id, taken, 'pulling')).rejects.toBeInstanceOf(LeaseLost)
  })

  test('lists go by the order of storing, whatever the clocks say', async () => {
    const environment = 'listed'
    const clocks = ['2026-11-21T12:00:00.000Z', '2026-11-21T10:00:00.000Z', '2026-11-21T11:00:00.000Z']
    const [first, second, third] = await asked(given.store, ...clocks.map((createdAt) => ({ environment, createdAt })))
    expect(await given.store.deployments.ofEnvironment('acme/shop', environment, 2)).toEqual([third, second])
    expect((await given.store.deployments.recent(2)).map(({ id }) => id)).toEqual([third?.id, second?.id])
    await given.store.deployments.advance(second?.id ?? '', await lease(given.store), 'cancelled')
    expect(await given.other.deployments.open('acme/shop', environment)).toEqual([first, third])
    expect(await given.other.deployments.open('acme/other', environment)).toEqual([])
  })

  test('the newest of each environment with open deployments is due', async () => {
    const [first, second, other] = await asked(given.store, { environment: 'due-1' }, { environment: 'due-1' }, { environment: 'due-2' })
    const ids = [first, second, other].map((created) => created?.id ?? '')
    const ours = async () => (await given.other.deployments.due()).filter((id) => ids.includes(id))
    expect(await ours()).toEqual([second?.id, other?.id])
    const held = await lease(given.store)
    await given.store.deployments.advance(ids[1] ?? '', held, 'superseded')
    await given.store.deployments.advance(ids[2] ?? '', held, 'waiting')
    expect(await ours()).toEqual([first?.id, other?.id])
    for (const id of [ids[0] ?? '', ids[2] ?? '']) await given.store.deployments.advance(id, held, 'cancelled')
    expect(await ours()).toEqual([])
  })

  test('those whose soak is under way are told of until it is over', async () => {
    const [soaking, other] = await asked(given.store, { state: 'succeeded', soak: { state: 'under-way' } }, { state: 'succeeded' })
    const ours = async () => (await given.other.deployments.soaking()).filter((id) => id === soaking?.id || id === other?.id)
    expect(await ours()).toEqual([soaking?.id])
    await given.store.deployments.advance(soaking?.id ?? '', await lease(given.store), 'succeeded', { soak: { state: 'well' } })
    expect(await ours()).toEqual([])
    expect((await given.other.deployments.read(soaking?.id ?? ''))?.soak).toEqual({ state: 'well' })
  })

  test('what did not stay well is recorded with the rollback that comes of it, by whoever holds its watch, or not at all', async () => {
    const [baked] = await asked(given.store, { environment: 'baked-1', state: 'succeeded', soak: { state: 'under-way' } })
    if (!baked) throw new Error('not created')
    const why = reason('bake-failed', { to: 'aaaaaaa' })
    const over = { deployment: baked.id, revision: commit('a'), baked: true as const }
    const rollback = deployment({ environment: 'baked-1', intent: 'bake-1', kind: 'rollback', state: 'queued', over })
    const key = 'bake of baked-1'
    const intent: RecoveryIntent = {
      id: 'bake-1',
      key,
      kind: 'recovery',
      repository: shop,
      actor: 'landfall',
      delivery: key,
      receivedAt: at,
    }
    const reports = [{ subject: `deployment:${baked.id}`, surface: 'comment' }]
    const returned = { intent, rollback, watched: baked.id, why, reports }
    const stale = await given.store.leases.claim('watch-1', 'stalled', 0)
    const held = await given.other.leases.claim('watch-1', 'awake', 60)
    if (!stale || !held) throw new Error('no lease')
    await expect(given.store.deployments.returned(returned, stale)).rejects.toBeInstanceOf(LeaseLost)
    expect((await given.other.deployments.read(baked.id))?.soak).toEqual({ state: 'under-way' })
    expect(await given.other.deployments.open('acme/shop', 'baked-1')).toEqual([])

    await given.other.deployments.returned(returned, held)
    expect((await given.store.deployments.read(baked.id))?.soak).toEqual({ state: 'unwell', reason: why })
    expect(await given.store.deployments.open('acme/shop', 'baked-1')).toEqual([rollback])
    expect(await given.store.intents.open('acme/shop')).not.toContain('bake-1')
    expect((await given.store.reports.due(1000)).filter(({ subject }) => subject === `deployment:${baked.id}`)).toMatchObject(reports)
  })

  test('an environment whose hosts are waited for is listed once, until none is any more', async () => {
    const environment = 'awaiting-1'
    const awaits = ['web-2', 'web-3']
    const all = await asked(
      given.store,
      { environment, state: 'succeeded', awaits },
      { environment, state: 'succeeded', awaits: ['web-3'] },
    )
    const ours = async () => (await given.other.deployments.awaiting()).filter((one) => one.environment === environment)
    expect(await ours()).toEqual([{ repository: 'acme/shop', environment }])
    const held = await lease(given.store)
    for (const { id } of all) await given.store.deployments.advance(id, held, 'succeeded', { awaits: [] })
    expect(await ours()).toEqual([])
    expect((await given.other.deployments.read(all[0]?.id ?? ''))?.awaits).toBeUndefined()
  })

  test('what is found on hosts comes before what waits, and is stored as it is', async () => {
    const environment = 'found-1'
    const [over, begun, first, second] = await asked(
      given.store,
      { environment, state: 'succeeded' },
      { environment, state: 'rolling' },
      { environment },
      { environment, state: 'waiting' },
    )
    const steps = [1, 2].map((generation) =>
      deployment({ environment, intent: 'found', kind: 'rollback', state: 'succeeded', plan: plan({ generation }), finishedAt: at }),
    )
    const [one, two] = steps
    if (!two) throw new Error('there are two steps')
    const intent = {
      kind: 'recovery',
      id: 'found',
      key: 'found',
      repository: shop,
      actor: 'landfall',
      delivery: 'd',
      receivedAt: at,
    } as const
    const reports = [{ subject: `deployment:${two.id}`, surface: 'status' }]
    const found = { intent, deployments: steps, receipts: [receipt(two)], reports }
    const stale = await given.store.leases.claim('found-lease', 'stalled', 0)
    const held = await given.other.leases.claim('found-lease', 'awake', 60)
    if (!stale || !held) throw new Error('both claims should have succeeded')
    await expect(given.store.deployments.found(found, stale)).rejects.toBeInstanceOf(LeaseLost)
    expect((await given.store.deployments.ofEnvironment('acme/shop', environment, 9)).map(({ id }) => id)).toEqual(
      [second, first, begun, over].map((made) => made?.id),
    )
    await given.other.deployments.found(found, held)
    expect(await given.store.deployments.ofEnvironment('acme/shop', environment, 9)).toEqual([second, first, two, one, begun, over])
    expect(await given.store.receipts.of(two.id)).toEqual(receipt(two))
    expect(await given.store.reports.due(1000)).toContainEqual(expect.objectContaining(reports[0]))
    expect(await given.store.intents.open('acme/shop')).not.toContain('found')
    expect(await given.store.environments.known()).toContainEqual({ repository: 'acme/shop', environment })
  })

  test('of one repository only its own are due', async () => {
    const own = { ...shop, name: 'due-own' }
    const made = await asked(
      given.store,
      { repository: own, environment: 'due-1' },
      { repository: own, environment: 'due-2' },
      { repository: { ...shop, name: 'due-other' }, environment: 'due-1' },
    )
    const [first, second, other] = made.map((created) => created?.id ?? '')
    expect(await given.other.deployments.due('acme/due-own')).toEqual([first, second])
    expect(await given.other.deployments.due('acme/due-other')).toEqual([other])
    expect(await given.other.deployments.due('acme/due-none')).toEqual([])
    const held = await lease(given.store)
    for (const { id } of made) await given.store.deployments.advance(id, held, 'cancelled')
    expect(await given.other.deployments.due('acme/due-own')).toEqual([])
  })

  test('a deployment is found by the generation of its plan', async () => {
    const environment = 'numbered'
    const [created, bare] = await asked(given.store, { environment }, { environment })
    const planned = await given.store.deployments.advance(created?.id ?? '', await lease(given.store), 'planned', {
      plan: plan({ generation: 7 }),
    })
    expect(await given.other.deployments.ofGeneration('acme/shop', environment, 7)).toEqual(planned)
    expect(await given.other.deployments.ofGeneration('acme/shop', environment, 8)).toBeUndefined()
    expect(await given.other.deployments.ofGeneration('acme/shop', 'elsewhere', 7)).toBeUndefined()
    expect(await given.other.deployments.read(bare?.id ?? '')).toEqual(bare)
  })

  test('those that may have a say about a commit are the ones that bring it, and what went back or halted since', async () => {
    const [environment, elsewhere] = ['concerned', 'concerned-not']
    const made = async (change: Partial<Deployment>) => {
      const [created] = await asked(given.store, { environment, ...change })
      if (!created) throw new Error('not created')
      return created
    }
    await made({ revision: commit('e'), kind: 'rollback', state: 'succeeded' })
    const first = await made({ revision: commit('f') })
    await made({ revision: commit('e'), state: 'succeeded' })
    await made({ revision: commit('e'), kind: 'rollback', state: 'failed' })
    const back = await made({ revision: commit('e'), kind: 'rollback', state: 'succeeded' })
    await made({ revision: commit('f'), environment: elsewhere })
    const halted = await made({ revision: commit('e'), state: 'halted' })
    const again = await made({ revision: commit('f') })
    expect(await given.other.deployments.concerning('acme/shop', environment, commit('f'))).toEqual([again, halted, back, first])
    expect(await given.other.deployments.concerning('acme/shop', environment, commit('c'))).toEqual([])
  })

  test('those that nothing older fits are found among all others, newest first', async () => {
    const environment = 'contracts'
    const made = async (change: Partial<Deployment> = {}) => (await asked(given.store, { environment, ...change }))[0]
    const marked = (because: string) => plan({ contract: { because: [because], files: ['db/7.sql'] } })
    const first = await made({ plan: marked('db/7.sql changed') })
    // It only speaks of one.
    await made({ plan: plan({ compose: 'x: { "contract":{} }' }) })
    await made()
    await made({ environment: 'contracts-not', plan: marked('elsewhere') })
    const second = await made({ plan: marked('#12 has the label') })
    await made({ plan: plan() })
    expect(await given.other.deployments.contracts('acme/shop', environment)).toEqual([second, first])
    expect(await given.other.deployments.contracts('acme/other', environment)).toEqual([])
  })

  test('a deployment nobody asked for is refused', async () => {
    const [created] = await asked(given.store, {})
    await expect(given.tamper(`delete from intents where id = '${created?.intent}'`)).rejects.toThrow(/foreign key/i)
    const orphan = deployment()
    await expect(given.store.timeline.append(orphan.id, [{ at, step: 'plan', text: 'x' }])).rejects.toThrow('is not in the database')
  })
}
