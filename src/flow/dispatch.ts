import { Bell } from './bell.ts'
import type { Ports } from './ports.ts'
import { type Holding, underLease, type Work } from './under-lease.ts'

export interface Dispatcher {
  /**
   * Ends: no new work; running work is told to stop at its next step and given up after `seconds`. Other processes are woken for what
   * is left, so that they go on at once.
   */
  stop(seconds: number): Promise<void>
}

export interface DispatchOptions extends Holding {
  /** How often due work is looked for in the database, whether or not anybody woke us. */
  sweepSeconds: number
}

/** Work under way in this process. */
interface Running {
  done: Promise<void>
  /** Subjects of the same lease that were woken since it began: what they are about may have come too late for it. */
  wokenMeanwhile: Set<string>
  /** Those it knows of: for these it rests after a failure as long as it has to. */
  known: Set<string>
  /** Rung for others. */
  bell: Bell
}

/** Work that asked to be left alone for a while. */
interface Resting {
  disturbed: AbortController
  subject: string
}

/**
 * Does the work that is woken or due. The queue only wakes; which work there is, is in the database, so that a lost
 * wake-up costs at most `sweepSeconds` and a doubled one nothing. Work that asked to be looked at again later rests: the
 * sweep leaves it alone until then, a wake-up does not. A subject that nobody knew of when the rest began ends it too, also the rest
 * after a failure: a rollback does not wait behind a deployment for which something does not answer.
 *
 * @param workFor what to do for a subject; undefined when there is nothing (any more)
 * @param due subjects with open work
 */
export async function dispatch(
  ports: Ports,
  options: DispatchOptions,
  workFor: (subject: string) => Promise<Work | undefined>,
  due: () => Promise<string[]>,
): Promise<Dispatcher> {
  const { queue, clock, log } = ports
  const stopping = new AbortController()
  /** Both by lease. */
  const running = new Map<string, Running>()
  const resting = new Map<string, Resting>()
  /** For whoever is there after this process. */
  const left = new Set<string>()

  const look = (subject: string, swept: boolean): void => {
    take(subject, swept).catch((error: unknown) => log.error('work could not be looked up', { subject, error }))
  }
  const wake = (subject: string): void => {
    if (stopping.signal.aborted) left.add(subject)
    else look(subject, false)
  }

  const take = async (subject: string, swept: boolean): Promise<void> => {
    // Many subjects have the name of their lease. In a burst of them nobody needs to look up again and again what runs already.
    const same = running.get(subject)
    if (same) {
      if (!swept) same.wokenMeanwhile.add(subject)
      return
    }
    const work = await workFor(subject)
    if (stopping.signal.aborted) left.add(subject)
    if (!work || stopping.signal.aborted) return
    const busy = running.get(work.lease)
    if (busy) return disturb(busy, subject, swept)
    if (!swept || resting.get(work.lease)?.subject !== subject) begin(work, subject)
  }

  const disturb = ({ known, wokenMeanwhile, bell }: Running, subject: string, swept: boolean): void => {
    const isNew = !known.has(subject)
    if (swept && !isNew) return
    known.add(subject)
    wokenMeanwhile.add(subject)
    if (isNew) bell.ring()
  }

  const begin = (work: Work, subject: string): void => {
    resting.get(work.lease)?.disturbed.abort()
    resting.delete(work.lease)
    const entry: Running = { done: Promise.resolve(), wokenMeanwhile: new Set(), known: new Set([subject]), bell: new Bell() }
    running.set(work.lease, entry)
    entry.done = underLease(work, subject, options, { stopping: stopping.signal, bell: entry.bell }, ports).then((again) => {
      running.delete(work.lease)
      if (stopping.signal.aborted) left.add(subject)
      for (const woken of entry.wokenMeanwhile) wake(woken)
      if (again !== undefined && entry.wokenMeanwhile.size === 0) rest(work.lease, subject, again)
    })
  }

  const rest = (lease: string, subject: string, seconds: number): void => {
    const disturbed = new AbortController()
    resting.set(lease, { disturbed, subject })
    void clock.sleep(seconds, AbortSignal.any([stopping.signal, disturbed.signal])).then(() => {
      if (disturbed.signal.aborted) return
      resting.delete(lease)
      wake(subject)
    })
  }

  const sweep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await due().then(
        (subjects) => {
          for (const subject of subjects) look(subject, true)
        },
        (error: unknown) => log.error('due work could not be listed', { error }),
      )
      await clock.sleep(options.sweepSeconds, stopping.signal)
    }
  }

  await queue.listen(wake)
  const sweeping = sweep()

  return {
    async stop(seconds) {
      stopping.abort()
      await sweeping
      const all = Promise.allSettled([...running.values()].map(({ done }) => done))
      await Promise.race([all, clock.sleep(seconds)])
      await queue.leave()
      await Promise.all([...left].map((subject) => queue.wake(subject)))
    },
  }
}
