import assert from 'node:assert/strict'
import { Queue } from 'bullmq'
import { Redis as Client } from 'ioredis'
import { startProcess } from '../../lab/landfall/process.ts'
import { recordsOf } from '../../lab/landfall/records.ts'
import type { Merged } from '../../lab/landfall/shop.ts'
import type { Redis } from '../../lab/redis.ts'
import type { Fault } from '../fault.ts'
import { webStarts } from '../host-record.ts'
import { toldOnce } from '../told-once.ts'
import type { FaultTown } from '../towns.ts'
import { evicting } from './queue-evicting.ts'

/** The names under which Landfall's queue lies in Redis. */
const [name, prefix] = ['wake', 'landfall']

const wiped: Fault = {
  row: 'F5',
  injected: 'FLUSHALL with wake-ups in Redis and a deployment under way',
  async run(town) {
    const since = new Date()
    const order = await town.gates.hold('order', 'switch')
    const first = await town.begin({ title: 'Under way' })
    await order.arrived()
    const lost = await withClient(town, async (redis) => {
      // Nobody takes entries out while it lasts; that it lasts is an entry of Redis too.
      const queue = new Queue(name, { connection: redis, prefix })
      await queue.pause()
      const second = await town.begin({ title: 'Told just before' })
      const [wakes, , left] = await answers(redis.multi().llen(`${prefix}:${name}:wait`).flushall().dbsize())
      await queue.close()
      assert.equal(left, 0)
      return { wakes, second }
    })
    assert.ok(Number(lost.wakes) > 0, 'the moment was missed: no wake-up was in Redis')
    await order.release()
    await bothWent(town, since, first, lost.second)
    return `wake-ups lost with it: ${lost.wakes}; both merges deployed once, in order`
  },
}

const startedEmpty: Fault = {
  row: 'F5',
  injected: 'Redis killed and started empty, a deployment under way and one queued',
  async run(town) {
    const { landfall } = town.scenario
    const redis = redisOf(town)
    const [since, seen, pid] = [new Date(), landfall.log.length, redis.pid]
    const order = await town.gates.hold('order', 'switch')
    const first = await town.begin({ title: 'Under way' })
    await order.arrived()
    const second = await town.begin({ title: 'Queued' })
    await town.queued(second)
    await redis.kill()
    await landfall.logged((line) => line.msg === 'queue connection lost' && landfall.log.indexOf(line) >= seen)
    await redis.start()
    await landfall.logged((line) => line.msg === 'queue connection restored' && landfall.log.indexOf(line) >= seen)
    assert.notEqual(redis.pid, pid)
    await order.release()
    await bothWent(town, since, first, second)
    return 'both merges deployed once, in order'
  },
}

/** Two merges of which the second came while the first was under way. */
async function bothWent(town: FaultTown, since: Date, first: Merged, second: Merged): Promise<void> {
  await town.ended(first, 'success')
  await town.ended(second, 'success')
  await toldOnce(town, second)
  const made = await recordsOf(town.scenario.environment).deployments()
  for (const { sha } of [first, second]) assert.equal(made.filter(({ revision }) => revision === sha).length, 1, 'deployed more than once')
  assert.equal(await webStarts(town, since), 2, 'the host was switched more often than asked for')
}

const downAtWebhook: Fault = {
  row: 'F6',
  injected: 'Redis down when the webhook arrives, and until all is done',
  async run(town) {
    const redis = redisOf(town)
    await redis.kill()
    try {
      const merged = await town.begin({ title: 'Without Redis' })
      await acknowledged(town, merged)
      await town.ended(merged, 'success')
      await toldOnce(town, merged)
      assert.equal(redis.pid, 0, 'Redis was there')
      return 'answered 200 and stored; deployed by the same process while Redis was still down'
    } finally {
      await redis.start()
    }
  },
}

const downAndKilled: Fault = {
  row: 'F6',
  injected: 'Redis down, and the Landfall that took the webhook killed',
  async run(town) {
    const redis = redisOf(town)
    const other = await startProcess({ ...town.scenario.environment, PORT: '0' })
    try {
      await redis.kill()
      const merged = await town.begin({ title: 'Without Redis and its Landfall' })
      await town.scenario.landfall.kill()
      const killed = Date.now()
      await acknowledged(town, merged)
      await town.ended(merged, 'success')
      await toldOnce(town, merged)
      assert.equal(redis.pid, 0, 'Redis was there')
      const { time } = await other.logged((line) => line.msg === 'deployment advanced' && line.time > killed)
      return `answered 200 and stored; the other Landfall found it in the database and was at work ${((time - killed) / 1000).toFixed(1)} s later`
    } finally {
      await redis.start()
      await town.scenario.restart()
      await other.stop()
    }
  },
}

/** Sees that GitHub was told that the merge was taken, and that it is stored. */
async function acknowledged(town: FaultTown, { sha, guids }: Merged): Promise<void> {
  const told = town.scenario.github.deliveries.filter(({ guid, redelivery }) => redelivery && guids.includes(guid))
  assert.deepEqual([...new Set(told.map(({ statusCode }) => statusCode))], [200], 'the webhook was not taken')
  const intent = (await recordsOf(town.scenario.environment).intents()).find(({ after }) => after === sha)
  assert.ok(intent, 'acknowledged, and not stored')
}

const poison: Fault = {
  row: 'F28',
  injected: 'queue entries that cannot be read',
  async run(town) {
    const { landfall } = town.scenario
    const seen = landfall.log.length
    await withClient(town, async (redis) => {
      const queue = new Queue(name, { connection: redis, prefix })
      await queue.pause()
      await queue.add(name, { no: 'subject' }, { removeOnComplete: true, removeOnFail: true })
      await queue.add(name, 'x'.repeat(1024 * 1024), { removeOnComplete: true, removeOnFail: true })
      const job = await queue.add(name, 'intent:spoilt')
      await redis.hset(`${prefix}:${name}:${job.id}`, 'data', '{"no":')
      await redis.lpush(`${prefix}:${name}:wait`, 'nobody')
      await queue.resume()
      await queue.close()
    })
    const merged = await town.begin({ title: 'After poison' })
    await town.ended(merged, 'success')
    await toldOnce(town, merged)
    const since = () => landfall.log.slice(seen)
    await landfall.logged(() => since().filter(({ msg }) => msg === 'queue entry dropped').length >= 2)
    assert.equal(await withClient(town, (redis) => redis.llen(`${prefix}:${name}:wait`)), 0, 'entries wait behind them')
    return 'those that are no subjects are dropped with a line in the log; what cannot be parsed wakes nobody; the next merge deploys'
  },
}

const redisOf = ({ servers }: FaultTown): Redis => {
  if (!servers) throw new Error('this town has no Redis')
  return servers.redis
}

async function withClient<T>(town: FaultTown, use: (redis: Client) => Promise<T>): Promise<T> {
  const redis = new Client(redisOf(town).url, { maxRetriesPerRequest: null })
  try {
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}

async function answers(commands: ReturnType<Client['multi']>): Promise<unknown[]> {
  const found = await commands.exec()
  return (found ?? []).map(([error, answer]) => {
    if (error) throw error
    return answer
  })
}

export const queue: Fault[] = [wiped, startedEmpty, downAtWebhook, downAndKilled, evicting, poison]
