import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { clientFor } from './client.ts'
import { missing, recordedExamples } from './recorded-examples.ts'
import { app, place, useScene } from './scene.ts'

const scene = useScene()

describe('what GitHub tells', () => {
  test.each([
    ['merge', 2, 'Merge pull request #'],
    ['squash', 1, 'Add merged-squash (#'],
    ['rebase', 1, 'Add merged-rebase'],
  ] as const)('a %s moves the branch and is announced twice, signed', async (method, parents, message) => {
    const { github, shop, client, receiver } = scene()
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
    ['push', undefined],
    ['pull_request', 'closed'],
    ['issue_comment', 'created'],
  ])("%s tells all that GitHub's recorded examples tell", async (event, action) => {
    const { shop, receiver } = scene()
    const { number } = await shop.openPullRequest({ branch: `told-${event}`, files: { [`${event}.txt`]: 'a' } })
    receiver.received.splice(0)
    await shop.commentOn(number, 'Fine', 'mona')
    await shop.merge(number, { by: 'otto' })
    const told = receiver.received.find(({ headers }) => headers['x-github-event'] === event)
    // Recorded from many repositories over years: only what all of them have is to be expected.
    const examples = recordedExamples(event, action)
    expect(examples.length).toBeGreaterThan(1)
    expect(missing(examples, JSON.parse(told?.body ?? '{}'))).toEqual([])
  })

  test('a delivery that failed is listed and delivered again under its guid', async () => {
    const { github, shop, receiver } = scene()
    const { deliveries } = await shop.push('lost', { 'a.txt': 'a' }, { deliver: false })
    const own = await clientFor(github.url, app).auth()
    const { data: failed } = await own.rest.apps.listWebhookDeliveries({ status: 'failure', per_page: 1 })
    expect(failed).toMatchObject([{ guid: deliveries[0]?.guid, event: 'push', status_code: 502 }])

    receiver.received.splice(0)
    // As text: Octokit tells ids of 64 bits as BigInt, and puts none into an address.
    await own.request(`POST /app/hook/deliveries/${failed[0]?.id}/attempts`)
    const again = await github.until('the redelivery', () => github.deliveries.find((one) => one.redelivery))
    expect(again).toMatchObject({ guid: failed[0]?.guid, statusCode: 202 })
    expect(receiver.received.map(({ headers }) => headers['x-github-delivery'])).toEqual([failed[0]?.guid])

    const replay = randomUUID()
    await github.resend(again.guid, replay)
    expect(receiver.received.map(({ headers }) => headers['x-github-delivery'])).toEqual([again.guid, replay])
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body)
  })

  test('ids of deliveries take 64 bits, and pages follow a cursor', async () => {
    const { github, shop } = scene()
    github.faults.webhooks(true)
    for (const name of ['one', 'two', 'three']) await shop.push(name, { 'a.txt': name })
    github.faults.webhooks(false)
    const own = await clientFor(github.url, app).auth()
    const ids: unknown[] = []
    for await (const { data } of own.paginate.iterator(own.rest.apps.listWebhookDeliveries, { per_page: 2 })) {
      ids.push(...data.map(({ id }) => id))
    }
    expect(ids.map(String)).toEqual(github.deliveries.map(({ id }) => id).toReversed())
    expect(typeof ids[0]).toBe('bigint')
    expect(github.deliveries.slice(-3).map(({ statusCode }) => statusCode)).toEqual([502, 502, 502])
  })

  test('an edit is told, and the comment shows that it was edited', async () => {
    const { github, shop, client, receiver } = scene()
    const issue = shop.openIssue('Talk', 'mona')
    const { id } = await shop.commentOn(issue, 'Fine', 'mona')
    github.faults.clock(5)
    receiver.received.splice(0)
    await shop.editComment(id, '/rollback', 'otto')
    github.faults.clock(0)
    expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
      { action: 'edited', changes: { body: { from: 'Fine' } }, comment: { id, body: '/rollback' }, sender: { login: 'otto' } },
    ])
    const { data } = await client.rest.issues.getComment({ ...place, comment_id: id })
    expect(data.updated_at).not.toBe(data.created_at)
  })

  test('a delivery that GitHub never tried leaves no trace', async () => {
    const { github, shop } = scene()
    const known = github.deliveries.length
    const { sha, deliveries } = await shop.push('untold', { 'a.txt': 'a' }, { deliver: 'never' })
    expect([deliveries, github.deliveries.length, await shop.head('untold')]).toEqual([[], known, sha])
  })
})
