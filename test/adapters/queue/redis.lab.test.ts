import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { watchEviction } from '../../../src/adapters/queue/eviction.ts'
import { openQueue } from '../../../src/adapters/queue/open.ts'
import { jobId } from '../../../src/adapters/queue/redis.ts'
import type { Log, Queue } from '../../../src/flow/ports.ts'
import { type Redis as RedisServer, startRedis } from '../../lab/redis.ts'
import { Ear, queueContract, silent } from './contract.ts'

let folder: string
let server: RedisServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-redis-'))
  server = await startRedis(folder)
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function asOwner(command: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(server.url)
  await command(redis)
  redis.disconnect()
}

queueContract('on Redis', async () => ({
  open: (log) => openQueue({ kind: 'redis', url: server.url }, log),
  cleanUp: () => server.flush(),
}))

describe('Redis', () => {
  const opened: Queue[] = []
  const open = async (log: Log = silent): Promise<Queue> => {
    const queue = await openQueue({ kind: 'redis', url: server.url }, log)
    opened.push(queue)
    return queue
  }
  /** Wakes until one of them hears it: Redis comes back to each connection in its own time. */
  const untilHeard = async (subject: string, queue: Queue, ...ears: Ear[]) => {
    while (!ears.some(({ heard }) => heard.includes(subject))) {
      await queue.wake(subject)
      const next = ears.map((ear) => ear.hears(ear.heard.length + 1))
      await Promise.race([...next, new Promise((resolve) => setTimeout(resolve, 200))])
    }
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()))
    await server.flush()
  })

  test('a wake-up in one process is heard in another, once', async () => {
    const [web, one, two] = [await open(), await open(), await open()]
    const ear = new Ear()
    await one.listen(ear.listener)
    await two.listen(ear.listener)
    const subjects = Array.from({ length: 50 }, (_, index) => `intent:${index}`)
    await Promise.all(subjects.map((subject) => web.wake(subject)))
    expect((await ear.hears(50)).toSorted()).toEqual(subjects.toSorted())
  })

  test('who leaves takes no wake-up away from others, and can wake them', async () => {
    const [leaving, staying] = [await open(), await open()]
    const ears = [new Ear(), new Ear()] as const
    await leaving.listen(ears[0].listener)
    await staying.listen(ears[1].listener)
    const subjects = Array.from({ length: 50 }, (_, index) => `repository:acme/${index}`)
    const [woken] = await Promise.all([Promise.all(subjects.map((subject) => staying.wake(subject))), leaving.leave()])
    expect(woken).toHaveLength(50)
    const after = Array.from({ length: 20 }, (_, index) => `deployment:${index}`)
    await Promise.all(after.map((subject) => leaving.wake(subject)))
    await ears[1].hears(70 - ears[0].heard.length)
    expect([...ears[0].heard, ...ears[1].heard].toSorted()).toEqual([...subjects, ...after].toSorted())
    expect(ears[0].heard.filter((subject) => subject.startsWith('deployment'))).toEqual([])
  })

  test('nothing is left in Redis once it was heard', async () => {
    const queue = await open()
    const ear = new Ear()
    await queue.listen(ear.listener)
    await queue.wake('intent:1')
    await ear.hears(1)
    const redis = new Redis(server.url)
    expect(await redis.exists(`landfall:wake:${jobId('intent:1')}`)).toBe(0)
    redis.disconnect()
  })

  // A15: whoever can write to Redis can wake, and nothing else.
  test.each([
    ['a subject with a command in it', '"intent:1; rm -rf /"', 'queue entry dropped'],
    ['an object', '{"plan":{"hosts":["evil"]}}', 'queue entry dropped'],
    ['no JSON at all', '{{{', 'queue worker failed'],
  ])('an entry edited in Redis into %s reaches nobody, and the next is heard', async (_what, data, logged) => {
    const log: string[] = []
    const write = (message: string) => void log.push(message)
    const queue = await open({ ...silent, warn: write, error: write })
    await queue.wake('intent:edited')
    const redis = new Redis(server.url)
    await redis.hset(`landfall:wake:${jobId('intent:edited')}`, 'data', data)
    redis.disconnect()
    const ear = new Ear()
    await queue.listen(ear.listener)
    await queue.wake('intent:next')
    expect(await ear.hears(1)).toEqual(['intent:next'])
    expect(log).toContain(logged)
  })

  test('a wiped Redis is a Redis: what is woken afterwards is heard', async () => {
    const queue = await open()
    const ear = new Ear()
    await queue.listen(ear.listener)
    await server.flush()
    await queue.wake('intent:after')
    expect(await ear.hears(1)).toEqual(['intent:after'])
  })

  test('a Redis that forgot its scripts is a Redis', async () => {
    const queue = await open()
    const ear = new Ear()
    await queue.listen(ear.listener)
    await queue.wake('intent:before')
    await ear.hears(1)
    await asOwner((redis) => redis.script('FLUSH'))
    await queue.wake('intent:after')
    expect(await ear.hears(2)).toEqual(['intent:before', 'intent:after'])
  })

  test('a Redis that became a replica wakes nobody elsewhere, and everybody again once it is the primary', async () => {
    const [here, there] = [await open(), await open()]
    const [near, far] = [new Ear(), new Ear()]
    await here.listen(near.listener)
    await there.listen(far.listener)
    await asOwner((redis) => redis.replicaof('127.0.0.1', 1))
    await here.wake('intent:replica')
    expect(await near.hears(1)).toEqual(['intent:replica'])
    await asOwner((redis) => redis.replicaof('NO', 'ONE'))
    await untilHeard('intent:primary', here, near, far)
  })

  test('with Redis down a wake-up neither throws nor hangs and is heard in its own process; back up, others hear again', async () => {
    const messages: string[] = []
    const log = {
      ...silent,
      info: (message: string) => void messages.push(message),
      warn: (message: string) => void messages.push(message),
    }
    const [here, there] = [await open(log), await open()]
    const near = new Ear()
    await here.listen(near.listener)
    await server.stop()
    const began = performance.now()
    await here.wake('intent:down')
    expect(await near.hears(1)).toEqual(['intent:down'])
    expect(performance.now() - began).toBeLessThan(1000)
    await expect(here.ping()).rejects.toThrow('queue: Redis does not answer')
    await server.start()
    while (
      !(await there.ping().then(
        () => true,
        () => false,
      ))
    );
    // Unless Redis is back for both, `there` has no listener and would drop it: wake until it travelled.
    await untilHeard('intent:up', there, near)
    expect(messages).toContain('queue connection lost')
    expect(messages).toContain('wake-up not queued')
  })

  test('a frozen Redis holds up the first wake-up for half a second and the others not at all', async () => {
    const queue = await open()
    const ear = new Ear()
    await queue.listen(ear.listener)
    server.pause()
    const began = performance.now()
    await queue.wake('intent:1')
    const first = performance.now() - began
    for (let index = 2; index <= 50; index += 1) await queue.wake(`intent:${index}`)
    const all = performance.now() - began
    server.resume()
    expect(first).toBeLessThan(1500)
    expect(all - first).toBeLessThan(500)
    await ear.hears(50)
    expect(new Set(ear.heard).size).toBe(50)
  })

  test('closing does not wait for a Redis that is gone', async () => {
    const queue = await openQueue({ kind: 'redis', url: server.url }, silent)
    await queue.listen(() => undefined)
    await server.stop()
    const began = performance.now()
    await queue.close()
    expect(performance.now() - began).toBeLessThan(5000)
    await server.start()
  })
})

describe('what Redis does when its memory is full', () => {
  const evicting = () => asOwner((redis) => redis.config('SET', 'maxmemory-policy', 'allkeys-lru'))
  const keeping = () => asOwner((redis) => redis.config('SET', 'maxmemory-policy', 'noeviction'))
  const limited = async (...rules: string[]) => {
    await asOwner((redis) => redis.call('ACL', 'SETUSER', 'limited', 'on', '>hunter2', '~landfall:*', '&*', '+@all', ...rules))
    return `redis://limited:hunter2@127.0.0.1:${server.port}`
  }

  test('is told once when it turns bad while Landfall runs, also by another server behind the address, and once when it is mended', async () => {
    const said: string[] = []
    const hearing = Promise.withResolvers<void>()
    const mended = Promise.withResolvers<void>()
    const log: Log = {
      info: (message) => {
        said.push(message)
        if (message === 'queue keeps its entries again') mended.resolve()
      },
      warn: (message) => void said.push(message),
      error: (message, fields) => {
        said.push(`${message}: ${fields?.policy}`)
        hearing.resolve()
      },
    }
    const redis = new Redis(server.url)
    watchEviction(redis, log, 20)
    await evicting()
    await asOwner((owner) => owner.call('CLIENT', 'KILL', 'TYPE', 'normal'))
    await hearing.promise
    const looks = vi.spyOn(redis, 'info')
    await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(3))
    await keeping()
    await mended.promise
    redis.disconnect()
    expect(said).toEqual(['queue may lose entries: allkeys-lru', 'queue keeps its entries again'])
  })

  test('is asked in another way where INFO is not allowed', async () => {
    const url = await limited('-info')
    await evicting()
    await expect(openQueue({ kind: 'redis', url }, silent)).rejects.toThrow('its maxmemory-policy is "allkeys-lru"')
    await keeping()
    await (await openQueue({ kind: 'redis', url }, silent)).close()
  })

  test('is not known where neither way is allowed: that is said, and the queue works', async () => {
    const said: string[] = []
    const log: Log = { ...silent, warn: (message, fields) => void said.push(`${message} ${fields?.remedy}`) }
    const queue = await openQueue({ kind: 'redis', url: await limited('-info', '-config') }, log)
    const ear = new Ear()
    await queue.listen(ear.listener)
    await queue.wake('intent:limited')
    expect(await ear.hears(1)).toEqual(['intent:limited'])
    await queue.close()
    expect(said).toEqual([expect.stringContaining('queue eviction policy not known Make sure that it is noeviction')])
  })
})

describe('a Redis that will not do', () => {
  const refusal = async (url: string): Promise<string> => {
    const error: unknown = await openQueue({ kind: 'redis', url }, silent).catch((reason: unknown) => reason)
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2')
    return String(error)
  }

  test('one that may evict entries is refused with what to change', async () => {
    const evicting = await startRedis(await mkdtemp(join(folder, 'evicting-')), { maxmemoryPolicy: 'allkeys-lru' })
    try {
      expect(await refusal(evicting.url)).toContain(`queue at 127.0.0.1:${evicting.port}: its maxmemory-policy is "allkeys-lru"`)
      expect(await refusal(evicting.url)).toContain('Set maxmemory-policy to noeviction')
    } finally {
      await evicting.stop()
    }
  })

  test('one that is not there is named, without its password', async () => {
    await server.stop()
    const refused = await refusal(`redis://user:hunter2@127.0.0.1:${server.port}`)
    await server.start()
    expect(refused).toContain(`queue at 127.0.0.1:${server.port}: cannot be reached: connect ECONNREFUSED`)
    expect(refused).toContain('Check that Redis or Valkey runs there')
  })

  test('one that wants another password says so', async () => {
    const owner = new Redis(server.url)
    await owner.config('SET', 'requirepass', 'right')
    try {
      expect(await refusal(`redis://:hunter2@127.0.0.1:${server.port}`)).toContain('cannot be reached: WRONGPASS')
    } finally {
      await owner.config('SET', 'requirepass', '')
      owner.disconnect()
    }
  })
})
