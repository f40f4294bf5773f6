import type { Instant } from './repository.ts'

/** In which order the hosts of an environment are switched, and how many at a time. Durations in seconds. */
export interface RolloutRule {
  /** Hosts that go before all others. */
  canary?: CanaryRule
  /** How many of the others at a time. Absent: all of them at once. */
  batch?: BatchSize
  /** Time between two waves, in which the hosts that went so far are watched. */
  pause: number
  /** Where a host fails, those that are proved keep the release. Absent: every host goes back. */
  onFailure?: 'keep'
  /** Hosts that do not answer before the start are passed over, and get the release when they are back. Absent: nothing begins. */
  unreachable?: 'skip'
  /** Services whose new containers are started beside the old ones, by name. */
  startFirst?: Record<string, StartFirstRule>
}

/** How the old containers of a service leave once the new ones, started beside them, are proved. */
export interface StartFirstRule {
  /** Time before their stop signal, in which whoever sends them requests learns of the new ones. */
  drain: number
  /** Run in each of them before that: words as they are, without a shell. It is given up after so many seconds. */
  hook?: { run: string[]; within: number }
}

/** A percentage is of the hosts that are left once the canary went, rounded down, and at least one host. */
export type BatchSize = { hosts: number } | { percent: number }

export interface CanaryRule {
  /** So many, the first of the list. */
  hosts: number
  /** How long they are watched before the others follow; absent: for the pause. */
  soak?: number
  /** People have to let the others follow; hosts return where nobody has after so many seconds. */
  approve?: { within: number }
}

/** What holds where nothing is asked, and for every rollback: who goes back needs the old release now, on all hosts. */
export const allAtOnce: RolloutRule = { pause: 0 }

/** Hosts that are switched side by side; the next wave begins when each of them is proved and its pause is over. */
export interface Wave {
  /** Names. */
  hosts: string[]
  /** In seconds, and not for the last one: all that went so far are watched meanwhile, and what does not stay well takes every host back. */
  pause: number
  /** People have to let the next wave begin, as of `CanaryRule`. */
  approve?: { within: number }
}

/** How far a deployment has come. Waves before the one named are proved. */
export interface RolloutProgress {
  /** Position of the wave that is at work, or was last; from 0. */
  wave: number
  /** Once that one is proved: when its pause is over, by the clock of whoever proved it. */
  until?: Instant
  /** Once it failed: hosts that keep the release while the others go back. */
  kept?: string[]
  /** Once people are asked whether the next one may begin. */
  asked?: {
    /** Fingerprint of what they are asked about. */
    content: string
    /** Since when, by GitHub's clock: what somebody said before was not about this. */
    since: Instant
    /** After that every host returns. */
    until: Instant
  }
}
