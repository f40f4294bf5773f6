import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { app, type Client, place, useScene } from './scene.ts'

const scene = useScene()

describe('repositories', () => {
  test('files, folders, raw contents, and what is not there', async () => {
    const { client } = scene()
    const raw = await client.rest.repos.getContent({ ...place, path: 'docs/read me.md', ref: 'main', mediaType: { format: 'raw' } })
    expect(raw.data).toBe('Hello')
    expect((await client.rest.repos.getContent({ ...place, path: 'docs' })).data).toMatchObject([{ path: 'docs/read me.md', type: 'file' }])
    expect((await client.rest.repos.getContent({ ...place, path: '' })).data).toHaveLength(2)
    await expect(client.rest.repos.getContent({ ...place, path: 'none' })).rejects.toMatchObject({ status: 404 })
  })

  test('the tarball holds what git holds, and its address needs no login but expires', async () => {
    const { github, shop, client } = scene()
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
    const { shop, client } = scene()
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
    const { client } = scene()
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ ...place, username: 'otto' })
    expect(data).toMatchObject({ permission: 'write', role_name: 'maintain' })
    await expect(client.rest.repos.getCollaboratorPermissionLevel({ ...place, username: 'nobody' })).rejects.toMatchObject({ status: 404 })
  })
})

describe('pull requests', () => {
  test('whether one can be merged is worked out behind an answer, anew for each head and base', async () => {
    const { shop, client } = scene()
    const { number, sha } = await shop.openPullRequest({ branch: 'tried', files: { 'compose.yml': 'services: { a: {} }\n' } })
    const asked = { ...place, pull_number: number }
    const shown = async () => {
      const { mergeable, mergeable_state: state, merge_commit_sha: trial } = (await client.rest.pulls.get(asked)).data
      return { mergeable, state, trial }
    }
    expect(await shown()).toEqual({ mergeable: null, state: 'unknown', trial: null })
    const first = await shown()
    expect(first).toEqual({ mergeable: true, state: 'clean', trial: expect.stringMatching(/^[0-9a-f]{40}$/) })
    const { data } = await client.rest.git.getTree({ ...place, tree_sha: first.trial ?? '' })
    expect(data.tree.map(({ path }) => path)).toEqual(['compose.yml', 'docs'])
    expect((await client.rest.pulls.list(place)).data).toMatchObject([{ number, merge_commit_sha: first.trial, draft: false }])

    await shop.push('main', { 'compose.yml': 'services: { b: {} }\n' }, { deliver: 'never' })
    expect(await shown()).toEqual({ ...first, mergeable: null, state: 'unknown' })
    expect(await shown()).toEqual({ ...first, mergeable: false, state: 'dirty' })
    await shop.forcePush('main', `${sha}~1`, { deliver: 'never' })
    await shown()
    expect(await shown()).toMatchObject({ mergeable: true, state: 'clean' })
    await shop.closePullRequest(number, { by: 'otto', deliver: 'never' })
    expect(await shown()).toMatchObject({ mergeable: null, state: 'unknown' })
  })
})

describe('git data', () => {
  test('a commit of a tree that is there, and a branch for it, which is told of', async () => {
    const { shop, client, receiver } = scene()
    const parent = await shop.head()
    const { data: whole } = await client.rest.git.getTree({ ...place, tree_sha: parent })
    const tree = whole.tree.find(({ path }) => path === 'docs')?.sha ?? ''
    const { data: commit } = await client.rest.git.createCommit({ ...place, message: 'Only docs', tree, parents: [parent] })
    expect(commit).toMatchObject({
      message: 'Only docs',
      tree: { sha: tree },
      parents: [{ sha: parent }],
      author: { name: `${app.slug}[bot]` },
    })
    receiver.received.splice(0)
    const ref = 'refs/heads/only/docs'
    const { data: made } = await client.rest.git.createRef({ ...place, ref, sha: commit.sha })
    expect(made).toMatchObject({ ref, object: { type: 'commit', sha: commit.sha } })
    await scene().github.until('the push', () => receiver.received.find(({ body }) => JSON.parse(body).ref === ref))
    expect(await shop.head('only/docs')).toBe(commit.sha)
  })

  test.each<[what: string, refused: string, ask: (at: { head: string; client: Client }) => Promise<unknown>]>([
    [
      'a tree that is none',
      'Tree SHA does not exist',
      ({ head, client }) => client.rest.git.createCommit({ ...place, message: 'a', tree: head }),
    ],
    [
      'no such parent',
      'Parent SHA does not exist',
      async ({ client }) => {
        const tree = (await client.rest.git.getTree({ ...place, tree_sha: 'main' })).data.sha
        return client.rest.git.createCommit({ ...place, message: 'a', tree, parents: [tree] })
      },
    ],
    [
      'a branch of nothing',
      'Object does not exist',
      ({ client }) => client.rest.git.createRef({ ...place, ref: 'refs/heads/b', sha: 'f'.repeat(40) }),
    ],
    [
      'a branch twice',
      'Reference already exists',
      ({ head, client }) => client.rest.git.createRef({ ...place, ref: 'refs/heads/main', sha: head }),
    ],
    [
      'a branch within another',
      'Reference update failed',
      ({ head, client }) => client.rest.git.createRef({ ...place, ref: 'refs/heads/main/b', sha: head }),
    ],
  ])('%s is refused', async (_what, message, ask) => {
    const { shop, client } = scene()
    const failed = await ask({ head: await shop.head(), client }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ status: 422, message: expect.stringContaining(message) })
  })
})

describe('what Landfall tells', () => {
  test('the newest status of a context counts, and can be awaited', async () => {
    const { shop, client } = scene()
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
    const { shop, client } = scene()
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
    const { shop, client } = scene()
    const { sha } = await shop.push('gated', { 'a.txt': 'a' })
    await client.rest.repos.createCommitStatus({ ...place, sha, state: 'pending', context: 'ci' })
    await expect(client.rest.repos.createDeployment({ ...place, ref: sha, auto_merge: false })).rejects.toMatchObject({ status: 409 })
  })

  test('comments are written, edited and reacted to once', async () => {
    const { shop, client } = scene()
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

  test('a conclusion completes a check run for good', async () => {
    const { shop, client } = scene()
    const head_sha = await shop.head()
    const { data } = await client.rest.checks.create({ ...place, head_sha, name: 'plan', status: 'in_progress' })
    const actions = [{ label: 'Approve', description: 'Let it go', identifier: 'approve' }]
    await client.rest.checks.update({ ...place, check_run_id: data.id, conclusion: 'action_required', actions })
    await client.rest.checks.update({ ...place, check_run_id: data.id, status: 'in_progress', details_url: 'https://landfall.example/1' })
    const detailsUrl = 'https://landfall.example/1'
    expect(shop.checkRuns(head_sha)).toMatchObject([{ status: 'completed', conclusion: 'action_required', actions, detailsUrl }])
  })
})

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
