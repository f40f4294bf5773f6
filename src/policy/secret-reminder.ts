import type { Instant } from '../domain/repository.ts'
import type { SecretAges } from '../domain/secret-age.ts'

const day = 86_400_000

/** People are reminded again after so many milliseconds, for as long as nothing changes. */
export const remindedEvery = 30 * day

/** A secret whose value is older than it may become. */
export interface OldSecret {
  name: string
  since: Instant
  /** Whole days. */
  days: number
}

/** Of an environment, the oldest first. */
export function oldSecrets(ages: Pick<SecretAges, 'keys' | 'within'> | undefined, now: Date): OldSecret[] {
  const { keys = [], within } = ages ?? {}
  if (within === undefined) return []
  return keys
    .filter(({ since }) => oldAt(since, within) <= now.getTime())
    .map(({ name, since }) => ({ name, since, days: daysSince(since, now) }))
    .toSorted((one, other) => Date.parse(one.since) - Date.parse(other.since) || (one.name < other.name ? -1 : 1))
}

/** What comes of looking at an environment's ages. */
export interface Look {
  /** Whether people are to be told now. */
  remind: boolean
  /** When it is to be looked at again, in milliseconds since 1970; absent where only another deployment changes anything. */
  next?: number
}

/**
 * Whether people are to be reminded. All that is too old is told together: when something of it has come to be so since they were told
 * last, and again after thirty days.
 *
 * @param reminded when they were told last
 */
export function lookAtAges({ keys, within }: Pick<SecretAges, 'keys' | 'within'>, reminded: Instant | undefined, now: Date): Look {
  if (within === undefined) return { remind: false }
  const at = now.getTime()
  const told = reminded === undefined ? Number.NEGATIVE_INFINITY : Date.parse(reminded)
  const moments = keys.map(({ since }) => oldAt(since, within))
  const old = moments.filter((moment) => moment <= at)
  const remind = old.some((moment) => moment > told) || (old.length > 0 && told + remindedEvery <= at)
  const again = old.length > 0 ? [(remind ? at : told) + remindedEvery] : []
  const next = Math.min(...again, ...moments.filter((moment) => moment > at))
  return { remind, ...(Number.isFinite(next) && { next }) }
}

const oldAt = (since: Instant, within: number): number => Date.parse(since) + within * 1000

/** Whole days. */
export const daysSince = (since: Instant, now: Date): number => Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / day))
