import { type Answer, refused } from './call.ts'

/** Switches that make GitHub's API behave as on its bad days. */
export interface Faults {
  /** Every request is answered 502 while it lasts. Webhooks go on. */
  outage(on: boolean): void
  /** For so long every request hits the secondary limit: 403 with Retry-After. 0 ends it. */
  rateLimit(seconds: number): void
  /** Every answer takes so much longer. */
  latency(milliseconds: number): void
  /** GitHub's clock is ahead of this machine's by so much (behind, if negative). */
  clock(seconds: number): void
  /** How long installation tokens made from now on are good for. GitHub's hour by default. */
  tokenLifetime(seconds: number): void
}

/** Faults as set, seen from the server. */
export interface Weather {
  /** What is answered instead; undefined on a good day. */
  instead(): Answer | undefined
  latency: number
  clock: number
  tokenLifetime: number
}

export function createFaults(): { faults: Faults; weather: Weather } {
  let outage = false
  let limitedUntil = 0
  const weather: Weather = {
    latency: 0,
    clock: 0,
    tokenLifetime: 3600,
    instead() {
      if (outage) return refused(502, 'Server Error')
      const left = Math.ceil((limitedUntil - performance.now()) / 1000)
      if (left <= 0) return undefined
      const limited = refused(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.')
      return { ...limited, headers: { 'retry-after': String(left) } }
    },
  }
  const faults: Faults = {
    outage(on) {
      outage = on
    },
    rateLimit(seconds) {
      limitedUntil = performance.now() + seconds * 1000
    },
    latency(milliseconds) {
      weather.latency = milliseconds
    },
    clock(seconds) {
      weather.clock = seconds
    },
    tokenLifetime(seconds) {
      weather.tokenLifetime = seconds
    },
  }
  return { faults, weather }
}
