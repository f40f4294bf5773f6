import type { Telling, Word } from './acts.ts'

/** What people did in a run, as they themselves know it. */
export interface History {
  /** Where main stood, oldest first, and from when on. */
  heads: { sha: string; at: number }[]
  /** By commit: the digest its build pushed. */
  digests: Map<string, string>
  /** By commit: how its check ended, and not before when, in milliseconds since 1970. */
  checks: Map<string, { conclusion: 'success' | 'failure'; at: number }>
  /** By commit: the secret its production is to have; none where the town has none. */
  secrets: Map<string, string>
  /** Comments with a command. */
  commands: Command[]
}

export interface Command {
  comment: number
  issue: number
  by: string
  /** As it was written: `/rollback`. */
  body: string
  word: Word
  mayDoIt: boolean
  told: Telling
}
