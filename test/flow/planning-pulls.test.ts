import { expect, test } from 'vitest'
import { httpError } from '../support/fake-github.ts'
import { newestComment, openPull, planCheck } from '../support/pull-requests.ts'
import { composeYml, shopImage } from '../support/shop.ts'
import { openTown, type Town, type TownOptions } from '../support/town.ts'

const running = async (options: TownOptions = {}) => {
  const town = await openTown(options)
  await town.deploy()
  return town
}
const planned = async (town: Town, number = 12) => (await town.store.pullPlans.of('acme/shop', number)) !== undefined
const changed = composeYml.replace('environment:', 'init: true\n    environment:')
const asked = (town: Town, call: Town['github']['calls'][number]) => town.github.calls.filter((one) => one === call).length

test('a look asks only for what changed since the last one, and overlaps it', async () => {
  const town = await openTown({ sweeps: true })
  const since: string[] = []
  const list = town.github.openPullRequests.bind(town.github)
  town.github.openPullRequests = (repository, mark) => {
    since.push(mark)
    return list(repository, mark)
  }
  await town.pass(100)
  const opened = town.clock.now().getTime()
  await openPull(town, { 'a.txt': 'one' }, { told: false })
  await town.pass(900)
  expect(await planned(town)).toBe(true)
  expect(since.at(-1)).toBe(new Date(opened - 300_000).toISOString())
  const plans = asked(town, 'pullRequest')
  await town.pass(900)
  expect(asked(town, 'pullRequest')).toBe(plans)
})

test('what a killed Landfall was told of is planned by the next one', async () => {
  const town = await openTown({ started: false })
  const killed = await town.start()
  town.github.fails = (call) => (call === 'pullRequest' ? httpError(500) : undefined)
  await openPull(town, { 'a.txt': 'one' })
  killed.kill()
  town.github.fails = () => undefined
  await town.start()
  await town.pass(120)
  expect(await planned(town)).toBe(true)
})

test('one that always throws holds up no other, is tried ever more rarely and not for ever', async () => {
  const town = await openTown({ started: false })
  await town.start({ sweepSeconds: 600 })
  const poison = await openPull(town, { 'b.txt': 'x' }, { number: 11, told: false })
  await openPull(town, { 'a.txt': 'ok' }, { number: 12, told: false })
  const snapshot = town.github.snapshot.bind(town.github)
  town.github.snapshot = async (repository, revision) => {
    if (revision === poison.trial) throw httpError(404)
    return snapshot(repository, revision)
  }
  for (const number of [11, 12]) {
    await town.tellOf({ kind: 'pull-request', action: 'opened', number, head: poison.head.sha, base: 'main', fork: false })
  }
  await town.pass(10)
  expect([await planned(town, 11), await planned(town, 12)]).toEqual([false, true])
  const tries = () => town.log.saying('planning a pull request put off').length
  await town.pass(3600)
  expect(tries()).toBeGreaterThan(3)
  expect(tries()).toBeLessThan(9)
  await town.pass(7 * 3600)
  expect(town.log.saying('planning a pull request given up')).toHaveLength(1)
  expect(town.log.saying('work failed')).toHaveLength(0)
  const looks = asked(town, 'pullRequest')
  await town.pass(3600)
  expect(asked(town, 'pullRequest')).toBe(looks)
})

test('what GitHub tells of pull requests lists no repository, and costs nothing where it was planned', async () => {
  const town = await running()
  const { head } = await openPull(town, { 'a.txt': 'one' })
  const calls = town.github.calls.length
  for (const action of ['moved', 'edited', 'reopened'] as const) {
    await town.tellOf({ kind: 'pull-request', action, number: 12, head: head.sha, base: 'main', fork: false })
    await town.pass(5)
  }
  expect(town.github.calls.slice(calls)).toEqual([])
  await town.tellOf({ kind: 'pull-request', action: 'moved', number: 12, head: 'b'.repeat(40), base: 'main', fork: false })
  await town.pass(5)
  expect(asked(town, 'pullRequest')).toBe(2)
  expect(asked(town, 'repositories')).toBe(0)
})

test('the plan of one that was closed is forgotten; of one that is open again it is not', async () => {
  const town = await running()
  const pull = await openPull(town, { 'a.txt': 'one' })
  const close = () => town.tellOf({ kind: 'pull-request', action: 'closed', number: 12, head: pull.head.sha, base: 'main', fork: false })
  await close()
  await town.pass(15)
  expect(await planned(town)).toBe(true)
  town.github.pulls.set(12, { ...pull, state: 'closed' })
  await close()
  await town.pass(15)
  expect(await planned(town)).toBe(false)
})

test('of a fork nothing is read while its base has no commit; it is planned when it has', async () => {
  const town = await running()
  const head = town.github.head.bind(town.github)
  town.github.head = async () => undefined
  const stranger = `services: { web: { image: "${shopImage}:\${TAG}", environment: { X: stranger-wrote-this } } }\n`
  await openPull(town, { 'compose.yml': stranger }, { fork: true })
  expect([await planned(town), planCheck(town), town.github.comments.length]).toEqual([false, undefined, 0])
  town.github.head = head
  await town.pass(60)
  expect(newestComment(town)).toContain('it comes from a fork')
  expect(newestComment(town)).not.toContain('stranger-wrote-this')
})

test('a registry that is busy makes no red check: it is planned when it answers', async () => {
  const town = await running()
  town.registry.instead = (name) =>
    name.includes('cache') ? { kind: 'busy', retryAfterSeconds: 50, detail: 'too many requests' } : undefined
  await openPull(town, { 'compose.yml': `${composeYml}  cache:\n    image: registry.example.com/acme/cache:1\n` })
  expect([await planned(town), planCheck(town)]).toEqual([false, undefined])
  town.registry.push('registry.example.com/acme/cache', '1')
  town.registry.instead = () => undefined
  await town.pass(30)
  expect(await planned(town)).toBe(false)
  await town.pass(60)
  expect(planCheck(town)).toMatchObject({ state: 'success' })
})

test('an image that is not there is said to be missing, until it is there', async () => {
  const town = await running()
  await openPull(town, { 'compose.yml': `${composeYml}  cache:\n    image: registry.example.com/acme/cache:1\n` })
  expect(planCheck(town)).toMatchObject({ state: 'failure' })
  town.registry.push('registry.example.com/acme/cache', '1')
  await town.pass(60)
  expect(planCheck(town)).toMatchObject({ state: 'success' })
})

test('one that goes into another branch now, which nothing follows, takes back what it said', async () => {
  const town = await running()
  const pull = await openPull(town, { 'compose.yml': changed })
  expect(newestComment(town)).toMatch(/web.*recreated/)
  town.github.pulls.set(12, { ...pull, base: { branch: 'docs' } })
  await town.tellOf({ kind: 'pull-request', action: 'edited', number: 12, head: pull.head.sha, base: 'docs', fork: false })
  await town.pass(30)
  expect(town.github.comments).toHaveLength(1)
  expect(newestComment(town)).toContain('no environment follows the branch')
  expect(planCheck(town)).toMatchObject({ state: 'neutral', revision: pull.head.sha })
})
