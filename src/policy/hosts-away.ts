import type { Reason } from '../domain/reason.ts'
import type { RolloutRule } from '../domain/rollout.ts'

/** Hosts of an environment, and those that did not answer. */
export interface HostsAway {
  /** Every host in order. */
  names: readonly string[]
  away: readonly { host: string; why: Reason }[]
}

/**
 * Why a deployment does not begin while hosts are away; undefined where it goes on without them. Somebody has to be there: a first host of a
 * canary, and one that could follow it, or people would be asked about nothing.
 */
export function stopsFor(
  { canary, unreachable }: Pick<RolloutRule, 'canary' | 'unreachable'>,
  { names, away }: HostsAway,
): Reason | undefined {
  const [first] = away
  if (first === undefined) return undefined
  if (unreachable !== 'skip') return first.why
  const gone = new Set(away.map(({ host }) => host))
  const count = canary?.hosts ?? 0
  const parts = [names.slice(0, count), names.slice(count)].filter((part) => part.length > 0)
  const empty = parts.find((part) => part.every((name) => gone.has(name)))
  return empty && away.find(({ host }) => empty.includes(host))?.why
}
