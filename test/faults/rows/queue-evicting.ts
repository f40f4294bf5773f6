import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis as Client } from 'ioredis'
import { startProcess } from '../../lab/landfall/process.ts'
import { startRedis } from '../../lab/redis.ts'
import type { Fault } from '../fault.ts'

export const evicting: Fault = {
  row: 'F7',
  injected: 'Redis with maxmemory-policy allkeys-lru',
  async run({ scenario }) {
    const redis = await startRedis(await mkdtemp(join(scenario.lab.folder, 'evicting-')), { maxmemoryPolicy: 'allkeys-lru' })
    const environment = { ...scenario.environment, PORT: '0', QUEUE_URL: redis.url }
    try {
      const said = await startProcess(environment).then(
        () => assert.fail('it started'),
        (error: Error) => error.message,
      )
      assert.match(said, /does not start:\n.*its maxmemory-policy is "allkeys-lru".* Set maxmemory-policy to noeviction/)
      const client = new Client(redis.url)
      await client.config('SET', 'maxmemory-policy', 'noeviction')
      client.disconnect()
      const started = await startProcess(environment)
      await started.stop()
      return 'does not start, says which setting and what to set; starts once it is set'
    } finally {
      await redis.stop()
    }
  },
}
