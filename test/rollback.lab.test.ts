import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { lookAtHost } from './demo/host-view.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { type Merged, openShop, type Shop } from './lab/landfall/shop.ts'
import { openTown } from './lab/landfall/town.ts'

let scenario: Scenario
let shop: Shop

beforeAll(async () => {
  scenario = await startScenario()
  shop = await openShop(scenario.github, scenario.lab.registry, {
    ...{ name: 'shop', hosts: ['web-1'], notify: ['slack:deploys'] },
    // Longer than any test: who waits for it to be over waits in vain.
    ...{ within: 600, soak: 2 },
  })
})
afterAll(() => scenario?.stop())

const host = () => scenario.lab.host('web-1')
const look = () => lookAtHost(host(), 'shop')
const greeting = async () => (await host().sh('cat /var/lib/landfall/shop/production/files/.env')).trim()
const status = (commit: string, state: 'success' | 'failure' | 'error' | 'pending') =>
  shop.repository.waitForStatus(commit, 'landfall/production', state, 60)

async function deploy(title: string, files: Record<string, string> = {}): Promise<Merged> {
  const merged = await shop.merge({ title, files })
  await status(merged.sha, 'success')
  return merged
}

/** `landfall rollback …` as an operator types it. */
function rollBack(otherwise: Record<string, string> = {}, { environment } = scenario): Promise<{ code: number; said: string }> {
  const env = { PATH: process.env.PATH ?? '', ...environment, ...otherwise }
  return new Promise((resolve) => {
    execFile(process.execPath, [join('src', 'main', 'cli.ts'), 'rollback', 'acme/shop', 'production'], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr })
    })
  })
}

test('with GitHub and Landfall both down, `landfall rollback` goes back; both are told when they are back, and newer commits come', async () => {
  const first = await deploy('One')
  const second = await deploy('Two', { 'deploy/production.env': 'GREETING=good evening\n' })
  expect(await greeting()).toContain('good evening')
  const { database } = await look()
  await scenario.landfall.stop()
  scenario.github.faults.outage(true)

  const { code, said } = await rollBack({ GITHUB_API_URL: 'http://127.0.0.1:1' })
  expect(said).toMatch(/GitHub does not answer: the files and the values of \.env are those of generation 1, as hosts keep them/)
  expect(said).toMatch(new RegExp(`production went back to ${first.sha.slice(0, 7)} from ${second.sha.slice(0, 7)}: .* verified on web-1`))
  expect([code, said.includes('No Landfall took it up')]).toEqual([0, true])
  const back = await look()
  expect([back.answered, back.running, back.database]).toEqual([first.sha, first.digest, database])
  expect(await greeting()).toContain('hello')

  scenario.github.faults.outage(false)
  await scenario.restart()
  expect((await status(second.sha, 'failure')).description).toMatch(/^Rolled back by operator \S+ to /)
  expect((await status(first.sha, 'success')).description).toContain('rolled back to by operator')
  const third = await deploy('Three')
  const after = await look()
  expect([after.answered, after.database]).toEqual([third.sha, database])
  expect(await greeting()).toContain('good evening')
}, 120_000)

test('a deployment that hangs in its health check is taken back, and what ran before is verified', async () => {
  const before = await look()
  const hangs = await shop.merge({ title: 'Hangs', behaviour: 'unhealthy' })
  const inContainer = () => host().sh("docker inspect shop-web-1 --format '{{.Config.Image}}'")
  await expect.poll(inContainer, { timeout: 60_000 }).toContain(hangs.digest)

  const asked = performance.now()
  await shop.repository.commentOn(hangs.pullRequest, '/rollback', 'mona')
  const [good, bad] = [before.answered.slice(0, 7), hangs.sha.slice(0, 7)]
  await shop.repository.waitForComment(hangs.pullRequest, new RegExp(`production went back to ${good} from ${bad}`), 60)
  const seconds = (performance.now() - asked) / 1000
  console.info(`from the comment to the answer that tells of the end: ${seconds.toFixed(2)} s`)
  expect(seconds).toBeLessThan(30)
  const after = await look()
  expect([after.answered, after.running, after.database]).toEqual([before.answered, before.running, before.database])
  expect((await status(hangs.sha, 'failure')).description).toBe(`Rolled back by mona to ${good}`)
}, 120_000)

test('where a Landfall serves it does the work, while GitHub is down', async () => {
  const before = await look()
  const fourth = await deploy('Four')
  scenario.github.faults.outage(true)
  const { code, said } = await rollBack()
  expect([code, said.includes('No Landfall took it up')]).toEqual([0, false])
  expect((await look()).answered).toBe(before.answered)
  scenario.github.faults.outage(false)
  await status(fourth.sha, 'failure')
  const fifth = await deploy('Five')
  expect((await look()).answered).toBe(fifth.sha)
}, 120_000)

test('with Landfall down, `landfall-shell rollback` on the host is found and respected, until the administrator lets go', async () => {
  const before = await look()
  const bad = await deploy('Six')
  await scenario.landfall.stop()
  expect(await host().sh('landfall-shell rollback shop production')).toContain('held until: landfall-shell release shop production')
  expect((await look()).answered).toBe(before.answered)

  await scenario.restart()
  expect((await status(bad.sha, 'failure')).description).toBe(`Rolled back by administrator on web-1 to ${before.answered.slice(0, 7)}`)
  await status(before.answered, 'success')
  const shown = () => shop.repository.deployments().at(-1)
  await scenario.chat.until('the rollback told in chat', () =>
    scenario.chat.received.find(({ body }) => body.includes('administrator on web-1')),
  )
  await expect.poll(() => [shown()?.sha, shown()?.statuses.at(-1)?.state], { timeout: 10_000 }).toEqual([before.answered, 'success'])

  for (const guid of bad.guids) await scenario.github.redeliver(guid)
  const newer = await shop.merge({ title: 'Seven' })
  expect((await status(newer.sha, 'pending')).description).toMatch(/An administrator holds shop on host web-1: rolled back on the host/)
  expect((await look()).answered).toBe(before.answered)
  await host().sh('landfall-shell release shop production')
  await status(newer.sha, 'success')
  const after = await look()
  expect([after.answered, after.database]).toEqual([newer.sha, before.database])
}, 120_000)

test('on several machines it is found by whoever serves, and done at the command line where nobody does', async () => {
  const town = await openTown({ servers: true })
  onTestFinished(() => town.close())
  const { merged: first } = await town.merge({ title: 'One' }, 'success')
  const { merged: second } = await town.merge({ title: 'Two' }, 'success')
  await town.merge({ title: 'Three' }, 'success')
  const served = await rollBack({}, town.scenario)
  expect([served.code, served.said.includes('No Landfall took it up')]).toEqual([0, false])
  expect((await lookAtHost(town.host, 'shop')).answered).toBe(second.sha)
  await town.scenario.landfall.stop()
  // The queue is not asked: it only wakes, and may be down as well.
  const alone = await rollBack({ QUEUE_URL: 'redis://127.0.0.1:1' }, town.scenario)
  expect([alone.code, alone.said.includes('No Landfall took it up')]).toEqual([0, true])
  expect((await lookAtHost(town.host, 'shop')).answered).toBe(first.sha)
  await town.scenario.restart()
}, 120_000)

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
