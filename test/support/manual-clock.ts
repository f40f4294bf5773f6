import type { Clock } from '../../src/flow/ports.ts'

interface Sleeper {
  until: number
  wake: () => void
}

/** Time that passes only when a test lets it. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-11-21T10:00:00.000Z')
  #sleepers = new Set<Sleeper>()

  now(): Date {
    return new Date(this.#now)
  }

  githubNow(): Date {
    return this.now()
  }

  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { until: this.#now + seconds * 1000, wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', wake)
    })
  }

  /** Goes to the next moment at which somebody wanted to wake, but not beyond `limit`. */
  toNext(limit: number): void {
    this.#goTo(Math.min(limit, ...[...this.#sleepers].map(({ until }) => until)))
  }

  /** Lets so many seconds go by at once, as for machines that slept: whoever wanted to wake in between wakes at their end. */
  leap(seconds: number): void {
    this.#goTo(this.#now + seconds * 1000)
  }

  #goTo(moment: number): void {
    this.#now = Math.max(this.#now, moment)
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#now) sleeper.wake()
  }
}

/**
 * Resolves when nothing is left to do but to wait for time to pass: every promise has settled that could, and the event loop
 * has no turn scheduled. Nothing here waits for the network or for files.
 */
export async function idle(): Promise<void> {
  do {
    await new Promise((resolve) => setImmediate(resolve))
  } while (process.getActiveResourcesInfo().includes('Immediate'))
}
