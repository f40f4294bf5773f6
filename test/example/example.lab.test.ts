import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { clientFor } from '../lab/github/client.ts'
import type { TestRepository } from '../lab/github/repository.ts'
import type { CheckRun } from '../lab/github/world.ts'
import { readIt } from '../lab/landfall/reading.ts'
import { type Scenario, startScenario } from '../lab/landfall/scenario.ts'
import { atRegistry, type Builder, startBuilder } from './builder.ts'
import { example, files } from './repository.ts'
import { script } from './script.ts'

/** The example's own two hosts, and one that builds. */
let scenario: Scenario
let repository: TestRepository
let builder: Builder
let inRepository: Record<string, string>

beforeAll(async () => {
  scenario = await startScenario({ hosts: ['staging-1', 'web-1', 'builder'] })
  const { github, lab } = scenario
  const { address } = lab.registry
  inRepository = Object.fromEntries(Object.entries(files()).map(([path, text]) => [path, atRegistry(text, address)]))
  repository = await github.createRepository('acme', 'shop', inRepository)
  for (const person of ['mona', 'lisa']) repository.addCollaborator(person, 'write')
  builder = await startBuilder(lab.host('builder'), address)
})
afterAll(() => scenario?.stop())

interface Merge {
  title: string
  changed: Record<string, string>
  /** How the tests end. */
  tests?: 'success' | 'failure'
  /** `false` where the workflow finds nothing to build. */
  built?: boolean
}

/** Mona merges a pull request; then tests and build run side by side, as the workflow says. */
async function merge({ title, changed, tests = 'success', built = true }: Merge): Promise<{ sha: string; pullRequest: number }> {
  inRepository = { ...inRepository, ...changed }
  const { number } = await repository.openPullRequest({ branch: title.replaceAll(' ', '-'), files: changed, title, author: 'mona' })
  const { sha } = await repository.merge(number, { by: 'mona' })
  for (const name of ['test', 'image']) await repository.reportCheck(sha, { name })
  if (built) await builder.build(inRepository, sha)
  await repository.reportCheck(sha, { name: 'image', conclusion: 'success' })
  await repository.reportCheck(sha, { name: 'test', conclusion: tests })
  return { sha, pullRequest: number }
}

const hosts = { staging: { name: 'staging-1', port: 8080 }, production: { name: 'web-1', port: 80 } }
type Environment = keyof typeof hosts

/** What the shop says to a visitor. */
async function ask(environment: Environment, path: string, method = 'GET'): Promise<unknown> {
  const { name, port } = hosts[environment]
  return (await fetch(`http://${scenario.lab.host(name).address}:${port}${path}`, { method })).json()
}

const inspect = (environment: Environment, container: string, format: string): Promise<string> =>
  scenario.lab.host(hosts[environment].name).docker('inspect', '--format', format, container)

const shown = z.object({ name: z.string(), items: z.array(z.object({ item: z.string(), cents: z.number(), ordered: z.number() })) })
const visit = async (environment: Environment) => shown.parse(await ask(environment, '/'))

test('a merge is proved in staging and, once somebody else agreed, in production: the same image, which tells its commit', async () => {
  const { sha, pullRequest } = await merge({
    title: 'Open the shop',
    changed: { 'src/healthcheck.js': `${inRepository['src/healthcheck.js']}\n` },
  })
  await repository.waitForStatus(sha, 'landfall/staging', 'success', 60)
  expect(await ask('staging', '/version')).toEqual({ version: sha })

  const drafted = ({ name, output }: CheckRun) => name === 'Deploy to production' && /built from/.test(output.summary ?? '')
  await scenario.github.until('a plan for production', () => repository.checkRuns(sha).find(drafted), 60)
  await readIt()
  await repository.commentOn(pullRequest, '/approve production', 'lisa')
  await repository.waitForStatus(sha, 'landfall/production', 'success', 60)
  expect(await ask('production', '/version')).toEqual({ version: sha })
  expect((await visit('production')).name).toBe('Corner shop')

  const image = '{{ .Image }} {{ .Config.User }} {{ index .Config.Labels "org.opencontainers.image.revision" }}'
  expect(await inspect('production', 'shop-web-1', image)).toBe(await inspect('staging', 'shop-web-1', image))
  expect(await inspect('production', 'shop-web-1', image)).toContain(` node ${sha}`)
}, 180_000)

test('the next merge brings its code, and what was ordered before is still known', async () => {
  const cache = await inspect('staging', 'shop-cache-1', '{{ .Id }}')
  expect(await ask('staging', '/orders?item=tea', 'POST')).toEqual({ item: 'tea', ordered: 1 })

  const dearer = inRepository['src/shop.js']?.replace('tea: 290', 'tea: 310') ?? ''
  const { sha } = await merge({ title: 'Tea is dearer now', changed: { 'src/shop.js': dearer } })
  await repository.waitForStatus(sha, 'landfall/staging', 'success', 60)
  expect(await ask('staging', '/version')).toEqual({ version: sha })
  expect((await visit('staging')).items).toContainEqual({ item: 'tea', cents: 310, ordered: 1 })
  expect(await inspect('staging', 'shop-cache-1', '{{ .Id }}')).toBe(cache)
}, 120_000)

test('where nothing of the image changed nothing is built, and the image stays', async () => {
  const image = await inspect('staging', 'shop-web-1', '{{ .Image }}')
  const version = await ask('staging', '/version')
  const renamed = inRepository['deploy/staging.env']?.replace('(staging)', '(to try)') ?? ''
  const { sha } = await merge({ title: 'Call it something else', changed: { 'deploy/staging.env': renamed }, built: false })
  await repository.waitForStatus(sha, 'landfall/staging', 'success', 60)
  expect((await visit('staging')).name).toBe('Corner shop (to try)')
  expect(await inspect('staging', 'shop-web-1', '{{ .Image }}')).toBe(image)
  expect(await ask('staging', '/version')).toEqual(version)
}, 120_000)

test('its workflow finds out what runs from what Landfall told GitHub', async () => {
  const { url, app } = scenario.github
  const asApp = await clientFor(url, app).auth()
  const { data } = await asApp.request('POST /app/installations/{installation_id}/access_tokens', {
    installation_id: repository.installation ?? 0,
    permissions: { deployments: 'read' },
  })
  vi.stubEnv('GITHUB_API_URL', url)
  vi.stubEnv('GITHUB_REPOSITORY', repository.fullName)
  vi.stubEnv('GITHUB_TOKEN', data.token)
  expect(await script.running('staging')).toBe(await repository.head())
  expect(await script.running('nowhere')).toBeUndefined()
  vi.unstubAllEnvs()
}, 30_000)

test('a commit with red tests has an image, and goes nowhere', async () => {
  const version = await ask('staging', '/version')
  const free = inRepository['src/shop.js']?.replace('cake: 450', 'cake: 0') ?? ''
  const { sha } = await merge({ title: 'Cake for nothing', changed: { 'src/shop.js': free }, tests: 'failure' })
  const status = await repository.waitForStatus(sha, 'landfall/staging', 'failure', 60)
  expect(status.description).toContain('test')
  expect(await ask('staging', '/version')).toEqual(version)
}, 120_000)

test('the tests that it brings are green', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap'], { cwd: example })
  expect(stdout).toMatch(/^# pass [1-9]/m)
  expect(stdout).toMatch(/^# fail 0$/m)
})

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
