import { appendFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestRepository } from '../lab/github/repository.ts'
import type { Host } from '../lab/host.ts'
import { pushApp } from '../lab/images.ts'
import { type Scenario, startScenario } from '../lab/landfall/scenario.ts'
import { withoutDocker } from './blank-machine.ts'
import { type Newcomer, newcomer } from './newcomer.ts'
import { openPage, type Words } from './page.ts'

const token = 'ghp_of-acme-bot'
let scenario: Scenario
let mona: Newcomer

beforeAll(async () => {
  scenario = await startScenario({ hosts: ['web-1'], blank: true, environment: { GHCR_TOKEN: token } })
  mona = await newcomer(scenario)
  closeRegistry()
})
afterAll(() => scenario?.stop())

const closeRegistry = () => scenario.lab.registry.requireBasic({ username: 'acme-bot', password: token })

/** What pages call a host, and everything else that has another name here. */
const words = (host: Host, address: string): Words => [
  [address, host.address],
  ["ssh-ed25519 AAAA…'", `${host.hostKey}'`],
  ['ghcr.io/', `${scenario.lab.registry.address}/`],
  ['ghcr.io', scenario.lab.registry.address],
  ['/home/mona', mona.home],
  ['/opt/landfall', scenario.lab.folder],
]

/** Mona's pull request is merged, and what the repository builds is pushed, as its workflow says. */
async function merge(repository: TestRepository, title: string, files: Record<string, string | null>): Promise<string> {
  const { number } = await repository.openPullRequest({ branch: title.replaceAll(' ', '-'), files, title, author: 'mona' })
  return mergeNumber(repository, number)
}

async function mergeNumber(repository: TestRepository, number: number): Promise<string> {
  const { sha } = await repository.merge(number, { by: 'mona' })
  scenario.lab.registry.behave()
  await pushApp(scenario.lab.registry, { repository: repository.fullName, tag: sha, version: sha, index: true })
  closeRegistry()
  return sha
}

async function repositoryOf(name: string, files: Record<string, string>): Promise<TestRepository> {
  const repository = await scenario.github.createRepository('acme', name, files)
  repository.addCollaborator('mona', 'write')
  return repository
}

/** What stands beside the commit, once it is proved. */
async function status(repository: TestRepository, sha: string, environment = 'production'): Promise<string> {
  const { context, description } = await repository.waitForStatus(sha, `landfall/${environment}`, 'success', 90)
  return `${context}  ${description}`
}

test('a new project on a blank host', async () => {
  const host = scenario.lab.host('web-1')
  const page = openPage('new-project.md', words(host, '203.0.113.10'), mona.at(host))
  await mona.mayEnter(host)
  await withoutDocker(host)
  const shop = await repositoryOf('shop', { Dockerfile: 'FROM scratch\n' })

  await page.type()
  await page.type()
  const operator = page.file('operator.yml')
  await appendFile(scenario.operatorFile, operator.text)
  await page.type()
  await page.type()

  const files = ['compose.yml', '.github/landfall.yml', '.github/workflows/build.yml'].map((path) => page.file(path))
  for (const { path, text } of files) await mona.keep(`shop/${path}`, text)
  await page.type()
  const sha = await merge(shop, 'Deploy with Landfall', Object.fromEntries(files.map(({ path, text }) => [path, text])))
  page.shows(await status(shop, sha))
  await page.type()

  await page.type()
  page.shows(await status(shop, await mergeNumber(shop, 2)))
  expect(await host.sh('docker exec shop-web-1 env')).toMatch(/^SESSION_KEY=[0-9a-f]{64}$/m)
  page.end()
}, 180_000)
