import { afterAll, beforeAll, expect, test } from 'vitest'
import { playActs } from './demo/acts.ts'
import { lookAtHost } from './demo/host-view.ts'
import type { Screen } from './demo/screen.ts'
import { spendingOf } from './lab/github/spending.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { openShop, type Shop } from './lab/landfall/shop.ts'

const silent: Screen = { title() {}, line() {}, begin() {}, table() {}, plain() {} }
let scenario: Scenario
let shop: Shop

beforeAll(async () => {
  scenario = await startScenario()
  shop = await openShop(scenario.github, scenario.lab.registry, {
    name: 'shop',
    hosts: ['web-1'],
    within: 8,
    soak: 0,
    notify: ['slack:deploys', 'telegram:ops'],
  })
})
afterAll(() => scenario?.stop())

test('two merges go live, a bad one returns by itself, /rollback goes further back; the database never notices', async () => {
  const acts = await playActs({ scenario, shop, host: scenario.lab.host('web-1'), screen: silent })
  expect(acts.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded', 'rolled-back', 'succeeded'])
}, 120_000)

test('/rollback once more finds nothing further back and says so', async () => {
  const issue = shop.repository.openIssue('Everything is broken', 'mona')
  await shop.repository.commentOn(issue, '/rollback', 'mona')
  const answer = await shop.repository.waitForComment(issue, /no earlier verified release/)
  expect(answer.body).toContain('Revert the commit and push')
})

test('/rollback by somebody who may only read changes nothing', async () => {
  const host = scenario.lab.host('web-1')
  const before = await lookAtHost(host, 'shop')
  const issue = shop.repository.openIssue('I am not allowed', 'hubot')
  const { id } = await shop.repository.commentOn(issue, '/rollback', 'hubot')
  await shop.repository.waitForReaction(id, '-1')
  const answer = await shop.repository.waitForComment(issue, /hubot may not do this/)
  expect(answer.body).toContain('Ask somebody with write access')
  expect(await lookAtHost(host, 'shop')).toEqual(before)
})

test('twenty deployments later it is the same database container with all its rows', async () => {
  const host = scenario.lab.host('web-1')
  const before = (await lookAtHost(host, 'shop')).database
  for (let number = 1; number <= 20; number += 1) {
    const { sha } = await shop.merge({ title: `Change ${number}` })
    await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 30)
  }
  expect((await lookAtHost(host, 'shop')).database).toEqual(before)
}, 180_000)

test('a deployment is a check run on its commit, with the plan, the log and the way back, and GitHub is not asked for much', async () => {
  const { github } = scenario
  const before = github.requests.length
  const { sha } = await shop.merge({ title: 'A new shelf' })
  const run = await shop.repository.waitForCheck(sha, 'Deploy to production', 'success', 30)
  await shop.repository.waitForDeployment(sha, 'production', 'success', 30)
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 30)
  expect(run.output.title).toMatch(new RegExp(`^${sha.slice(0, 7)} went live on production: .* verified on web-1 in`))
  expect(run.output.summary).toMatch(/\| db \| untouched \| keeps its containers \|\n\| web \| recreated \| image \|/)
  expect(run.output.summary).toContain('**Expected gap:** web is stopped for a moment on each host')
  expect(run.output.text).toMatch(/verify +web-1: .* proved after/)
  expect(run.actions.map(({ label }) => label)).toEqual(['Rollback'])
  expect((await fetch(run.detailsUrl ?? '')).ok).toBe(true)
  const [deployment] = shop.repository.deployments().filter((one) => one.sha === sha)
  expect(deployment?.payload).toEqual({ landfall: run.externalId })
  const { writes, reads } = spendingOf(github.requests.slice(before))
  expect(writes).toBeLessThanOrEqual(10)
  expect(reads).toBeLessThanOrEqual(8)
}, 60_000)

test('a killed Landfall started again goes on serving, and nothing is deployed twice', async () => {
  await scenario.landfall.kill()
  await scenario.restart()
  const { sha } = await shop.merge({ title: 'After the restart' })
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 30)
  expect(shop.repository.deployments().filter((deployment) => deployment.sha === sha)).toHaveLength(1)
}, 60_000)

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
