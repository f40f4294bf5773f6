import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { install } from '../lab/apt.ts'
import { clientFor } from '../lab/github/client.ts'
import type { TestRepository } from '../lab/github/repository.ts'
import { type Scenario, startScenario } from '../lab/landfall/scenario.ts'
import { atRegistry, type Builder, startBuilder } from './builder.ts'
import { example, files } from './repository.ts'
import { script } from './script.ts'

/** The example's own hosts, and one that builds. */
let scenario: Scenario
let repository: TestRepository
let builder: Builder
let inRepository: Record<string, string>

beforeAll(async () => {
  // Docker answers the names of services by way of a packet filter's rule in each container.
  if (!existsSync('/usr/sbin/iptables')) await install(['iptables'])
  scenario = await startScenario({ hosts: ['staging-1', 'web-1', 'builder'] })
  const { github, lab } = scenario
  const { address } = lab.registry
  inRepository = Object.fromEntries(Object.entries(files()).map(([path, text]) => [path, atRegistry(text, address)]))
  repository = await github.createRepository('acme', 'shop', inRepository)
  repository.addCollaborator('mona', 'write')
  builder = await startBuilder(lab.host('builder'), address)
})
afterAll(() => scenario?.stop())

/** Merges a pull request and builds what the merge made, as GitHub does at the same time. */
async function merge(title: string, changed: Record<string, string>): Promise<string> {
  const { number } = await repository.openPullRequest({ branch: title.replaceAll(' ', '-'), files: changed, title, author: 'mona' })
  const { sha } = await repository.merge(number, { by: 'mona' })
  await builder.build({ ...inRepository, ...changed }, sha)
  return sha
}

const staging = { name: 'staging', host: 'staging-1', port: 8080 }
const environments = [staging, { name: 'production', host: 'web-1', port: 80 }]

const shown = z.object({ items: z.array(z.object({ item: z.string(), cents: z.number(), ordered: z.number() })) })

/** What the shop says to a visitor. */
async function ask(host: string, port: number, path: string, method = 'GET'): Promise<unknown> {
  const answer = await fetch(`http://${scenario.lab.host(host).address}:${port}${path}`, { method })
  return answer.json()
}

test('a merge of the example is proved everywhere and tells its commit', async () => {
  const sha = await merge('Open the shop', { 'README.md': '# The corner shop\n' })
  await Promise.all(environments.map(({ name }) => repository.waitForStatus(sha, `landfall/${name}`, 'success', 60)))
  for (const { host, port } of environments) expect(await ask(host, port, '/version')).toEqual({ version: sha })
  const label = '{{ index .Config.Labels "org.opencontainers.image.revision" }} {{ .Config.User }}'
  expect(await scenario.lab.host('staging-1').docker('inspect', '--format', label, 'shop-web-1')).toBe(`${sha} node\n`)
}, 120_000)

test('the next merge brings its code, and what was ordered before is still known', async () => {
  const { host, port } = staging
  const cache = () => scenario.lab.host(host).docker('inspect', '--format', '{{ .Id }}', 'shop-cache-1')
  const before = await cache()
  expect(await ask(host, port, '/orders?item=tea', 'POST')).toEqual({ item: 'tea', ordered: 1 })

  const dearer = inRepository['src/shop.js']?.replace('tea: 290', 'tea: 310') ?? ''
  const sha = await merge('Tea is dearer now', { 'src/shop.js': dearer })
  await repository.waitForStatus(sha, `landfall/${staging.name}`, 'success', 60)
  expect(await ask(host, port, '/version')).toEqual({ version: sha })
  const { items } = shown.parse(await ask(host, port, '/'))
  expect(items.find(({ item }) => item === 'tea')).toEqual({ item: 'tea', cents: 310, ordered: 1 })
  expect(await cache()).toBe(before)
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

test('the tests that it brings are green', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap'], { cwd: example })
  expect(stdout).toMatch(/^# pass [1-9]/m)
  expect(stdout).toMatch(/^# fail 0$/m)
})

test('everything asked of GitHub was as its API is described', () => scenario.github.assertFaithful())
