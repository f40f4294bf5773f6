import type { Redis } from 'ioredis'
import type { Log } from '../../flow/ports.ts'
import { messageOf } from '../message-of.ts'

/** How often it is asked anew: somebody may change it while Landfall runs, and a failover may lead to another server. */
const everyMilliseconds = 60_000

export const evictionRemedy =
  'Set maxmemory-policy to noeviction, in its configuration file or with CONFIG SET, or use a Redis or Valkey of its own'

/**
 * What Redis or Valkey does when its memory is full; `noeviction` is the one that keeps a queue whole. Undefined where neither
 * INFO nor CONFIG GET tells it, which some services and users are not allowed.
 */
export async function evictionPolicy(redis: Redis): Promise<string | undefined> {
  return (await allowed(() => policyInInfo(redis))) ?? (await allowed(() => policyInConfig(redis)))
}

/** Tells when the policy turns bad and when it is mended, once each, until the connection is given up. */
export function watchEviction(redis: Redis, log: Log, milliseconds = everyMilliseconds): void {
  let told: string | undefined
  const look = async () => {
    const policy = redis.status === 'ready' ? await evictionPolicy(redis) : undefined
    if (policy === undefined || policy === (told ?? 'noeviction')) return
    if (policy === 'noeviction') log.info('queue keeps its entries again')
    else log.error('queue may lose entries', { policy, remedy: evictionRemedy })
    told = policy === 'noeviction' ? undefined : policy
  }
  const looking = () => void look().catch((error: unknown) => log.warn('queue eviction policy not known', { error: messageOf(error) }))
  const timer = setInterval(looking, milliseconds)
  timer.unref()
  redis.on('ready', looking)
  redis.once('end', () => clearInterval(timer))
}

/** Whether the server tells this user about itself. */
export const answersInfo = async (redis: Redis): Promise<boolean> => (await allowed(() => redis.info('server'))) !== undefined

const policyInInfo = async (redis: Redis): Promise<string | undefined> =>
  /^maxmemory_policy:(.*)$/m.exec(await redis.info('memory'))?.[1]?.trim()

async function policyInConfig(redis: Redis): Promise<string | undefined> {
  const answer: unknown = await redis.config('GET', 'maxmemory-policy')
  const policy: unknown = Array.isArray(answer) ? answer[1] : undefined
  return typeof policy === 'string' ? policy : undefined
}

/** Nothing where the server refuses the command to this user, or does not know it; the error's first word is its code. */
async function allowed<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (/^(NOPERM|ERR unknown)/.test(messageOf(error))) return undefined
    throw error
  }
}
