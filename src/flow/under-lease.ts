import type { Bell } from './bell.ts'
import { type Lease, LeaseLost, type Ports } from './ports.ts'
import { askedPause } from './trouble.ts'

/** One kind of work that somebody has to do for a subject, under its lease. */
export interface Work {
  /** What must be held so that nobody else does it at the same time. */
  lease: string
  /**
   * Does what is due. Resolves to the seconds after which to look again, or nothing when there is nothing more to do.
   *
   * @param bell rings for what is new under the same lease
   */
  run(lease: Lease, signal: AbortSignal, bell: Bell): Promise<number | undefined>
  /** Hears of each failure before `run` is tried again: to tell people, or to give up what fails. True where it was given up. */
  failed?(failure: Failure, lease: Lease, signal: AbortSignal): Promise<boolean>
}

/** Work that threw. */
export interface Failure {
  error: unknown
  /** What the log's entry about it is found by. */
  reference: string
  /** Seconds until the next try. */
  pause: number
}

/** In whose name and for how long leases are held. */
export interface Holding {
  /** Name of this process among several. */
  holder: string
  /** How long a lease lasts without renewal; work of a killed process starts elsewhere after so long. */
  leaseSeconds: number
}

type LeasePorts = Pick<Ports, 'store' | 'clock' | 'log' | 'ids'>

/** What ends work, and what ends its rests. */
export interface Interruptions {
  /** Landfall stops. */
  stopping: AbortSignal
  /** Something new has come, for which nobody should wait until what failed is tried again. */
  bell: Bell
}

/** The first pause after a failure and the longest, in seconds: what is down for an hour is noticed to be back within two minutes. */
const shortestPause = 2
const longestPause = 120

/**
 * Does one piece of work while holding its lease; does nothing where somebody else holds it. Never throws. Work that
 * fails is tried again after ever longer pauses, the lease kept meanwhile, so that nobody else runs into the same wall.
 * Resolves to the seconds after which to look again, or nothing.
 */
export async function underLease(
  work: Work,
  subject: string,
  { holder, leaseSeconds }: Holding,
  { stopping, bell }: Interruptions,
  ports: LeasePorts,
): Promise<number | undefined> {
  const { leases } = ports.store
  const lease = await leases.claim(work.lease, holder, leaseSeconds).catch((error: unknown) => {
    ports.log.error('lease could not be claimed', { subject, error })
    return undefined
  })
  if (!lease) return undefined
  const done = new AbortController()
  const lost = new AbortController()
  const renewing = keep(lease, leaseSeconds, done.signal, lost, ports)
  try {
    return await untilItWorks(work, subject, lease, AbortSignal.any([lost.signal, stopping]), bell, ports)
  } finally {
    done.abort()
    await renewing
    await leases.release(lease).catch((error: unknown) => ports.log.warn('lease could not be released', { subject, error }))
  }
}

async function untilItWorks(
  work: Work,
  subject: string,
  lease: Lease,
  signal: AbortSignal,
  bell: Bell,
  ports: LeasePorts,
): Promise<number | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work.run(lease, signal, bell)
    } catch (error) {
      if (!(error instanceof LeaseLost) && !signal.aborted) await recover(error, tries)
      if (error instanceof LeaseLost || signal.aborted) {
        ports.log.info('work handed over', { subject })
        return undefined
      }
    }
  }

  async function recover(error: unknown, tries: number): Promise<void> {
    const pause = askedPause(error) ?? Math.min(longestPause, shortestPause * 2 ** Math.min(tries - 1, 10))
    const reference = ports.ids()
    // What rings while the failure is told is heard as well.
    const rung = bell.signal
    ports.log.error('work failed', { subject, reference, tries, pause, error })
    // What was given up needs no rest, and what waits behind it has waited long enough.
    if (await tellOf({ error, reference, pause })) return
    await ports.clock.sleep(pause, AbortSignal.any([signal, rung]))
  }

  async function tellOf(failure: Failure): Promise<boolean> {
    try {
      return (await work.failed?.(failure, lease, signal)) ?? false
    } catch (error) {
      ports.log.error('failure could not be recorded', { subject, reference: failure.reference, error })
      return false
    }
  }
}

/**
 * Renews the lease until the work is done. It is lost when somebody else took it, and also when the database could not
 * be asked for as long as it lasts: then somebody else may have.
 */
async function keep(
  lease: Lease,
  seconds: number,
  done: AbortSignal,
  lost: AbortController,
  { store, clock, log }: LeasePorts,
): Promise<void> {
  const { subject } = lease
  for (let keptAt = clock.now().getTime(); !lost.signal.aborted; ) {
    await clock.sleep(seconds / 3, done)
    if (done.aborted) return
    const asked = clock.now().getTime()
    const kept = await store.leases.renew(lease, seconds).catch((error: unknown) => {
      log.warn('lease could not be renewed', { subject, error })
      return undefined
    })
    if (kept) keptAt = asked
    else if (kept === false || clock.now().getTime() - keptAt >= seconds * 1000) lost.abort(new LeaseLost(`${subject}: the lease was lost`))
  }
}
