import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookAtHost } from './demo/host-view.ts'
import { type Scenario, startScenario } from './lab/landfall/scenario.ts'
import { openShop, type Shop } from './lab/landfall/shop.ts'

let scenario: Scenario
let shop: Shop

beforeAll(async () => {
  scenario = await startScenario({ hosts: ['web-1', 'web-2'] })
  shop = await openShop(scenario.github, scenario.lab.registry, { name: 'shop', hosts: ['web-1', 'web-2'], within: 8, soak: 1 })
})
afterAll(() => scenario?.stop())

const files = ['landfall.db', 'landfall.db-wal', 'landfall.db-shm']
const data = (name: string) => join(scenario.environment.LANDFALL_DATA ?? '', name)
const look = () => Promise.all(['web-1', 'web-2'].map((name) => lookAtHost(scenario.lab.host(name), 'shop')))
const fences = async () =>
  Promise.all(['web-1', 'web-2'].map((name) => scenario.lab.host(name).sh('head -n 1 /var/lib/landfall/shop/production/fence')))
const generations = async () => (await fences()).map((fence) => Number(fence.split(' ')[0]))

/** `landfall recover …` as an operator types it. */
const recover = (...words: string[]) => recoverIn(scenario.environment.LANDFALL_DATA ?? '', ...words)

function recoverIn(folder: string, ...words: string[]): Promise<{ code: number; said: string }> {
  const env = { PATH: process.env.PATH ?? '', ...scenario.environment, LANDFALL_DATA: folder }
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/main/cli.ts', 'recover', ...words], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr })
    })
  })
}

async function deploy(title: string): Promise<string> {
  const { sha } = await shop.merge({ title })
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  return sha
}

const switches = async () => (await scenario.lab.host('web-1').sh('grep -c " switched$" /var/lib/landfall/shop/production/log')).trim()

test('a lost database: the hosts tell what runs, the next merge goes on from there, and /rollback has its targets', async () => {
  await deploy('One')
  await deploy('Two')
  const third = await deploy('Three')
  const before = await look()
  await scenario.landfall.stop()
  for (const file of files) await rm(data(file), { force: true })

  const tried = await recover('--dry-run')
  expect(tried.code).toBe(0)
  expect(tried.said).toMatch(/acme\/shop production\s+web-1, web-2\s+3\s+0\s+goes on with generation 4; known again: 1, 2, 3/)
  const { code, said } = await recover()
  expect([code, said.includes('known again: 1, 2, 3')]).toEqual([0, true])
  expect((await recover()).said).toMatch(/acme\/shop production\s+web-1, web-2\s+3\s+3\s+nothing: in order/)
  expect(await look()).toEqual(before)

  const switched = await switches()
  await scenario.restart()
  const fourth = await deploy('Four')
  expect(Number(await switches()) - Number(switched)).toBe(1)
  expect(await generations()).toEqual([4, 4])
  // Landfall serves meanwhile.
  expect((await recover()).said).toMatch(/acme\/shop production\s+web-1, web-2\s+4\s+4\s+nothing: in order/)
  const after = await look()
  expect(after.map(({ answered }) => answered)).toEqual([fourth, fourth])
  expect(after.map(({ database }) => database)).toEqual(before.map(({ database }) => database))

  const issue = shop.repository.openIssue('Four is broken', 'mona')
  await shop.repository.commentOn(issue, '/rollback', 'mona')
  await shop.repository.waitForComment(issue, /went back to/)
  expect((await look()).map(({ answered }) => answered)).toEqual([third, third])
}, 120_000)

test('a restored older copy, with a deployment open in it: its end is learnt, and the hosts are left alone', async () => {
  const verifying = scenario.landfall.log.length
  const { sha } = await shop.merge({ title: 'Five' })
  await scenario.landfall.logged((line) => scenario.landfall.log.indexOf(line) >= verifying && line.state === 'verifying', 60)
  await scenario.landfall.kill()
  for (const file of files) await copyFile(data(file), data(`${file}.copy`)).catch(() => undefined)
  await scenario.restart()
  await shop.repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  const sixth = await deploy('Six')
  await scenario.landfall.stop()
  const before = await look()
  const known = await fences()
  for (const file of files) {
    await rm(data(file), { force: true })
    await copyFile(data(`${file}.copy`), data(file)).catch(() => undefined)
  }

  const { code, said } = await recover()
  expect(code).toBe(0)
  expect(said).toMatch(/goes on with generation 8; known again: 7; deployment \S+ ended as succeeded/)
  await scenario.restart()
  const seventh = await deploy('Seven')
  expect(await generations()).toEqual([8, 8])
  expect(known.map((fence) => fence.split(' ')[0])).toEqual(['7', '7'])
  const after = await look()
  expect(after.map(({ answered }) => answered)).toEqual([seventh, seventh])
  expect(after.map(({ database }) => database)).toEqual(before.map(({ database }) => database))
  expect(shop.repository.deployments().filter((deployment) => deployment.sha === sha || deployment.sha === sixth)).toHaveLength(2)
}, 120_000)

test('a folder that is no data folder of a Landfall is not made one', async () => {
  const { code, said } = await recoverIn(data('nowhere'))
  expect(code).toBe(1)
  expect(said).toContain('there are no keys of a Landfall. Name its data folder in LANDFALL_DATA')
  expect(existsSync(data('nowhere'))).toBe(false)
})

test('a host that is away is not guessed at', async () => {
  await scenario.landfall.stop()
  for (const file of files) await rm(data(file), { force: true })
  await scenario.lab.host('web-2').sshd.stop()
  const { code, said } = await recover()
  await scenario.lab.host('web-2').sshd.start()
  expect(code).toBe(1)
  expect(said).toMatch(/web-2: Host web-2 cannot be reached/)
  expect(said).toMatch(/acme\/shop production: left alone: web-2 may know more of it and did not answer\. .*--without web-2/)
  expect((await recover()).code).toBe(0)
  await scenario.restart()
  await deploy('Eight')
  expect(await generations()).toEqual([9, 9])
}, 60_000)

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
