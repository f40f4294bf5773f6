import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../flow/ports.ts'

/** The machine's clock, for GitHub's as well as long as nobody has heard that. */
export const systemClock: Clock = {
  now: () => new Date(),
  githubNow: () => new Date(),
  async sleep(seconds, signal) {
    // An aborted sleep is an early end, not a failure.
    await setTimeout(seconds * 1000, undefined, signal && { signal }).catch(() => undefined)
  },
}
