import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookAtHost } from './demo/host-view.ts'
import { clientFor } from './lab/github/client.ts'
import { openTown, type Town } from './lab/landfall/town.ts'

let town: Town
beforeAll(async () => {
  town = await openTown()
  town.shop.repository.addCollaborator('lisa', 'write')
})
afterAll(() => town?.close())

/** Comments as somebody and waits for the answer. */
async function say(body: string, person: string, answer: RegExp): Promise<string> {
  const { repository } = town.shop
  const issue = repository.openIssue(`About ${body}`, person)
  await repository.commentOn(issue, body, person)
  return (await repository.waitForComment(issue, answer)).body
}

const running = async () => (await lookAtHost(town.host, 'shop')).running

test('a team keeps production for a moment, sees what waits, and lets it go', async () => {
  const { merged: first } = await town.merge({ title: 'The shop opens' }, 'success')
  await say('/lock the database moves --for 2h', 'lisa', /production is locked/)
  const older = await town.begin({ title: 'A new colour' })
  await town.ended(older, 'pending')
  const newer = await town.begin({ title: 'Another colour' })
  await town.shop.repository.waitForStatus(older.sha, 'landfall/production', 'error', 30)
  await pause(1500)
  expect(await running()).toBe(first.digest)
  const [status] = town.shop.repository.statuses(newer.sha).slice(-1)
  expect(status?.description).toContain('locked by lisa')

  const told = await say('/status', 'mona', /What runs where/)
  expect(told).toContain(first.sha.slice(0, 7))
  expect(told).toContain('the database moves')
  await say('/unlock', 'mona', /production is unlocked/)
  await town.ended(newer, 'success')
  expect(await running()).toBe(newer.digest)

  await say(`/rollback to ${first.sha.slice(0, 10)}`, 'mona', /went back to/)
  expect(await running()).toBe(first.digest)
}, 120_000)

test('a closed pull request frees what its lock held back, and a button ends what waits', async () => {
  const { repository } = town.shop
  const { number } = await repository.openPullRequest({ branch: 'door', files: { 'door.txt': 'a' }, author: 'lisa' })
  await repository.commentOn(number, '/lock', 'lisa')
  await repository.waitForComment(number, /production is locked/)
  const held = await town.begin({ title: 'A third colour' })
  await town.ended(held, 'pending')
  await repository.closePullRequest(number, { by: 'lisa' })
  await town.ended(held, 'success')

  const unbuilt = await town.begin({ title: 'A fourth colour', build: false })
  const { targetUrl: page } = await repository.waitForStatus(unbuilt.sha, 'landfall/production', 'pending', 30)
  const { github } = town.scenario
  const client = await clientFor(github.url, github.app).auth(repository.installation)
  const check = { head_sha: unbuilt.sha, name: 'landfall/production', external_id: page?.split('/').at(-1) ?? '' }
  const actions = [{ label: 'Cancel', description: 'End it', identifier: 'cancel' }]
  const { data } = await client.rest.checks.create({ owner: 'acme', repo: 'shop', ...check, actions })
  await repository.pressButton(data.id, 'cancel', 'mona')
  const ended = await repository.waitForStatus(unbuilt.sha, 'landfall/production', 'error', 30)
  expect(ended.description).toContain('Cancelled by mona')
}, 120_000)

test('everything asked of GitHub was as its API is described', () => town.scenario.github.assertFaithful())
