import { type Answer, refused } from './call.ts'

/** What becomes of one request on GitHub's bad days. */
export type Disturbance =
  /** Answered 502, not carried out. */
  | 'refused'
  /** Accepted and never answered, not carried out. */
  | 'unanswered'
  /** The connection is reset, not carried out. */
  | 'reset'
  /** Carried out, then answered 502: nobody hears that it was done. */
  | 'answer-lost'
  /** Carried out; the connection breaks in the middle of the answer. */
  | 'answer-cut'
  /** Carried out; half of the answer comes, then nothing more. */
  | 'answer-stalled'

/** A disturbance that was ordered. */
export interface Disturbed {
  /** How many requests it has met. */
  readonly hits: number
  end(): void
}

/** Switches that make GitHub behave as on its bad days. */
export interface Faults {
  /** Requests (of which `METHOD /path` matches, or all) are answered 502 while it lasts. Webhooks go on. */
  outage(on: boolean | RegExp): void
  /** No webhook comes through while it lasts: each fails as if nobody answered, and GitHub's list of deliveries shows so. */
  webhooks(down: boolean): void
  /** What happens to the next `times` requests (default: all) of which `METHOD /path` matches. */
  disturb(matching: RegExp, how: Disturbance, times?: number): Disturbed
  /** For so long every request hits the secondary limit (403 with Retry-After) or the hourly one (403, reset told). 0 ends it. */
  rateLimit(seconds: number, kind?: 'secondary' | 'hourly'): void
  /** Every answer takes so much longer. */
  latency(milliseconds: number): void
  /** GitHub's clock is ahead of this machine's by so much (behind, if negative). */
  clock(seconds: number): void
  /** How long installation tokens made from now on are good for. GitHub's hour by default. */
  tokenLifetime(seconds: number): void
}

/** Faults as set, seen from the server. */
export interface Weather {
  /** What is answered instead to `METHOD /path`; undefined on a good day. */
  instead(line: string, now: Date): Answer | undefined
  /** The disturbance ordered for this request, which counts as met. */
  disturbance(line: string): Disturbance | undefined
  webhooksDown: boolean
  latency: number
  clock: number
  tokenLifetime: number
}

export function createFaults(): { faults: Faults; weather: Weather } {
  let outage: boolean | RegExp = false
  let limit: { until: number; kind: 'secondary' | 'hourly' } = { until: 0, kind: 'secondary' }
  const orders = new Set<{ matching: RegExp; how: Disturbance; left: number; hits: number }>()

  const weather: Weather = {
    webhooksDown: false,
    latency: 0,
    clock: 0,
    tokenLifetime: 3600,
    instead(line, now) {
      if (outage === true || (outage instanceof RegExp && outage.test(line))) return serverError()
      const left = Math.ceil((limit.until - performance.now()) / 1000)
      return left > 0 ? limited(limit.kind, left, now) : undefined
    },
    disturbance(line) {
      const met = [...orders].find(({ matching, left }) => left > 0 && matching.test(line))
      if (!met) return undefined
      met.left -= 1
      met.hits += 1
      return met.how
    },
  }
  const faults: Faults = {
    outage(on) {
      outage = on
    },
    webhooks(down) {
      weather.webhooksDown = down
    },
    disturb(matching, how, times = Number.POSITIVE_INFINITY) {
      const order = { matching, how, left: times, hits: 0 }
      orders.add(order)
      return {
        get hits() {
          return order.hits
        },
        end: () => void orders.delete(order),
      }
    },
    rateLimit(seconds, kind = 'secondary') {
      limit = { until: performance.now() + seconds * 1000, kind }
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

export const serverError = (): Answer => refused(502, 'Server Error')

function limited(kind: 'secondary' | 'hourly', left: number, now: Date): Answer {
  if (kind === 'secondary') {
    const answer = refused(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.')
    return { ...answer, headers: { 'retry-after': String(left) } }
  }
  const reset = Math.ceil(now.getTime() / 1000) + left
  return {
    ...refused(403, 'API rate limit exceeded for installation.'),
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
  }
}
