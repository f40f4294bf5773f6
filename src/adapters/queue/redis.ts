import { Queue as BullQueue, type Job, Worker } from 'bullmq'
import type { Log, Queue } from '../../flow/ports.ts'
import { connect } from './connection.ts'
import { call } from './in-process.ts'
import { checkSubject, isSubject } from './subject.ts'

const name = 'wake'
const prefix = 'landfall'

/** How long whoever wakes may be held up by a Redis that does not answer. */
const wakeMilliseconds = 500

/**
 * The queue of the several-machines profile. A job holds a subject and ends at once, so that no job ever spans a deployment;
 * losing every job loses nothing but time, since open work is looked for in the database as well.
 */
export async function redisQueue(url: string, log: Log): Promise<Queue> {
  const { redis: connection, mayAsk } = await connect(url, log)
  // BullMQ asks for the version, and tries again without a pause where it may not.
  const shared = { connection, prefix, skipVersionCheck: !mayAsk }
  const jobs = new BullQueue<string>(name, {
    ...shared,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
  })
  jobs.on('error', () => undefined) // The connection logs its own loss, once.
  let worker: Worker<string> | undefined
  let listener: ((subject: string) => void) | undefined
  /** Wake-ups sent and not confirmed in time: while there is one, nobody else waits to learn the same. */
  let overdue = 0
  /** The last wake-up was not queued; said once, and not for each of a thousand webhooks. */
  let failing = false

  const send = async (subject: string): Promise<boolean> => {
    if (connection.status !== 'ready' || overdue > 0) return false
    const added = jobs.add(name, subject, { jobId: jobId(subject) })
    const sent = await within(wakeMilliseconds, added)
    if (!sent) {
      overdue += 1
      added.catch(() => undefined).finally(() => (overdue -= 1))
    }
    return sent
  }

  return {
    async wake(subject) {
      checkSubject(subject)
      const sent = await send(subject)
      if (!sent && !failing) log.warn('wake-up not queued', { subject })
      failing = !sent
      if (sent) return
      // Nothing is lost: this process does it if it can, and the next look into the database finds it otherwise.
      setImmediate(() => call(listener, subject, log))
    },

    async listen(given) {
      if (worker) throw new Error('queue: there is a listener already')
      listener = given
      worker = new Worker<string>(name, async () => undefined, { ...shared, concurrency: 16, runRetryDelay: 1000 })
      // While the connection is down every worker says so every second, and that was logged once already; what else fails
      // fails again and again, and is told once until something works again.
      let told = ''
      worker.on('error', ({ message }) => {
        if (connection.status === 'ready' && message !== told) log.error('queue worker failed', { error: message })
        told = message
      })
      worker.on('completed', () => {
        told = ''
      })
      // Only once the job is gone from Redis: a wake-up sent while it was there was swallowed by it, and what it was about
      // is in the database before the listener looks.
      worker.on('completed', (job) => onJob(job))
      worker.on('failed', (job, error) => log.warn('queue entry dropped', { job: job?.id, error: error.message }))
      await worker.waitUntilReady()
    },

    async leave() {
      // A Redis that is down would hold up the leaving. What comes in meanwhile is told until the worker has put it down.
      await within(2000, worker?.close() ?? Promise.resolve())
      listener = undefined
    },

    async ping() {
      const answered = await within(2000, connection.ping())
      if (!answered) throw new Error('queue: Redis does not answer')
    },

    async close() {
      listener = undefined
      // A Redis that is down would hold up the closing; there is nothing in a job that is worth waiting for.
      await within(2000, Promise.all([worker?.close(), jobs.close()]))
      connection.disconnect()
    },
  }

  function onJob(job: Job<string>): void {
    if (isSubject(job.data)) call(listener, job.data, log)
    else log.warn('queue entry dropped', { job: job.id, reason: 'not a subject' })
  }
}

/** A subject as BullMQ takes it for an id: no colon, no integer. One subject has one id, so that wake-ups do not pile up. */
export const jobId = (subject: string): string => `s-${Buffer.from(subject).toString('base64url')}`

/** Whether the work was done in time. Failing counts as not done; late failures have nobody left to tell. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), milliseconds)
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => false,
      ),
      late,
    ])
  } finally {
    clearTimeout(timer)
  }
}
