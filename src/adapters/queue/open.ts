import type { Log, Queue } from '../../flow/ports.ts'
import type { QueueSettings } from '../profile.ts'
import { inProcessQueue } from './in-process.ts'
import { redisQueue } from './redis.ts'

/**
 * Opens the queue. Throws, in words for the operator and without any password, where Redis cannot be reached or would throw
 * entries away.
 */
export async function openQueue(settings: QueueSettings, log: Log): Promise<Queue> {
  return settings.kind === 'in-process' ? inProcessQueue(log) : redisQueue(settings.url, log)
}
