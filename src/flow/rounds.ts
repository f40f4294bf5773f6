import type { HostRule } from '../domain/configuration.ts'
import { roundReader } from '../host/output.ts'
import type { Round } from '../policy/verification.ts'
import type { Ports } from './ports.ts'

/** Hears one call of `probe`. */
export interface Rounds {
  /** Takes its lines. */
  reader(line: string): void
  /** Aborts once enough was seen, or nothing sensible comes. */
  signal: AbortSignal
  /** Whether what came is not what landfall-shell says. */
  readonly nonsense: boolean
}

/**
 * Reads the rounds of one call.
 *
 * @param enough sees each; true when nothing more needs to be seen
 */
export function rounds(host: HostRule, enough: (round: Round) => boolean, { log }: Pick<Ports, 'log'>): Rounds {
  const seen = new AbortController()
  let nonsense = false
  const read = roundReader((round) => {
    if (enough(round)) seen.abort()
  })
  return {
    reader(line) {
      try {
        read(line)
      } catch (error) {
        log.error('host was not understood', { host: host.name, error })
        nonsense = true
        seen.abort()
      }
    },
    signal: seen.signal,
    get nonsense() {
      return nonsense
    },
  }
}
