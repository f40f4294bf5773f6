import type { Lock } from '../../domain/gate.ts'
import { type Reason, reason } from '../../domain/reason.ts'
import type { Instant, Sha } from '../../domain/repository.ts'
import { approval } from './approval.ts'
import { lock } from './lock.ts'
import { namesText } from './names.ts'
import type { GateDemands } from './strictest.ts'
import { window } from './window.ts'

/** What is known of a change before it is merged. */
export interface AheadFacts {
  demands: GateDemands
  environment: string
  revision: Sha
  /** The pull request that would bring it. */
  pull: { number: number; author: string }
  locks: readonly Lock[]
  now: Instant
}

/**
 * Gates that a change will meet once it is merged: those that are closed now, and those that are asked of the merged commit and of
 * nothing before.
 */
export function gatesAhead({ demands, environment, revision, pull, locks, now }: AheadFacts): Reason[] {
  const { all, names } = demands.checks
  const checks = [...(all ? ['all that the merged commit has'] : []), ...names]
  const decisions = [
    lock({ locks, environment, kind: 'deploy', actor: '', pullRequest: pull.number, now }),
    ...demands.approve.map((rule) => approval({ rule, environment, revision, content: '', votes: [], authors: [pull.author] })),
    window({ windows: demands.windows, environment, now }),
  ]
  return [
    ...(checks.length > 0 ? [reason('checks-ahead', { checks: namesText(checks) })] : []),
    ...(demands.after.length > 0 ? [reason('promotion-ahead', { after: namesText(demands.after), environment })] : []),
    ...decisions.flatMap((decision) => (decision.kind === 'open' ? [] : [decision.reason])),
  ]
}
