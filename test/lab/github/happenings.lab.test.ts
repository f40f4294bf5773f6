import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { testApp } from './app.ts'
import { clientFor } from './client.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { missing, recordedExamples } from './recorded-examples.ts'
import type { TestRepository } from './repository.ts'
import { type GitHubStandIn, startGitHub } from './stand-in.ts'

const events = ['push', 'create', 'delete', 'pull_request', 'check_run', 'check_suite', 'status', 'workflow_run', 'registry_package']
const app = testApp({ events })
const place = { owner: 'acme', repo: 'shop' }
let github: GitHubStandIn
let shop: TestRepository
let receiver: Receiver

beforeAll(async () => {
  receiver = await startReceiver()
  github = await startGitHub({ app, webhookUrl: receiver.url })
  shop = await github.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n' })
})
beforeEach(() => void receiver.received.splice(0))
afterEach(() => github.assertFaithful())
afterAll(async () => {
  await github.close()
  receiver.close()
})

const client = () => clientFor(github.url, app).auth(shop.installation)
const told = () => receiver.received.map(({ headers, body }) => ({ event: String(headers['x-github-event']), ...JSON.parse(body) }))
const named = () => told().map(({ event, action }) => (action ? `${event} ${action}` : event))

test('a pull request: opened, edited, pushed to, closed, reopened, and closed by the end of its branch', async () => {
  const { number } = await shop.openPullRequest({ branch: 'door', files: { 'door.txt': 'a' }, title: 'Door' })
  await shop.commit('release', { 'r.txt': 'r' })
  await shop.editPullRequest(number, { title: 'A door', base: 'release' }, { by: 'otto' })
  await shop.push('door', { 'door.txt': 'b' })
  await shop.closePullRequest(number, { by: 'otto' })
  await shop.reopenPullRequest(number, { by: 'mona' })
  await shop.deleteBranch('door')
  const actions = told().filter(({ event }) => event === 'pull_request')
  expect(actions.map(({ action }) => action)).toEqual(['opened', 'edited', 'synchronize', 'closed', 'reopened', 'closed'])
  expect(actions[1]).toMatchObject({
    changes: { title: { from: 'Door' }, base: { ref: { from: 'main' } } },
    pull_request: { title: 'A door', base: { ref: 'release' } },
  })
  expect(named()).toContain('delete')
})

test('a fork is pushed to: the pull request is told of, the fork is not', async () => {
  const fork = await shop.fork('stranger')
  const { number } = await shop.openPullRequest({ branch: 'gift', from: fork, files: { 'g.txt': 'g' }, author: 'stranger' })
  const { sha } = await fork.push('gift', { 'g.txt': 'h' }, { author: 'stranger' })
  expect(named()).toEqual(['pull_request opened', 'pull_request synchronize'])
  const head = { sha, repo: { full_name: 'stranger/shop', fork: true } }
  expect(told()[1]).toMatchObject({ number, pull_request: { head }, repository: { full_name: 'acme/shop', fork: false } })
  const { sha: merged } = await shop.merge(number, { by: 'otto' })
  expect(await shop.head()).toBe(merged)
})

test('a tag: made, moved and deleted', async () => {
  const first = await shop.head()
  const { sha } = await shop.push('tags', { 't.txt': 't' }, { deliver: 'never' })
  await shop.tag('v1', first)
  await shop.tag('v1', sha)
  await shop.tag('v2', sha, { annotated: 'Two' })
  await shop.deleteTag('v1')
  const pushes = told().filter(({ event }) => event === 'push')
  const one = { ref: 'refs/tags/v1' }
  expect(pushes).toMatchObject([
    { ...one, after: first, created: true },
    { ...one, before: first, after: sha, forced: true },
    { ref: 'refs/tags/v2', head_commit: { id: sha } },
    { ...one, deleted: true },
  ])
  expect(pushes[2].after).not.toBe(sha)
  expect(named().filter((one) => one !== 'push')).toEqual(['create', 'create', 'delete'])
})

test('a suite is told of when its last run has ended, as good as its worst', async () => {
  const { sha } = await shop.push('suite', { 's.txt': 's' }, { deliver: 'never' })
  await shop.reportCheck(sha, { name: 'build' })
  await shop.reportCheck(sha, { name: 'test', conclusion: 'failure' })
  expect(named()).toEqual([])
  await shop.reportCheck(sha, { name: 'build', conclusion: 'success' })
  expect(named()).toEqual(['check_suite completed'])
  expect(told()[0].check_suite).toMatchObject({ head_sha: sha, conclusion: 'failure', latest_check_runs_count: 2 })
  await shop.reportCheck(sha, { name: 'test', conclusion: 'success' })
  expect(told()[1].check_suite).toMatchObject({ conclusion: 'success', latest_check_runs_count: 2 })
})

test('whoever presses a button is told of, with what the check run stands for', async () => {
  const head_sha = await shop.head()
  const { rest } = await client()
  const actions = [{ label: 'Approve', description: 'Let it go', identifier: 'approve' }]
  const { data } = await rest.checks.create({
    ...place,
    head_sha,
    name: 'plan',
    external_id: 'deployment-1',
    conclusion: 'action_required',
    actions,
  })
  await shop.pressButton(data.id, 'approve', 'otto')
  expect(told()).toMatchObject([
    {
      event: 'check_run',
      action: 'requested_action',
      requested_action: { identifier: 'approve' },
      check_run: { id: data.id, external_id: 'deployment-1', head_sha },
      sender: { login: 'otto' },
    },
  ])
  await expect(shop.pressButton(data.id, 'reject', 'otto')).rejects.toThrow('no button reject')
})

test("the App's own deeds come back to it", async () => {
  const { rest } = await client()
  await shop.push('own', { 'o.txt': 'o' }, { deliver: 'never' })
  await rest.repos.createCommitStatus({ ...place, sha: await shop.head(), state: 'success', context: 'landfall/production' })
  await rest.pulls.create({ ...place, head: 'own', base: 'main', title: 'Own' })
  await github.until('both', () => receiver.received.length === 2 || undefined)
  expect(named().toSorted()).toEqual(['pull_request opened', 'status'])
  expect(told().map(({ sender }) => sender.login)).toEqual([`${app.slug}[bot]`, `${app.slug}[bot]`])
})

test.each([
  ['check_run', 'requested_action', 1],
  ['check_suite', 'completed', 2],
  ['status', undefined, 2],
  ['workflow_run', 'completed', 2],
  ['delete', undefined, 2],
  ['create', undefined, 2],
])("%s tells all that GitHub's recorded examples tell", async (event, action, least) => {
  const head_sha = await shop.head()
  const { rest } = await client()
  const actions = [{ label: 'Go', description: 'Go', identifier: 'go' }]
  const { data } = await rest.checks.create({ ...place, head_sha, name: event, conclusion: 'neutral', actions })
  await shop.pressButton(data.id, 'go', 'otto')
  await shop.reportStatus(head_sha, { context: 'ci', state: 'success' })
  await shop.runWorkflow(head_sha, { name: 'Build' })
  await shop.publishImage({ name: 'shop', tag: head_sha, digest: `sha256:${'a'.repeat(64)}` })
  await shop.push(`brief-${event}`, { 'b.txt': 'b' })
  await shop.deleteBranch(`brief-${event}`)
  const heard = receiver.received.find(({ headers }) => headers['x-github-event'] === event)
  const examples = recordedExamples(event, action)
  expect(examples.length).toBeGreaterThanOrEqual(least)
  const absent = missing(examples, JSON.parse(heard?.body ?? '{}'))
  // What an App may do is its own affair.
  expect(absent.filter((path) => !path.includes('.app.permissions.'))).toEqual([])
  expect(named()).toContain('registry_package published')
})
