import type { Secret } from '../domain/secret.ts'

/**
 * One order to a host's landfall-shell: a value, built by pure functions, compared in tests, sent by one adapter.
 */
export interface Command {
  verb: string
  /** Words after the verb; quoted in one place when sent. */
  args: string[]
  /** Bytes for standard input. A secret never goes into `args`. */
  stdin?: Uint8Array | Secret
  /** Seconds without any output after which the command is given up. landfall-shell prints a heartbeat while it works. */
  stalls: number
  /** Seconds in all after which the host itself ends it. */
  limit: number
}
