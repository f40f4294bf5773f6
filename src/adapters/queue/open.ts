import type { Log, Queue } from '../../flow/ports.ts'
import type { QueueSettings } from '../profile.ts'
import { inProcessQueue } from './in-process.ts'

/**
 * Opens the queue. Throws, in words for the operator and without any password, where Redis cannot be reached or would throw
 * entries away.
 */
export async function openQueue(settings: QueueSettings, log: Log): Promise<Queue> {
  if (settings.kind === 'in-process') return inProcessQueue(log)
  // Loaded where it is used: on one machine its client and queue would cost 300 ms at the start and memory for ever.
  const { redisQueue } = await import('./redis.ts')
  return redisQueue(settings.url, log)
}
