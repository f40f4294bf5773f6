import { expect, test } from 'vitest'
import { openTown } from '../support/town.ts'

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

test('a host whose landfall-shell is too old for it is left alone, and named', async () => {
  const town = await openTown({ ...command, hosts: ['web-1', 'web-2'] })
  town.host('web-2').shell = 3
  const refused = await town.deploy()
  expect(refused).toMatchObject({ state: 'failed', reason: { code: 'host-not-ready', evidence: { host: 'web-2' } } })
  expect(refused.reason?.evidence.detail).toBe('`command` of web needs version 4 of landfall-shell, and it has version 3')
  for (const host of town.hosts.values()) expect(host.heard.filter((verb) => verb !== 'inspect')).toEqual([])
})

test('a version that knows nothing of commands is good enough where none is asked', async () => {
  const town = await openTown()
  town.host().shell = 3
  expect(await town.deploy()).toMatchObject({ state: 'succeeded' })
})

test('a dependency that is down takes the deployment back, and is named', async () => {
  const town = await openTown({ asks: 'dependencies: /health' })
  expect(await town.deploy({}, { behaviour: { database: 'UP' } })).toMatchObject({ state: 'succeeded' })
  const failed = await town.deploy({}, { behaviour: { database: 'OUT_OF_SERVICE' } })
  expect(failed).toMatchObject({ state: 'rolled-back', reason: { code: 'verification-failed' } })
  expect(failed.reason?.evidence.detail).toBe('/health says that db is OUT_OF_SERVICE after 20 s')
})
