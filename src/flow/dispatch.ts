import { type Lease, LeaseLost, type Ports } from './ports.ts'

/** One kind of work that somebody has to do for a subject, under its lease. */
export interface Work {
  /** What must be held so that nobody else does it at the same time. */
  lease: string
  /** Does what is due. Resolves to the seconds after which to look again, or nothing when there is nothing more to do. */
  run(lease: Lease, signal: AbortSignal): Promise<number | undefined>
}

export interface Dispatcher {
  /** Ends: no new work; running work is told to stop at its next step and given up after `seconds`. */
  stop(seconds: number): Promise<void>
}

export interface DispatchOptions {
  /** Name of this process among several. */
  holder: string
  /** How long a lease lasts without renewal; work of a killed process starts elsewhere after so long. */
  leaseSeconds: number
  /** How often due work is looked for in the database, whether or not anybody woke us. */
  sweepSeconds: number
}

/**
 * Does the work that is woken or due. The queue only wakes; which work there is, is in the database, so that a lost
 * wake-up costs at most `sweepSeconds` and a doubled one nothing.
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
  const { store, queue, clock, log } = ports
  const stopping = new AbortController()
  /** By lease name: what runs in this process, and whether it was woken again meanwhile. */
  const running = new Map<string, { done: Promise<void>; wokenAgain: boolean }>()

  const onSubject = async (subject: string): Promise<void> => {
    const work = stopping.signal.aborted ? undefined : await workFor(subject)
    if (!work) return
    const busy = running.get(work.lease)
    if (busy) {
      busy.wokenAgain = true
      return
    }
    const entry = { done: Promise.resolve(), wokenAgain: false }
    running.set(work.lease, entry)
    entry.done = underLease(work, subject).finally(() => {
      running.delete(work.lease)
      if (entry.wokenAgain) wake(subject)
    })
  }

  const wake = (subject: string): void => {
    onSubject(subject).catch((error: unknown) => log.error('work could not be looked up', { subject, error }))
  }

  const underLease = async (work: Work, subject: string): Promise<void> => {
    const lease = await store.leases.claim(work.lease, options.holder, options.leaseSeconds).catch((error: unknown) => {
      log.error('lease could not be claimed', { subject, error })
      return undefined
    })
    if (!lease) return
    const lost = new AbortController()
    const renewal = setInterval(
      () => {
        store.leases.renew(lease, options.leaseSeconds).then(
          (kept) => kept || lost.abort(new LeaseLost(work.lease)),
          (error: unknown) => log.warn('lease could not be renewed', { subject, error }),
        )
      },
      (options.leaseSeconds * 1000) / 3,
    )
    try {
      const again = await work.run(lease, AbortSignal.any([lost.signal, stopping.signal]))
      if (again !== undefined) lookAgain(subject, again)
    } catch (error) {
      if (error instanceof LeaseLost || stopping.signal.aborted) log.info('work handed over', { subject })
      else log.error('work failed', { subject, error })
    } finally {
      clearInterval(renewal)
      await store.leases.release(lease).catch((error: unknown) => log.warn('lease could not be released', { subject, error }))
    }
  }

  const lookAgain = (subject: string, seconds: number): void => {
    clock.sleep(seconds, stopping.signal).then(
      () => wake(subject),
      () => undefined,
    )
  }

  const sweep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await due().then(
        (subjects) => subjects.forEach(wake),
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
    },
  }
}
