import { type Reason, reason } from '../../domain/reason.ts'
import { type Instant, type Sha, shortSha } from '../../domain/repository.ts'
import { type Decision, open, refused } from './decision.ts'

/** A revision that did harm in an environment, or came to nothing there. */
export interface Quarantine {
  revision: Sha
  /** `rolled-back`: a person went back from it. `failed`: its deployment did not succeed. */
  because: 'rolled-back' | 'failed'
  /** Who rolled it back. */
  person?: string
  at: Instant
  /** A newer commit that was accepted since: then nothing that is old is brought by machines anyway. */
  supersededBy?: Sha
}

export interface QuarantineFacts {
  /** The environment's, newest first. */
  quarantined: readonly Quarantine[]
  environment: string
  revision: Sha
  /**
   * Who wants it: `machine` is a push, a sweep, a redelivery or healing; `person` somebody who asked for this commit by a command;
   * `deliberate` somebody who said that they know: with `--again`, or with `/retry` of what failed, which cannot mean anything else.
   */
  asked: 'machine' | 'person' | 'deliberate'
}

/** What was rolled back or failed comes back only when a person says so twice. */
export function quarantine({ quarantined, environment, revision, asked }: QuarantineFacts): Decision {
  const found = quarantined.find((one) => one.revision === revision)
  if (found === undefined || found.supersededBy !== undefined) return open()

  const why = quarantineReason(asked === 'person' ? 'quarantine-asks' : 'quarantined', environment, found)
  const { evidence } = why
  if (asked === 'deliberate') return open(evidence)
  return refused(why)
}

/** Why a revision is not brought: to machines, or to a person who may say so once more. */
export function quarantineReason(code: 'quarantined' | 'quarantine-asks', environment: string, found: Quarantine): Reason {
  const { revision, because, person, at } = found
  const by = person === undefined ? '' : ` by ${person}`
  const told = because === 'failed' ? 'failed' : `was rolled back${by}`
  return reason(code, { environment, revision, commit: shortSha(revision), because: told, at })
}
