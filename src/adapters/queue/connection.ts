import { Redis } from 'ioredis'
import type { Log } from '../../flow/ports.ts'
import { messageOf } from '../message-of.ts'
import { addressIn } from '../profile.ts'
import { answersInfo, evictionPolicy, evictionRemedy, watchEviction } from './eviction.ts'

/** How long the first connection may take before Landfall says that there is no Redis. */
const startSeconds = 5

/** A command without an answer for so long means a dead connection; workers ask for something every ten seconds at least. */
const silentSeconds = 20

/** Longest pause between two tries to connect again. */
const retryMilliseconds = 2000

/**
 * Connects to Redis or Valkey; reconnects by itself for ever once it was reached. Throws where it cannot be reached now, or
 * where it would evict entries under pressure: BullMQ's keys belong together, and losing one of them breaks the queue. Where it
 * does not say what it would do, the log says that, and Landfall goes on: a broken queue costs time and loses nothing.
 * `mayAsk`: whether the server tells this user about itself at all.
 */
export async function connect(url: string, log: Log): Promise<{ redis: Redis; mayAsk: boolean }> {
  const place = `queue at ${addressIn(url)}`
  let reached = false
  let down = false
  let lastError = ''
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: startSeconds * 1000,
    socketTimeout: silentSeconds * 1000,
    // A blocking worker waits for as long as it takes; the bound on wake-ups is set where they are sent.
    maxRetriesPerRequest: null,
    // A server that became a replica: the address may lead to the new primary.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    retryStrategy: (times) => (reached ? Math.min(times * 100, retryMilliseconds) : null),
  })
  redis.on('error', (error: Error) => {
    lastError = messageOf(error)
    if (reached && !down) log.warn('queue connection lost', { error: lastError })
    down = reached
  })
  redis.on('ready', () => {
    if (down) log.info('queue connection restored')
    down = false
  })
  let policy: string | undefined
  let mayAsk = false
  try {
    await redis.connect()
    mayAsk = await answersInfo(redis)
    policy = await evictionPolicy(redis)
  } catch (error) {
    redis.disconnect()
    // What connect() itself throws is only that the connection is closed; why was told to the listener above.
    throw new Error(`${place}: cannot be reached: ${lastError || messageOf(error)}. ${remedy}.`)
  }
  if (policy !== undefined && policy !== 'noeviction') {
    redis.disconnect()
    throw new Error(`${place}: its maxmemory-policy is "${policy}", so that it may throw away parts of the queue. ${evictionRemedy}.`)
  }
  if (policy === undefined)
    log.warn('queue eviction policy not known', { place, remedy: `Make sure that it is noeviction. ${evictionRemedy}` })
  watchEviction(redis, log)
  reached = true
  return { redis, mayAsk }
}

const remedy = 'Check that Redis or Valkey runs there and that the address, user and password in QUEUE_URL are right'
