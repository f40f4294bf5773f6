import { expect, test } from 'vitest'
import type { UrlAnswer } from '../../src/policy/url-check.ts'
import { openTown, type Town } from '../support/town.ts'

const command = { asks: 'command: [bin/healthy, "--deep check"]' }

test('a command in the container has to end with 0, and the receipt is signed then', async () => {
  const town = await openTown(command)
  expect(await town.deploy()).toMatchObject({ state: 'succeeded' })
})

test.each<[what: string, behaviour: object, detail: string]>([
  ['fails', { command: 3, says: 'no queue at amqp://user:${DB_PASSWORD}@queue\n' }, 'its command ends with exit code 3: no queue'],
  ['does not end', { command: 'hangs' }, 'its command does not end within 5 s'],
])('one that %s takes every host back, with its last words and without its secrets', async (_what, behaviour, detail) => {
  const town = await openTown({ ...command, hosts: ['web-1', 'web-2'] })
  const before = await town.deploy()
  const failed = await town.deploy({}, { behaviour })
  expect(failed).toMatchObject({ state: 'rolled-back', reason: { code: 'verification-failed', evidence: { service: 'web' } } })
  expect(failed.reason?.evidence.detail).toContain(detail)
  expect(JSON.stringify([failed, await town.record(failed.id), town.github.comments, town.chat.said])).not.toContain('open-sesame')
  for (const host of town.hosts.values()) expect(host.container('web')?.image.behaviour.version).toBe(before.revision)
})

test('a secret that its last words begin in the middle of is not told by half', async () => {
  const town = await openTown(command)
  await town.deploy()
  const failed = await town.deploy({}, { behaviour: { command: 1, says: `\${DB_PASSWORD}${'x'.repeat(295)}` } })
  expect(failed.reason?.evidence.detail).toMatch(/exit code 1: .*x{295}/)
  expect(JSON.stringify(failed.reason)).not.toContain('esamex')
})

test('a dependency that is down takes the deployment back, and is named', async () => {
  const town = await openTown({ asks: 'dependencies: /health' })
  expect(await town.deploy({}, { behaviour: { database: 'UP' } })).toMatchObject({ state: 'succeeded' })
  const failed = await town.deploy({}, { behaviour: { database: 'OUT_OF_SERVICE' } })
  expect(failed).toMatchObject({ state: 'rolled-back', reason: { code: 'verification-failed' } })
  expect(failed.reason?.evidence.detail).toBe('/health says that db is OUT_OF_SERVICE after 20 s')
})

const atUrl = { atUrl: '{ health: /up, version: "/health#/version", smoke: [/], within: 30s }', hosts: ['web-1', 'web-2'] }
const versions = (town: Town) => [...town.hosts.values()].map((host) => host.container('web')?.image.behaviour.version)

test('once all hosts are proved the public address is asked twice, and the receipt says what it showed', async () => {
  const town = await openTown(atUrl)
  const { id, revision } = await town.deploy()
  const paths = ['/up', '/health', '/'].map((path) => `https://shop.example.com${path}`)
  expect(town.web.asked).toEqual([...paths, ...paths])
  expect(await town.store.receipts.of(id)).toMatchObject({ atUrl: { url: 'https://shop.example.com', answered: revision } })
  expect(await town.record(id)).toContainEqual(expect.stringMatching(/^verify: https:\/\/shop.example.com proved after/))
})

test.each<[why: string, answer: UrlAnswer, detail: string]>([
  ['answers an error', { kind: 'answered', status: 502, body: '' }, '/up answers 502 after 30 s'],
  ['leads elsewhere', { kind: 'answered', status: 301, body: '' }, '/up answers 301, and redirects are not followed after 30 s'],
  ['does not answer', { kind: 'broken', detail: 'no answer within 10 s' }, '/up: no answer within 10 s after 30 s'],
  ['may not be asked', { kind: 'refused', detail: 'shop.example.com leads to 10.0.0.1' }, 'shop.example.com leads to 10.0.0.1'],
])('a public address that %s takes every host back', async (_why, answer, detail) => {
  const town = await openTown(atUrl)
  const before = await town.deploy()
  town.web.instead = () => answer
  const failed = await town.deploy()
  const evidence = { environment: 'production', url: 'https://shop.example.com', detail }
  expect(failed).toMatchObject({ state: 'rolled-back', reason: { code: 'url-failed', evidence } })
  expect(versions(town)).toEqual([before.revision, before.revision])
})

test('a public address that may not be asked is refused before any host is touched', async () => {
  const town = await openTown(atUrl)
  town.web.leadsInside = 'shop.example.com leads to 10.0.0.1, which is not a public address'
  const refused = await town.deploy()
  expect(refused).toMatchObject({ state: 'rejected', reason: { code: 'not-allowed' } })
  expect(refused.reason?.evidence.problems).toMatch(/^environments\.production\.verify-url: shop\.example\.com leads to 10\.0\.0\.1/)
  for (const host of town.hosts.values()) expect(host.heard.filter((verb) => verb !== 'inspect')).toEqual([])
  expect(town.web.asked).toEqual([])
})

test('a public address that still shows the old version is waited for', async () => {
  const town = await openTown(atUrl)
  const { revision } = await town.deploy()
  let stale = 6
  town.web.instead = (url) => {
    stale -= url.endsWith('/health') ? 1 : 0
    return stale > 0 ? { kind: 'answered', status: 200, body: JSON.stringify({ version: revision }) } : undefined
  }
  expect(await town.deploy()).toMatchObject({ state: 'succeeded' })
})

test('who goes back does not wait for the public address', async () => {
  const town = await openTown(atUrl)
  const first = await town.deploy()
  await town.deploy()
  town.web.instead = () => ({ kind: 'broken', detail: 'no answer' })
  await town.tellComment('/rollback')
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: first.revision })
})

test('who rolls back while the public address is waited for is not kept waiting', async () => {
  const town = await openTown({ ...atUrl, atUrl: '{ health: /up, within: 10m }' })
  const first = await town.deploy()
  town.web.instead = () => ({ kind: 'broken', detail: 'no answer' })
  await town.tellPush(town.commit())
  await town.until(async () => (await town.record((await town.newest()).id)).some((line) => line.startsWith('verify web-2')))
  const since = town.clock.now().getTime()
  await town.tellComment('/rollback')
  await town.quiet()
  expect(await town.newest()).toMatchObject({ kind: 'rollback', state: 'succeeded', revision: first.revision })
  expect(town.clock.now().getTime() - since).toBeLessThan(120_000)
})
