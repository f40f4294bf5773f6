import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Patience } from '../../../src/adapters/github/patience.ts'
import type { GitHub, NewDeployment } from '../../../src/flow/ports.ts'
import { askedPause, passes } from '../../../src/flow/trouble.ts'
import { testApp } from '../../lab/github/app.ts'
import { type Receiver, startReceiver } from '../../lab/github/receiver.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { FakeLog } from '../../support/fake-log.ts'
import { landfall as landfallAt, repositoryOf } from './landfall.ts'

const app = testApp()
let standIn: GitHubStandIn
let shop: TestRepository
let receiver: Receiver
let github: GitHub
let log: FakeLog

/** For requests that are not answered. */
const impatient: Patience = { head: 1000, progress: 500 }

/** A Landfall that has just started. */
function landfall(patience?: Patience): GitHub {
  log = new FakeLog()
  return landfallAt(standIn, app, { log, ...(patience && { patience }) })
}

const place = () => repositoryOf(shop)
const failure = (asked: Promise<unknown>) =>
  asked.then(
    (answer) => {
      throw new Error(`it did not fail but answered ${JSON.stringify(answer)}`)
    },
    (error: unknown) => error,
  )

beforeAll(async () => {
  receiver = await startReceiver()
  standIn = await startGitHub({ app, webhookUrl: receiver.url })
  shop = await standIn.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n' })
  shop.addCollaborator('otto', 'maintain')
  github = landfall()
})
afterAll(async () => {
  await standIn.close()
  receiver.close()
})
afterEach(() => {
  standIn.faults.clock(0)
  standIn.faults.outage(false)
  standIn.faults.rateLimit(0)
  standIn.assertFaithful()
})

describe('what is there', () => {
  test('repositories of every installation, on all pages; none of a suspended one', async () => {
    await standIn.createRepository('other', 'diary', { 'a.md': 'a' }, { defaultBranch: 'trunk' })
    await standIn.createRepository('nobody', 'secret', { 'a.md': 'a' }, { installed: false })
    for (let i = 0; i < 101; i += 1) await standIn.createRepository('many', `part-${i}`, { 'a.md': 'a' })
    const found = await github.repositories()
    expect(found).toHaveLength(103)
    expect(found).toContainEqual({ repository: place(), defaultBranch: 'main' })
    expect(found.find(({ repository }) => repository.name === 'diary')).toMatchObject({ defaultBranch: 'trunk' })
    standIn.suspend('many', true)
    expect(await github.repositories()).toHaveLength(2)
  })

  test('an installation that refuses does not hide the others; all of them refusing is a failure', async () => {
    const disturbed = standIn.faults.disturb(/^GET \/installation\/repositories$/, 'refused', 1)
    expect(await github.repositories()).toHaveLength(1)
    expect(log.saying('repositories of an installation could not be listed')).toHaveLength(1)
    expect(disturbed.hits).toBe(1)
    standIn.faults.outage(/^GET \/installation\/repositories$/)
    expect(passes(await failure(github.repositories()))).toBe(true)
  })

  test('comments since a time, oldest first, on all pages; who wrote them, and which were changed', async () => {
    const issue = shop.openIssue('Talk', 'mona')
    expect(await github.newestComment(place())).toBeUndefined()
    const silently = { deliver: 'never' } as const
    const { id: old } = await shop.commentOn(issue, 'Old words', 'mona', silently)
    standIn.faults.clock(3600)
    const since = new Date(Date.now() + 3590_000).toISOString()
    await shop.editComment(old, '/rollback', 'mona', silently)
    for (let i = 0; i < 120; i += 1) await shop.commentOn(issue, `Words ${i}`, 'otto', silently)
    const { id: changed } = await shop.commentOn(issue, 'Fine', 'mona', silently)
    await shop.commentOn(issue, 'I am a machine', 'helper[bot]', silently)
    standIn.faults.clock(3605)
    await shop.editComment(changed, '/rollback', 'otto', silently)

    const found = await github.commentsSince(place(), since)
    expect(found).toHaveLength(122)
    expect(found.slice(0, 120).map(({ body }) => body)).toEqual(Array.from({ length: 120 }, (_, i) => `Words ${i}`))
    expect(found[0]).toMatchObject({ issue, author: 'otto', bot: false, edited: false })
    expect(found.slice(-2)).toMatchObject([
      { id: changed, body: '/rollback', author: 'mona', edited: true },
      { author: 'helper[bot]', bot: true, edited: false },
    ])
    expect(await github.newestComment(place())).toBe(found.at(-1)?.createdAt)
  })

  test("the App's own comment by its mark, never somebody else's", async () => {
    const issue = shop.openIssue('Talk', 'mona')
    const mark = '<!-- landfall:answer:1 -->'
    await shop.commentOn(issue, `${mark}\nI copied this`, 'mona', { deliver: 'never' })
    for (let i = 0; i < 100; i += 1) await shop.commentOn(issue, 'Hm', 'mona', { deliver: 'never' })
    expect(await github.findComments(place(), issue, mark)).toEqual([])
    const id = await github.comment(place(), issue, `${mark}\nDone`)
    await github.comment(place(), issue, '<!-- landfall:answer:2 -->')
    expect(await github.findComments(place(), issue, mark)).toEqual([id])
    const again = await github.comment(place(), issue, `${mark}\nDone`)
    expect(await github.findComments(place(), issue, mark)).toEqual([id, again])
    expect(await github.editComment(place(), again, `${mark}\nDone twice`)).toBe(true)
    for (let times = 0; times < 2; times += 1) await github.removeComment(place(), again)
    expect(await github.findComments(place(), issue, mark)).toEqual([id])
    expect(await github.editComment(place(), again, `${mark}\nDone thrice`)).toBe(false)
  })

  test('a deployment by what it was made for', async () => {
    const revision = await shop.head()
    const wanted: NewDeployment = {
      revision,
      environment: 'production',
      description: 'A change',
      production: true,
      transient: false,
      made: 'deployment-1',
    }
    const first = await github.createDeployment(place(), wanted)
    const second = await github.createDeployment(place(), { ...wanted, made: 'deployment-2' })
    expect(await github.findDeployments(place(), wanted)).toEqual([first])
    expect(await github.findDeployments(place(), { ...wanted, made: 'deployment-2' })).toEqual([second])
    expect(await github.findDeployments(place(), { ...wanted, environment: 'staging' })).toEqual([])
    const again = await github.createDeployment(place(), wanted)
    expect(await github.findDeployments(place(), wanted)).toEqual([first, again])
    for (let times = 0; times < 2; times += 1) await github.removeDeployment(place(), again)
    expect(await github.findDeployments(place(), wanted)).toEqual([first])
    expect(shop.deployments().map(({ payload }) => payload)).toEqual([{ landfall: 'deployment-1' }, { landfall: 'deployment-2' }])

    expect(await github.lastDeploymentStatus(place(), first)).toBeUndefined()
    await github.setDeploymentStatus(place(), first, { state: 'queued', description: 'Soon' })
    await github.setDeploymentStatus(place(), first, { state: 'in_progress', description: 'Now' })
    expect(await github.lastDeploymentStatus(place(), first)).toEqual({ state: 'in_progress', description: 'Now' })
  })

  test('what is in a folder, and nothing where there is none or it is a file', async () => {
    await shop.commit('folders', { '.github/landfall.yml': 'a', '.github/landfall/api.yml': 'b', '.github/landfall/deep/x.yml': 'c' })
    expect(await github.folder(place(), '.github', 'folders')).toEqual([
      { kind: 'file', name: 'landfall.yml' },
      { kind: 'folder', name: 'landfall' },
    ])
    expect(await github.folder(place(), '.github/landfall', 'folders')).toEqual([
      { kind: 'file', name: 'api.yml' },
      { kind: 'folder', name: 'deep' },
    ])
    for (const path of ['.github/landfall.yml', 'gone']) expect(await github.folder(place(), path, 'folders')).toEqual([])
    expect(await github.folder(place(), '.github')).toEqual([])
  })

  test('what is not there is absent, not a failure', async () => {
    expect(await github.head(place(), 'gone')).toBeUndefined()
    expect(await github.file(place(), 'gone.yml')).toBeUndefined()
    expect(await github.file(place(), 'compose.yml', 'gone')).toBeUndefined()
    expect(await github.role(place(), 'nobody-of-this-name')).toBe('none')
  })

  test('the status a commit shows under a context', async () => {
    const revision = await shop.head()
    const context = 'landfall/production'
    expect(await github.lastStatus(place(), revision, context)).toBeUndefined()
    await github.setStatus(place(), { revision, context, state: 'pending', description: 'Going' })
    await github.setStatus(place(), { revision, context, state: 'success', description: 'There' })
    await github.setStatus(place(), { revision, context: 'landfall/staging', state: 'failure', description: 'Not there' })
    expect(await github.lastStatus(place(), revision, context)).toEqual({ state: 'success', description: 'There' })
  })
})

describe('webhooks that did not come through', () => {
  const listed = () => standIn.requests.filter(({ operation, status }) => operation === 'GET /app/hook/deliveries' && status < 400).length

  test('are those of which no attempt did, oldest first, by the newest attempt', async () => {
    const [first, second, third] = await Promise.all(
      ['one', 'two', 'three'].map((branch) => shop.push(branch, { 'a.txt': branch }, { deliver: false })),
    )
    const guid = (moved: typeof first) => moved?.deliveries[0]?.guid ?? ''
    await standIn.redeliver(guid(second))
    standIn.faults.webhooks(true)
    const again = await standIn.redeliver(guid(third))
    standIn.faults.webhooks(false)

    const missed = await github.missedDeliveries()
    expect(missed.map((one) => one.guid).toSorted()).toEqual([guid(first), guid(third)].toSorted())
    expect(missed.find((one) => one.guid === guid(third))).toEqual({
      id: again.id,
      guid: guid(third),
      event: 'push',
      deliveredAt: expect.stringMatching(/^2\d{3}-/),
      status: 'failed to connect to host',
    })

    for (const { id } of missed) await github.redeliver(id)
    await standIn.until('both redeliveries', () => receiver.received.length >= 3 || undefined)
    expect(await github.missedDeliveries()).toEqual([])
  })

  test('a redirected one is missed too, and what a look costs is what is new', async () => {
    for (let i = 0; i < 250; i += 1) await shop.commentOn(1, 'Hm', 'mona')
    const fresh = landfall()
    const before = listed()
    await fresh.missedDeliveries()
    expect(listed() - before).toBe(3)
    await fresh.missedDeliveries()
    // All of them are of the last minute, among which one may still turn up.
    expect(listed() - before).toBe(6)
    standIn.faults.clock(600)
    await shop.commentOn(1, 'Hm', 'mona')
    await fresh.missedDeliveries()
    expect(listed() - before).toBe(9)
    receiver.status = 301
    const { deliveries } = await shop.commentOn(1, 'Hm', 'mona')
    receiver.status = 202
    expect((await fresh.missedDeliveries()).map(({ guid }) => guid)).toEqual(deliveries.map(({ guid }) => guid))
    expect(listed() - before).toBe(10)
    standIn.faults.clock(4 * 24 * 3600)
    expect(await fresh.missedDeliveries()).toEqual([])
  })
})

describe('what it costs', () => {
  test('a second look at what did not change is free; roles are asked live', async () => {
    const look = async () => [
      await github.repositories(),
      await github.head(place(), 'main'),
      await github.file(place(), 'compose.yml'),
      await github.commentsSince(place(), '2020-01-01T00:00:00Z'),
      await github.newestComment(place()),
      await github.missedDeliveries(),
    ]
    const first = await look()
    const before = standIn.spent
    expect(await look()).toEqual(first)
    expect(standIn.spent).toBe(before)

    const { sha } = await shop.push('main', { 'compose.yml': 'services: { web: {} }\n' }, { deliver: 'never' })
    expect((await github.head(place(), 'main'))?.sha).toBe(sha)
    expect(await github.file(place(), 'compose.yml')).toBe('services: { web: {} }\n')
    expect(standIn.spent).toBe(before + 2)

    expect([await github.role(place(), 'otto'), await github.role(place(), 'otto')]).toEqual(['maintain', 'maintain'])
    shop.addCollaborator('otto', 'read')
    expect(await github.role(place(), 'otto')).toBe('read')
    expect(standIn.spent).toBe(before + 5)
  })
})

describe("GitHub's clock", () => {
  test.each([
    ['ahead', 600],
    ['behind', -600],
  ])('ten minutes %s: one refusal, then tokens are made and used by it', async (_where, seconds) => {
    standIn.faults.clock(seconds)
    const begun = standIn.requests.length
    const fresh = landfall()
    expect((await fresh.head(place(), 'main'))?.sha).toBe(await shop.head())
    await fresh.repositories()
    const answers = standIn.requests.slice(begun).map(({ status }) => status)
    expect(answers.filter((status) => status === 401)).toHaveLength(1)
    expect(answers[0]).toBe(401)
  })

  test('a token that ends although nobody here knows is replaced', async () => {
    standIn.faults.clock(600)
    standIn.faults.tokenLifetime(300)
    const fresh = landfall()
    await fresh.head(place(), 'main')
    // This machine slept for six minutes.
    standIn.faults.clock(960)
    standIn.faults.tokenLifetime(3600)
    expect((await fresh.head(place(), 'main'))?.sha).toBe(await shop.head())
  })
})

describe('bad days', () => {
  const comments = /^POST .*\/comments$/

  test.each([
    ['secondary', 7],
    ['hourly', 40],
  ] as const)('the %s limit is told at once, with how long it asks to be left alone', async (kind, seconds) => {
    standIn.faults.rateLimit(seconds, kind)
    const began = performance.now()
    const error = await failure(github.comment(place(), 1, 'Hello'))
    expect(performance.now() - began).toBeLessThan(seconds * 500)
    expect(passes(error)).toBe(true)
    expect(askedPause(error)).toBeGreaterThanOrEqual(seconds - 5)
    expect(askedPause(error)).toBeLessThanOrEqual(seconds + 2)
  })

  test.each([
    ['refused', 0],
    ['unanswered', 0],
    ['reset', 0],
    ['answer-lost', 1],
    ['answer-cut', 1],
    ['answer-stalled', 1],
  ] as const)('%s: passes, is not sent again by itself, and can be looked for', async (how, made) => {
    const issue = shop.openIssue(how, 'mona')
    const mark = `<!-- landfall:${how} -->`
    const disturbed = standIn.faults.disturb(comments, how, 1)
    expect(passes(await failure(landfall(impatient).comment(place(), issue, mark)))).toBe(true)
    expect([disturbed.hits, shop.comments(issue).length]).toEqual([1, made])
    expect(await github.findComments(place(), issue, mark)).toEqual(shop.comments(issue).map(({ id }) => id))
  })

  test.each(['unanswered', 'reset', 'answer-cut', 'answer-stalled'] as const)(
    'a tarball: %s passes, and the next try is whole',
    async (how) => {
      const { sha } = await shop.push('main', { [`${how}.txt`]: how }, { deliver: 'never' })
      const disturbed = standIn.faults.disturb(/^GET \/codeload\//, how, 1)
      const hurried = landfall(impatient)
      expect(passes(await failure(hurried.snapshot(place(), sha)))).toBe(true)
      expect(disturbed.hits).toBe(1)
      expect((await hurried.snapshot(place(), sha)).paths()).toContain(`${how}.txt`)
    },
  )

  test('no token to be had says why, as GitHub does', async () => {
    const fresh = landfall()
    expect(await failure(fresh.comment({ ...place(), installation: 1 }, 1, 'Hello'))).toMatchObject({ status: 404 })
    standIn.faults.outage(/access_tokens$/)
    expect(await failure(landfall().head(place(), 'main'))).toMatchObject({ status: 502 })
    standIn.faults.outage(false)
    standIn.faults.rateLimit(20)
    expect(askedPause(await failure(landfall().head(place(), 'main')))).toBeGreaterThan(15)
  })
})
