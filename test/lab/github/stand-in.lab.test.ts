import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testApp } from './app.ts'
import { clientFor } from './client.ts'
import { startReceiver } from './receiver.ts'
import type { TestRepository } from './repository.ts'
import { type GitHubStandIn, startGitHub } from './stand-in.ts'

const app = testApp()
let github: GitHubStandIn
let receiver: Awaited<ReturnType<typeof startReceiver>>
let shop: TestRepository
let client: Awaited<ReturnType<ReturnType<typeof clientFor>['auth']>>
const place = { owner: 'acme', repo: 'shop' }

beforeAll(async () => {
  receiver = await startReceiver()
  github = await startGitHub({ app, webhookUrl: receiver.url })
  shop = await github.createRepository('acme', 'shop', { 'compose.yml': 'services: {}\n', 'docs/read me.md': 'Hello' })
  shop.addCollaborator('otto', 'maintain')
  client = await clientFor(github.url, app).auth(shop.installation)
}, 60_000)

afterAll(async () => {
  await github.close()
  receiver.close()
})

// What a test does wrong on purpose it takes out itself.
afterEach(() => github.assertFaithful())

const violations = () => github.violations.splice(0).map(({ operation, where, what }) => `${operation}: ${where}: ${what}`)

describe('who asks', () => {
  test('the App finds its installation and gets a token that works there', async () => {
    const own = await clientFor(github.url, app).auth()
    expect((await own.rest.apps.getAuthenticated()).data?.slug).toBe(app.slug)
    const { data } = await own.rest.apps.getRepoInstallation(place)
    expect(data.id).toBe(shop.installation)
    expect((await client.rest.repos.get(place)).data.full_name).toBe('acme/shop')
  })

  test('a JWT signed with another key is no proof', async () => {
    const thief = await clientFor(github.url, { ...app, privateKey: testApp().privateKey }).auth()
    await expect(thief.rest.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 })
  })

  test('no token, an invented token, an expired token: 401', async () => {
    const ask = (headers: Record<string, string>) => fetch(`${github.url}/repos/acme/shop`, { headers }).then(({ status }) => status)
    expect(await ask({})).toBe(401)
    expect(await ask({ authorization: 'token ghs_invented' })).toBe(401)

    github.faults.tokenLifetime(0)
    const own = await clientFor(github.url, app).auth()
    const { data } = await own.rest.apps.createInstallationAccessToken({ installation_id: shop.installation ?? 0 })
    github.faults.tokenLifetime(3600)
    expect(await ask({ authorization: `token ${data.token}` })).toBe(401)
  })

  test("another installation's repository does not exist", async () => {
    await github.createRepository('other', 'diary', { 'a.md': 'secret' })
    await expect(client.rest.repos.get({ owner: 'other', repo: 'diary' })).rejects.toMatchObject({ status: 404 })
  })

  test('what the manifest does not ask for is refused', async () => {
    const modest = testApp({ permissions: { metadata: 'read', contents: 'read' } })
    const elsewhere = await startGitHub({ app: modest })
    const repository = await elsewhere.createRepository('acme', 'shop', { 'a.md': 'a' })
    const limited = await clientFor(elsewhere.url, modest).auth(repository.installation)
    const sha = await repository.head()
    await expect(limited.rest.repos.createCommitStatus({ ...place, sha, state: 'pending' })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('Resource not accessible by integration'),
    })
    expect((await limited.rest.repos.getBranch({ ...place, branch: 'main' })).data.commit.sha).toBe(sha)
    await elsewhere.close()
  })
})

describe('what is asked', () => {
  test('a wrong value and a misspelt field are caught', async () => {
    const sha = await shop.head()
    const wrong = client.request(`POST /repos/acme/shop/statuses/${sha}`, { state: 'success', contxt: 'landfall', description: 7 })
    await expect(wrong).rejects.toMatchObject({ status: 422 })
    expect(violations()).toEqual([
      expect.stringContaining('body: /description: must be string,null'),
      expect.stringContaining('body: /contxt: GitHub knows no such field'),
    ])
  })

  test('a number where words are asked for, and an unknown parameter, are caught', async () => {
    await expect(client.request('GET /repos/acme/shop/commits?per_page=many&colour=red')).rejects.toMatchObject({ status: 422 })
    expect(violations()).toEqual([
      expect.stringContaining('query: must NOT have additional properties {"additionalProperty":"colour"}'),
      expect.stringContaining('query: /per_page: must be integer'),
    ])
  })

  test('an operation that GitHub has not, and one that only the stand-in has not', async () => {
    await expect(client.request('GET /repos/acme/shop/dreams')).rejects.toMatchObject({ status: 404 })
    await expect(client.rest.repos.listTags(place)).rejects.toMatchObject({ status: 404 })
    expect(violations()).toEqual([
      'GET /repos/acme/shop/dreams: path: GitHub has no such operation',
      'GET /repos/{owner}/{repo}/tags: path: GitHub has this, the stand-in has not yet',
    ])
  })

  test('limits that the description does not tell hold too', async () => {
    const long = { ...place, sha: await shop.head(), state: 'success' as const, description: 'x'.repeat(141) }
    await expect(client.rest.repos.createCommitStatus(long)).rejects.toMatchObject({ status: 422 })
  })

  test('an unchanged answer is a free 304', async () => {
    const first = await client.rest.repos.getBranch({ ...place, branch: 'main' })
    const again = client.rest.repos.getBranch({ ...place, branch: 'main', headers: { 'if-none-match': first.headers.etag } })
    await expect(again).rejects.toMatchObject({
      status: 304,
      response: { headers: { 'x-ratelimit-used': first.headers['x-ratelimit-used'] } },
    })
  })
})

describe('repositories', () => {
  test('files, folders, raw contents, and what is not there', async () => {
    const raw = await client.rest.repos.getContent({ ...place, path: 'docs/read me.md', ref: 'main', mediaType: { format: 'raw' } })
    expect(raw.data).toBe('Hello')
    expect((await client.rest.repos.getContent({ ...place, path: 'docs' })).data).toMatchObject([{ path: 'docs/read me.md', type: 'file' }])
    expect((await client.rest.repos.getContent({ ...place, path: '' })).data).toHaveLength(2)
    await expect(client.rest.repos.getContent({ ...place, path: 'none' })).rejects.toMatchObject({ status: 404 })
  })

  test('the tarball holds what git holds, and its address needs no login but expires', async () => {
    const { sha } = await shop.push('tarball', { 'bin/run': { content: '#!/bin/sh\n', mode: '100755' }, 'docs/read me.md': null })
    const answer = await client.request('GET /repos/{owner}/{repo}/tarball/{ref}', { ...place, ref: sha, request: { redirect: 'manual' } })
    expect(answer.status).toBe(302)
    const location = String(answer.headers.location)
    const top = `acme-shop-${sha.slice(0, 7)}`
    expect(await untar(await fetch(location))).toEqual({ [`${top}/bin/run`]: '#!/bin/sh\n', [`${top}/compose.yml`]: 'services: {}\n' })

    github.faults.clock(600)
    expect((await fetch(location)).status).toBe(404)
    github.faults.clock(0)
  })

  test('how two commits relate', async () => {
    const from = await shop.head()
    const { sha } = await shop.push('relations', { 'a.txt': 'a' })
    const compare = async (base: string, head: string) =>
      (await client.rest.repos.compareCommitsWithBasehead({ ...place, basehead: `${base}...${head}` })).data
    expect(await compare(from, sha)).toMatchObject({ status: 'ahead', ahead_by: 1, files: [{ filename: 'a.txt', status: 'added' }] })
    expect((await compare(sha, from)).status).toBe('behind')
    expect((await compare(sha, sha)).status).toBe('identical')
    await shop.forcePush('relations', from)
    const { sha: other } = await shop.push('relations', { 'b.txt': 'b' })
    expect((await compare(sha, other)).status).toBe('diverged')
  })

  test('the exact role is told beside the folded one', async () => {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ ...place, username: 'otto' })
    expect(data).toMatchObject({ permission: 'write', role_name: 'maintain' })
    await expect(client.rest.repos.getCollaboratorPermissionLevel({ ...place, username: 'nobody' })).rejects.toMatchObject({ status: 404 })
  })
})

describe('what Landfall tells', () => {
  test('the newest status of a context counts, and can be awaited', async () => {
    const sha = await shop.head()
    const seen = shop.waitForStatus(sha, 'landfall/production', 'success')
    for (const state of ['pending', 'success'] as const) {
      await client.rest.repos.createCommitStatus({ ...place, sha, state, context: 'landfall/production' })
    }
    expect(await seen).toMatchObject({ state: 'success' })
    const { data } = await client.rest.repos.getCombinedStatusForRef({ ...place, ref: sha })
    expect(data).toMatchObject({ state: 'success', total_count: 1 })
    expect(shop.statuses(sha).map(({ state }) => state)).toEqual(['pending', 'success'])
  })

  test.each([
    ['staging', 'inactive'],
    ['production', 'success'],
  ])('success retires the deployment before it in %s: %s', async (environment, afterwards) => {
    const ids: number[] = []
    for (const _ of [1, 2]) {
      const asked = { ...place, ref: await shop.head(), environment, auto_merge: false, required_contexts: [] }
      const { data } = await client.rest.repos.createDeployment(asked)
      const id = 'id' in data ? data.id : 0
      await client.rest.repos.createDeploymentStatus({
        ...place,
        deployment_id: id,
        state: 'success',
        log_url: 'https://landfall.example/1',
      })
      ids.push(id)
    }
    const [first, second] = ids.map(
      (id) =>
        shop
          .deployments()
          .find((one) => one.id === id)
          ?.statuses.at(-1)?.state,
    )
    expect([first, second]).toEqual([afterwards, 'success'])
  })

  test("a deployment that leaves GitHub's own checks on is held up by them", async () => {
    const { sha } = await shop.push('gated', { 'a.txt': 'a' })
    await client.rest.repos.createCommitStatus({ ...place, sha, state: 'pending', context: 'ci' })
    await expect(client.rest.repos.createDeployment({ ...place, ref: sha, auto_merge: false })).rejects.toMatchObject({ status: 409 })
  })

  test('comments are written, edited and reacted to once', async () => {
    const issue = shop.openIssue('Talk', 'mona')
    const { id } = await shop.commentOn(issue, '/status', 'mona')
    expect((await client.rest.reactions.createForIssueComment({ ...place, comment_id: id, content: 'eyes' })).status).toBe(201)
    expect((await client.rest.reactions.createForIssueComment({ ...place, comment_id: id, content: 'eyes' })).status).toBe(200)
    const { data: answer } = await client.rest.issues.createComment({ ...place, issue_number: issue, body: 'Looking' })
    await client.rest.issues.updateComment({ ...place, comment_id: answer.id, body: 'All is well' })
    const { data: thread } = await client.rest.issues.listComments({ ...place, issue_number: issue, per_page: 1, page: 2 })
    expect(thread).toMatchObject([{ body: 'All is well', user: { login: `${app.slug}[bot]`, type: 'Bot' } }])
    expect(shop.reactions(id)).toHaveLength(1)
  })

  test('a conclusion completes a check run', async () => {
    const head_sha = await shop.head()
    const { data } = await client.rest.checks.create({ ...place, head_sha, name: 'plan', status: 'in_progress' })
    const actions = [{ label: 'Approve', description: 'Let it go', identifier: 'approve' }]
    await client.rest.checks.update({ ...place, check_run_id: data.id, conclusion: 'action_required', actions })
    expect(shop.checkRuns(head_sha)).toMatchObject([{ status: 'completed', conclusion: 'action_required', actions }])
  })
})

describe('what GitHub tells', () => {
  test.each([
    ['merge', 2, 'Merge pull request #'],
    ['squash', 1, 'Add merged-squash (#'],
    ['rebase', 1, 'Add merged-rebase'],
  ] as const)('a %s moves the branch and is announced twice, signed', async (method, parents, message) => {
    const branch = `merged-${method}`
    const { number } = await shop.openPullRequest({ branch, files: { [`${branch}.txt`]: method }, title: `Add ${branch}` })
    const before = await shop.head()
    receiver.received.splice(0)
    const { sha } = await shop.merge(number, { method, by: 'otto' })

    expect(await shop.head()).toBe(sha)
    const { data: commit } = await client.rest.repos.getCommit({ ...place, ref: sha })
    expect(commit.parents).toHaveLength(parents)
    expect(commit.parents[0]?.sha).toBe(before)
    expect(commit.commit.message).toContain(message)
    const { data: pulls } = await client.rest.repos.listPullRequestsAssociatedWithCommit({ ...place, commit_sha: sha })
    expect(pulls).toMatchObject([{ number, merge_commit_sha: sha }])

    const heard = receiver.received.map(({ headers, body }) => ({ event: headers['x-github-event'], payload: JSON.parse(body) }))
    expect(heard.toSorted((a, b) => String(a.event).localeCompare(String(b.event)))).toMatchObject([
      { event: 'pull_request', payload: { action: 'closed', pull_request: { merged: true, merge_commit_sha: sha } } },
      { event: 'push', payload: { ref: 'refs/heads/main', before, after: sha, installation: { id: shop.installation } } },
    ])
    const probot = clientFor(github.url, app)
    await probot.ready()
    for (const { headers, body } of receiver.received) {
      expect(await probot.webhooks.verify(body, headers['x-hub-signature-256'] ?? '')).toBe(true)
      expect(await probot.webhooks.verify(`${body} `, headers['x-hub-signature-256'] ?? '')).toBe(false)
    }
  })

  test.each([
    ['push', 'push', undefined],
    ['pull_request', 'pull_request', 'closed'],
    ['issue_comment', 'issue_comment', 'created'],
  ])("%s tells all that GitHub's recorded examples tell", async (event, name, action) => {
    const { number } = await shop.openPullRequest({ branch: `told-${event}`, files: { [`${event}.txt`]: 'a' } })
    receiver.received.splice(0)
    await shop.commentOn(number, 'Fine', 'mona')
    await shop.merge(number, { by: 'otto' })
    const told = receiver.received.find(({ headers }) => headers['x-github-event'] === event)
    // Recorded from many repositories over years: only what all of them have is to be expected.
    const examples = recordedExamples(name, action)
    expect(examples.length).toBeGreaterThan(1)
    expect(missing(examples, JSON.parse(told?.body ?? '{}'))).toEqual([])
  })

  test('a delivery that failed is listed and delivered again under its guid', async () => {
    const { deliveries } = await shop.push('lost', { 'a.txt': 'a' }, { deliver: false })
    const own = await clientFor(github.url, app).auth()
    const { data: failed } = await own.rest.apps.listWebhookDeliveries({ status: 'failure', per_page: 1 })
    expect(failed).toMatchObject([{ guid: deliveries[0]?.guid, event: 'push', status_code: 502 }])

    receiver.received.splice(0)
    await own.rest.apps.redeliverWebhookDelivery({ delivery_id: failed[0]?.id ?? 0 })
    const again = await github.until('the redelivery', () => github.deliveries.find((one) => one.redelivery))
    expect(again).toMatchObject({ guid: failed[0]?.guid, statusCode: 202 })
    expect(receiver.received.map(({ headers }) => headers['x-github-delivery'])).toEqual([failed[0]?.guid])

    const replay = randomUUID()
    await github.resend(again.guid, replay)
    expect(receiver.received.map(({ headers }) => headers['x-github-delivery'])).toEqual([again.guid, replay])
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body)
  })

  test('a delivery that GitHub never tried leaves no trace', async () => {
    const known = github.deliveries.length
    const { sha, deliveries } = await shop.push('untold', { 'a.txt': 'a' }, { deliver: 'never' })
    expect([deliveries, github.deliveries.length, await shop.head('untold')]).toEqual([[], known, sha])
  })
})

describe('bad days', () => {
  test('an outage, a secondary limit, and both end', async () => {
    github.faults.outage(true)
    await expect(client.rest.repos.get(place)).rejects.toMatchObject({ status: 502 })
    github.faults.outage(false)
    github.faults.rateLimit(30)
    await expect(client.rest.repos.get(place)).rejects.toMatchObject({ status: 403, response: { headers: { 'retry-after': '30' } } })
    github.faults.rateLimit(0)
    expect((await client.rest.repos.get(place)).status).toBe(200)
  })

  test("GitHub's clock is ten minutes ahead, and the App still gets its tokens", async () => {
    github.faults.clock(600)
    const late = await clientFor(github.url, app).auth(shop.installation)
    expect((await late.rest.repos.get(place)).status).toBe(200)
    github.faults.clock(0)
  })

  test('what never happens is told by name', async () => {
    await expect(github.until('a miracle', () => undefined, 0.01)).rejects.toThrow('a miracle: did not happen on GitHub within 0.01 s')
  })
})

const examplesOfGitHub = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }))

function recordedExamples(name: string, action: string | undefined): unknown[] {
  const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples')
  const found = examplesOfGitHub.parse(JSON.parse(readFileSync(file, 'utf8'))).find((one) => one.name === name)?.examples ?? []
  return found.filter((one) => one.action === action && one.deleted !== true)
}

/** Paths of fields that every example has and the payload has not. */
function missing(examples: unknown[], payload: unknown, place = ''): string[] {
  if (Array.isArray(payload))
    return payload.length === 0
      ? []
      : missing(
          examples.flatMap((one) => (Array.isArray(one) ? one : [])),
          payload[0],
          `${place}[]`,
        )
  const records = examples.filter(isRecord)
  const first = records[0]
  if (!first || records.length < examples.length || !isRecord(payload)) return []
  return Object.keys(first)
    .filter((key) => records.every((one) => key in one))
    .flatMap((key) =>
      key in payload
        ? missing(
            records.map((one) => one[key]),
            payload[key],
            `${place}.${key}`,
          )
        : [`${place}.${key}`],
    )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

async function untar(response: Response): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const unpack = extract()
  unpack.on('entry', (header, stream, next) => {
    const chunks: Uint8Array[] = []
    stream.on('data', (chunk: unknown) => {
      if (chunk instanceof Uint8Array) chunks.push(chunk)
    })
    stream.on('end', () => {
      if (header.type === 'file') found[header.name] = Buffer.concat(chunks).toString('utf8')
      next()
    })
  })
  await pipeline(Readable.from(Buffer.from(await response.arrayBuffer())), createGunzip(), unpack)
  return found
}
