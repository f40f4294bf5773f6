import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { threeByHand } from '../lab/by-hand.ts'
import type { TestRepository } from '../lab/github/repository.ts'
import type { Host } from '../lab/host.ts'
import { pushApp, pushDatabase } from '../lab/images.ts'
import { type Scenario, startScenario } from '../lab/landfall/scenario.ts'
import { runWorkflow } from './actions.ts'
import { withoutDocker } from './blank-machine.ts'
import { type Newcomer, newcomer } from './newcomer.ts'
import { openPage, type PageFile, type Words } from './page.ts'

const token = 'ghp_of-acme-bot'
let scenario: Scenario
let mona: Newcomer

beforeAll(async () => {
  scenario = await startScenario({ hosts: ['web-1', 'old-1', 'web-2'], blank: true, environment: { GHCR_TOKEN: token } })
  mona = await newcomer(scenario)
  closeRegistry()
})
afterAll(() => scenario?.stop())

const closeRegistry = () => scenario.lab.registry.requireBasic({ username: 'acme-bot', password: token })

/** What pages call a host, and everything else that has another name here. */
const words = (host: Host, address: string): Words => [
  [address, host.address],
  ["ssh-ed25519 AAAA…'", `${host.hostKey}'`],
  ...['ghcr.io/acme', 'ghcr.io:', '[ghcr.io]'].map((word) => [word, word.replace('ghcr.io', scenario.lab.registry.address)] as const),
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
}, 300_000)

test('a server with three hand-made projects', async () => {
  const { lab } = scenario
  const host = lab.host('old-1')
  const page = openPage('server-of-projects.md', words(host, '198.51.100.7'), mona.at(host))
  await mona.mayEnter(host)
  lab.registry.behave()
  for (const tag of ['1.2', '1.3']) await pushApp(lab.registry, { repository: 'acme/shop', tag, version: tag, index: true })
  await pushDatabase(lab.registry, { repository: 'acme/database', tag: '1' })
  await host.sh(threeByHand(lab.registry.address, 'a-password'))
  const server = await repositoryOf('server', { 'README.md': '# server\n' })
  const containers = () =>
    host.sh("docker ps -aq --no-trunc | xargs docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}}' | sort")
  const before = await containers()

  await page.type()
  await page.type()
  await page.type()
  await page.type()
  page.shows(await status(server, (await server.merge(1, { by: 'mona' })).sha))
  await page.type()
  await page.type()
  await status(server, (await server.merge(2, { by: 'mona' })).sha, 'blog-production')
  await page.type()
  await status(server, (await server.merge(3, { by: 'mona' })).sha, 'wiki-production')
  expect(await containers()).toBe(before)

  const newer = page.diff('docker-compose.yml')(await server.text('docker-compose.yml'))
  const { number } = await server.openPullRequest({ branch: 'newer', files: { 'docker-compose.yml': newer }, author: 'mona' })
  page.shows(await status(server, (await server.merge(number, { by: 'mona' })).sha))
  const others = (text: string) => text.split('\n').filter((line) => !line.startsWith('/shop-web-1 '))
  expect(others(await containers())).toEqual(others(before))
  expect(await containers()).not.toBe(before)
  page.end()
}, 300_000)

test('from GitHub Actions and an ssh script', async () => {
  const { lab } = scenario
  const host = lab.host('web-2')
  const page = openPage('from-actions.md', words(host, '192.0.2.20'), mona.at(host))
  await mona.mayEnter(host)
  lab.registry.behave()
  const files: Record<string, string> = {}
  const take = ({ path, text }: PageFile) => {
    files[path] = text
  }
  const change = (path: string) => {
    files[path] = page.diff(path)(files[path] ?? '')
  }
  for (const path of ['.github/workflows/deploy.yml', 'compose.yml']) take(page.file(path))
  const booking = await repositoryOf('booking', files)
  const values: Record<string, string> = { 'secrets.PASSWORD': 'a-password' }
  const build = (sha: string) => runWorkflow(sha, files, { registry: lab.registry, host, values })
  const mergeAndBuild = async (branch: string, deleted: readonly string[] = []) => {
    for (const path of deleted) delete files[path]
    const gone = Object.fromEntries(deleted.map((path) => [path, null]))
    const { number } = await booking.openPullRequest({ branch, files: { ...files, ...gone }, author: 'mona' })
    const { sha } = await booking.merge(number, { by: 'mona' })
    await build(sha)
    return sha
  }
  await build(await booking.head())

  await page.type()
  const grant = page.file('operator.yml').text
  const operator = await readFile(scenario.operatorFile, 'utf8')
  await writeFile(
    scenario.operatorFile,
    operator.replace(/^repositories:\n/m, (line) => line + grant),
  )
  change('.github/workflows/deploy.yml')
  const copy = ['.github/landfall/beside.yml', 'deploy/beside/compose.yml']
  for (const path of copy) take(page.file(path))
  page.shows(await status(booking, await mergeAndBuild('beside'), 'beside'))
  await page.type()

  values['vars.LANDFALL'] = 'on'
  const running = () => host.docker('inspect', '--format', '{{.Id}} {{.Config.Image}}', 'booking-web-1')
  const before = await running()
  await page.type()
  const adopted = await booking.merge(2, { by: 'mona' })
  await build(adopted.sha)
  page.shows(await status(booking, adopted.sha))
  expect(await running()).toBe(before)

  for (const path of ['compose.yml', '.github/landfall/booking.yml']) {
    files[path] = await booking.text(path)
    change(path)
  }
  page.shows(await status(booking, await mergeAndBuild('own-image', copy)))
  expect(await running()).not.toBe(before)
  await page.type()

  await page.type()
  delete values['vars.LANDFALL']
  await build(await booking.head())
  expect(await running()).toMatch(/booking:latest$/m)
  values['vars.LANDFALL'] = 'on'
  await page.type()
  files['README.md'] = 'forward again\n'
  await status(booking, await mergeAndBuild('forward'))
  expect(await running()).toMatch(/booking@sha256:/)
  page.end()
}, 300_000)

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
