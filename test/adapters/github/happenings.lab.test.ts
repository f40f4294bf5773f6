import { createHmac } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../../src/adapters/github/app.ts'
import { subscribeHappenings } from '../../../src/adapters/github/happenings.ts'
import { receive } from '../../../src/adapters/github/receive.ts'
import { Secret } from '../../../src/domain/secret.ts'
import type { Happening } from '../../../src/flow/ports.ts'
import { testApp } from '../../lab/github/app.ts'
import { clientFor } from '../../lab/github/client.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import type { Delivery } from '../../lab/github/world.ts'

const events = ['push', 'create', 'delete', 'pull_request', 'check_run', 'check_suite', 'status', 'workflow_run', 'registry_package']
const app = testApp({ events })
let standIn: GitHubStandIn
let shop: TestRepository
let happened: Happening[]
let probot: ReturnType<typeof createApp>

beforeAll(async () => {
  // Nobody listens there: what was sent is handed over by the test.
  standIn = await startGitHub({ app, webhookUrl: 'http://127.0.0.1:9/hook' })
  shop = await standIn.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n' })
  const credentials = { appId: app.id, privateKey: new Secret(app.privateKey), webhookSecret: new Secret(app.secret), apiUrl: standIn.url }
  probot = createApp(credentials, pino({ level: 'silent' }))
  subscribeHappenings(probot, { appId: app.id }, async (one) => void happened.push(one))
})
beforeEach(() => {
  happened = []
})
afterEach(() => standIn.assertFaithful())
afterAll(() => standIn.close())

const from = (actor: string) => ({
  repository: { owner: 'acme', name: 'shop', installation: shop.installation },
  delivery: expect.stringMatching(/^[0-9a-f-]{36}$/),
  actor,
})

/** What is told of these, in the order in which they were sent. */
async function told(deliveries: readonly Delivery[]): Promise<Happening[]> {
  happened = []
  for (const { guid, event, requestHeaders, payload } of deliveries) {
    const signature = requestHeaders['x-hub-signature-256'] ?? ''
    expect(await receive(probot, { guid, event, signature, body: JSON.stringify(payload) })).toBe('received')
  }
  return happened
}

test('a pressed button: who, which, and what the check run stands for', async () => {
  const client = await clientFor(standIn.url, app).auth(shop.installation)
  const head_sha = await shop.head()
  const actions = [{ label: 'Approve', description: 'Let it go', identifier: 'approve' }]
  const check = { owner: 'acme', repo: 'shop', head_sha, name: 'landfall/production', external_id: 'deployment-1', actions }
  const { data } = await client.rest.checks.create(check)
  expect(await told(await shop.pressButton(data.id, 'approve', 'otto'))).toEqual([
    {
      kind: 'button',
      ...from('otto'),
      bot: false,
      identifier: 'approve',
      check: {
        ...{ id: data.id, name: 'landfall/production', revision: head_sha, externalId: 'deployment-1' },
        shown: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    },
  ])
  expect(await told(await shop.pressButton(data.id, 'approve', 'helper[bot]'))).toMatchObject([{ bot: true }])
})

test('two presses of a button tell the same, until the check says something else', async () => {
  const client = await clientFor(standIn.url, app).auth(shop.installation)
  const place = { owner: 'acme', repo: 'shop' }
  const actions = [{ label: 'Approve', description: 'Let it go', identifier: 'approve' }]
  const output = { title: 'Waits', summary: 'for ops' }
  const check = { ...place, head_sha: await shop.head(), name: 'landfall/shown', external_id: 'deployment-1', actions, output }
  const { data } = await client.rest.checks.create(check)
  const press = async () =>
    (await told(await shop.pressButton(data.id, 'approve', 'otto'))).map((one) => one.kind === 'button' && one.check)
  const [first, second] = [await press(), await press()]
  await client.rest.checks.update({
    ...place,
    check_run_id: data.id,
    actions,
    output: { ...output, summary: 'for ops, with other digests' },
  })
  expect(second).toEqual(first)
  expect(await press()).not.toEqual(first)
})

test("a button of another App's is none of Landfall's", async () => {
  const pressed = standIn.deliveries.find(({ event }) => event === 'check_run')
  const body = JSON.stringify(pressed?.payload).replaceAll(`"id":${app.id},"slug"`, '"id":4711,"slug"')
  const signature = `sha256=${createHmac('sha256', app.secret).update(body).digest('hex')}`
  expect(body).toContain('"id":4711')
  expect(await receive(probot, { guid: 'another', event: 'check_run', signature, body })).toBe('received')
  expect(happened).toEqual([])
})

test('checks: suites, workflows and statuses that have come to their end', async () => {
  const { sha: revision } = await shop.push('checked', { 'a.txt': 'a' })
  const changed = (actor: string) => ({ kind: 'checks', ...from(actor), revision })
  const { deliveries } = await shop.reportCheck(revision, { name: 'lint', conclusion: 'success' })
  expect(await told(deliveries)).toEqual([changed('mona')])
  expect(await told(await shop.runWorkflow(revision, { by: 'otto', conclusion: 'failure' }))).toEqual([changed('otto'), changed('otto')])
  const status = (state: 'pending' | 'error', context = 'ci') => shop.reportStatus(revision, { context, state })
  expect(await told(await status('error'))).toEqual([changed('ci[bot]')])
  expect(await told(await status('pending'))).toEqual([])
})

test("nothing of Landfall's own", async () => {
  const { sha } = await shop.push('own', { 'a.txt': 'a' })
  const { deliveries } = await shop.reportCheck(sha, { name: 'landfall/production', app, conclusion: 'success' })
  const statuses = await shop.reportStatus(sha, { context: 'landfall/production', state: 'success' })
  expect([deliveries.length, statuses.length]).toEqual([1, 1])
  expect(await told([...deliveries, ...statuses])).toEqual([])
})

test('an image in the registry, by its name and tag', async () => {
  const digest = `sha256:${'a'.repeat(64)}`
  expect(await told(await shop.publishImage({ name: 'Shop', tag: 'v1', digest, by: 'otto' }))).toEqual([
    { kind: 'image', ...from('otto'), name: 'acme/shop', tag: 'v1' },
  ])
  expect(await told(await shop.publishImage({ name: 'shop', tag: '', digest }))).toEqual([
    { kind: 'image', ...from('mona'), name: 'acme/shop' },
  ])
})

test('a pull request from its opening to its merge; words alone are no change', async () => {
  await shop.commit('release', { 'r.txt': 'r' })
  const { number, sha, deliveries } = await shop.openPullRequest({ branch: 'door', files: { 'door.txt': 'a' } })
  const change = { kind: 'pull-request', ...from('otto'), number, head: sha, base: 'main', fork: false }
  expect(await told(deliveries)).toEqual([{ ...change, actor: 'mona', action: 'opened' }])
  const by = { by: 'otto' }
  expect(await told(await shop.editPullRequest(number, { title: 'A door' }, by))).toEqual([])
  expect(await told(await shop.editPullRequest(number, { base: 'release' }, by))).toEqual([
    { ...change, action: 'edited', base: 'release' },
  ])
  await shop.editPullRequest(number, { base: 'main' }, by)
  const moved = await shop.push('door', { 'door.txt': 'b' }, { author: 'otto' })
  const later = { ...change, head: moved.sha }
  expect(await told(moved.deliveries)).toEqual([{ ...later, action: 'moved' }])
  expect(await told(await shop.closePullRequest(number, by))).toEqual([{ ...later, action: 'closed' }])
  expect(await told(await shop.reopenPullRequest(number, by))).toEqual([{ ...later, action: 'reopened' }])
  const merged = await shop.merge(number, by)
  expect(await told(merged.deliveries)).toEqual([{ ...later, action: 'merged' }])
})

test.each([
  ['labeled', 'landfall:contract', ['marked']],
  ['unlabeled', 'landfall:contract', ['marked']],
  ['labeled', 'bug', []],
])('a pull request that is %s %s', async (action, name, actions) => {
  happened = []
  const opened = standIn.deliveries.find(({ event, payload }) => event === 'pull_request' && JSON.stringify(payload).includes('"opened"'))
  const label = { id: 1, node_id: 'L', url: 'https://example.com', name, color: 'ffffff', default: false, description: null }
  const body = JSON.stringify({ ...z.looseObject({}).parse(opened?.payload), action, label })
  const signature = `sha256=${createHmac('sha256', app.secret).update(body).digest('hex')}`
  expect(await receive(probot, { guid: `${action} ${name}`, event: 'pull_request', signature, body })).toBe('received')
  expect(happened.map((one) => one.kind === 'pull-request' && one.action)).toEqual(actions)
})

test('a pull request of a fork says so', async () => {
  const fork = await shop.fork('stranger')
  const { deliveries } = await shop.openPullRequest({ branch: 'gift', from: fork, files: { 'g.txt': 'g' }, author: 'stranger' })
  expect(await told(deliveries)).toMatchObject([{ action: 'opened', actor: 'stranger', fork: true }])
})

test('the end of a branch, and of its pull request; of a tag nothing', async () => {
  const { number } = await shop.openPullRequest({ branch: 'short', files: { 's.txt': 's' } })
  const { deliveries } = await shop.deleteBranch('short', { by: 'otto' })
  expect(await told(deliveries)).toMatchObject([
    { kind: 'branch-deleted', branch: 'short', actor: 'otto' },
    { kind: 'pull-request', action: 'closed', number },
  ])
  await shop.tag('v1', await shop.head())
  expect(await told((await shop.deleteTag('v1')).deliveries)).toEqual([])
})
