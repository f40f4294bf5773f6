import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Deployment } from '../../src/domain/deployment.ts'
import type { Verdict } from '../../src/domain/gate.ts'
import type { GitHub } from '../../src/flow/ports.ts'
import { repository } from '../support/builders.ts'
import { httpError } from '../support/fake-github.ts'
import { landfallYml } from '../support/shop.ts'
import { openTown, type Town } from '../support/town.ts'

const writes = ['createCheck', 'updateCheck', 'setStatus', 'createDeployment', 'setDeploymentStatus', 'comment', 'editComment', 'react']
const written = (town: Town, from = 0) => town.github.calls.slice(from).filter((call) => writes.includes(call))
const times = (town: Town, call: keyof GitHub) => town.github.calls.filter((one) => one === call).length
const buttonsOf = (town: Town) => town.github.checkRuns.at(-1)?.buttons.map(({ identifier }) => identifier)

/** From now on somebody has to approve what goes to production. */
function demandApproval(town: Town): void {
  const [rule] = town.operator.repositories
  if (rule) rule.require = { production: { approve: { by: [], count: 1, notAuthor: false } } }
}

/** Somebody with write access agrees to what is shown. */
async function approve({ store }: Town, { id, revision = '', proposal }: Deployment): Promise<void> {
  const intent = {
    id: randomUUID(),
    key: randomUUID(),
    delivery: randomUUID(),
    repository,
    actor: 'lisa',
    receivedAt: '2026-11-21T10:00:00.000Z',
  }
  await store.intents.accept({ ...intent, kind: 'command', command: { kind: 'approve' }, deployment: id })
  const verdict: Verdict = {
    deployment: id,
    person: 'lisa',
    role: 'write',
    teams: [],
    verdict: 'approve',
    revision,
    content: proposal?.content ?? '',
    at: intent.receivedAt,
  }
  await store.intents.settle(intent.id, { kind: 'answered', body: 'Agreed.' }, [], [], { verdict: { said: verdict, while: ['waiting'] } })
}

describe('a plain merge', () => {
  test('has one check run on its commit, with the plan, the log and the way back', async () => {
    const town = await openTown()
    const { id, revision } = await town.deploy()
    expect(town.github.checkRuns).toHaveLength(1)
    const [run] = town.github.checkRuns
    expect(run).toMatchObject({ name: 'Deploy to production', revision, externalId: id, state: 'success', annotations: [] })
    expect(run?.title).toMatch(/went live on production: .* verified on web-1/)
    expect(run?.detailsUrl).toBe(`https://landfall.example.com/deployments/${id}`)
    expect(run?.summary).toContain('| web | created | new |')
    expect(run?.text).toMatch(/pull +web-1: images are there/)
    expect(run?.text).toMatch(/receipt +signed/)
    expect(buttonsOf(town)).toEqual(['rollback'])
  })

  test('costs GitHub eight writes at most, of which each says something new', async () => {
    const town = await openTown({ started: false })
    // As often as in earnest: what is on its way is told where somebody looks before it has arrived.
    await town.start({ sweepSeconds: 1 })
    await town.deploy()
    const before = town.github.calls.length
    await town.deploy()
    await town.pass(60)
    expect(written(town, before).toSorted()).toEqual([
      'createCheck',
      'createDeployment',
      ...['setDeploymentStatus', 'setDeploymentStatus', 'setDeploymentStatus'],
      ...['setStatus', 'setStatus'],
      'updateCheck',
    ])
  })

  test('that takes long shows its log as it grows, never faster than GitHub likes it, and its end at once', async () => {
    const town = await openTown()
    const slow = landfallYml().replace('soak: 2s', 'soak: 95s')
    await town.tellPush(town.commit({ '.github/landfall.yml': slow }))
    const { id } = await town.reaches('verifying', 60)
    await town.pass(12)
    expect(town.github.checkRuns[0]).toMatchObject({ state: 'in_progress', buttons: [{ label: 'Rollback' }] })
    const edits = times(town, 'updateCheck')
    for (let minute = 0; minute < 30; minute += 1) {
      await town.store.timeline.append(id, [{ at: town.clock.now().toISOString(), step: 'verify', text: `look ${minute}` }], [check(id)])
      await town.pass(1)
    }
    expect(times(town, 'updateCheck') - edits).toBeLessThanOrEqual(3)
    expect(town.github.checkRuns[0]?.text).toContain('look 20')
    await town.reaches('succeeded', 120)
    await town.pass(1)
    expect(town.github.checkRuns).toMatchObject([{ state: 'success', text: expect.stringContaining('look 29') }])
  })

  test('is not told again where nothing has changed', async () => {
    const town = await openTown()
    const { id } = await town.deploy()
    const before = town.github.calls.length
    await town.store.reports.want([check(id)])
    await town.quiet()
    expect(town.github.calls.slice(before)).toEqual([])
  })
})

const check = (id: string) => ({ subject: `deployment:${id}`, surface: 'check' })

describe('a deployment that people have to agree to', () => {
  test('asks for it with buttons and puts no yellow dot on the commit; what goes on then is a run of its own', async () => {
    const town = await openTown()
    demandApproval(town)
    const sha = town.commit()
    await town.tellPush(sha)
    const waiting = await town.reaches('waiting')
    await town.pass(120)
    expect(town.github.statusesOf(sha)).toEqual([])
    expect(town.github.checkRuns.at(-1)).toMatchObject({ externalId: waiting.id, state: 'action_required' })
    expect(buttonsOf(town)?.map((identifier) => identifier.split(':')[0])).toEqual(['approve', 'reject', 'cancel'])
    expect(town.github.checkRuns.at(-1)?.summary).toContain('production waits for approval: 1 required, 0 found')
    expect(town.github.checkRuns.at(-1)?.summary).toContain('| web | created | new |')

    await approve(town, waiting)
    await town.reaches('succeeded', 120)
    await town.quiet()
    // Asked for action is completed to GitHub, and what is completed cannot go on.
    const states = town.github.checkRuns.map(({ externalId, state }) => [externalId, state])
    expect(states).toEqual([
      [waiting.id, 'action_required'],
      [waiting.id, 'success'],
    ])
    expect(town.github.checkRuns.at(-1)?.summary).toContain('**Approved by**\n\n- lisa on')
    expect(town.github.statusesOf(sha).at(-1)?.[0]).toBe('success')
  })

  test('says so at a dot that is there already, because it waited for something else first', async () => {
    const town = await openTown()
    const sha = town.commit({}, { build: false })
    await town.tellPush(sha)
    await town.until(() => town.github.statusesOf(sha).length === 1)
    demandApproval(town)
    town.build(sha)
    await town.until(() => town.github.statusesOf(sha).length === 2)
    expect(town.github.statusesOf(sha)[1]).toEqual(['pending', expect.stringContaining('production waits for approval')])
  })
})

test('a refused file has its problems at their lines, once', async () => {
  const town = await openTown()
  const sha = town.commit({ 'deploy/production.env': 'DB_PASSWORD=open-sesame\nhunter2 is the password\n' })
  await town.tellPush(sha)
  const { id } = await town.reaches('rejected')
  await town.quiet()
  const annotations = [
    { path: 'deploy/production.env', startLine: 2, endLine: 2, level: 'failure', message: expect.stringContaining('NAME=value') },
  ]
  expect(town.github.checkRuns).toMatchObject([{ state: 'failure', annotations }])
  expect(buttonsOf(town)).toEqual(['retry'])
  await town.store.timeline.append(id, [{ at: town.clock.now().toISOString(), step: 'command', text: 'mona asked again' }], [check(id)])
  await town.quiet()
  expect(town.github.checkRuns[0]?.text).toContain('mona asked again')
  expect(town.github.checkRuns[0]?.annotations).toHaveLength(1)
})

test('a rollback has a run of its own, on the commit that is gone back to', async () => {
  const town = await openTown()
  const first = await town.deploy()
  await town.deploy()
  await town.tellComment('/rollback')
  await town.quiet()
  const { id } = await town.newest()
  const runs = town.github.checkRuns.filter(({ revision }) => revision === first.revision)
  expect(runs.map(({ externalId, state }) => [externalId, state])).toEqual([
    [first.id, 'success'],
    [id, 'success'],
  ])
  expect(runs[1]?.title).toContain('production went back to')
})

describe('where GitHub does not answer', () => {
  test.each(['createCheck', 'updateCheck'] as const)('what it did of %s is not done again', async (request) => {
    const town = await openTown()
    let lost = false
    town.github.loses = (call) => {
      if (call !== request || lost) return undefined
      lost = true
      return httpError(502)
    }
    // Until it is known what is wrong there is a run that waits, which is changed then.
    const readable = town.clock.now().getTime() + (request === 'createCheck' ? 0 : 15_000)
    town.github.fails = (call) => (call === 'snapshot' && town.clock.now().getTime() < readable ? httpError(502) : undefined)
    const { id } = await town.deploy({ 'deploy/production.env': 'no line\n' })
    await town.pass(60)
    expect(lost).toBe(true)
    expect(town.github.checkRuns).toMatchObject([{ externalId: id, state: 'failure' }])
    expect(town.github.checkRuns[0]?.annotations).toHaveLength(1)
  })

  test('for an hour, the run shows the end and nothing of the time between', async () => {
    const town = await openTown()
    await town.deploy()
    town.github.fails = (call) => (call === 'createCheck' || call === 'updateCheck' ? httpError(502) : undefined)
    const sha = town.commit()
    await town.tellPush(sha)
    await town.reaches('succeeded')
    await town.pass(3600)
    const before = times(town, 'updateCheck')
    town.github.fails = () => undefined
    await town.pass(400)
    expect(town.github.checkRuns.filter(({ revision }) => revision === sha)).toMatchObject([{ state: 'success' }])
    expect(times(town, 'updateCheck')).toBe(before)
  })
})
