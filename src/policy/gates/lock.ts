import type { Lock } from '../../domain/gate.ts'
import { reason } from '../../domain/reason.ts'
import type { Instant } from '../../domain/repository.ts'
import { type Decision, open, waiting } from './decision.ts'
import { namesText, samePerson } from './names.ts'

export interface LockFacts {
  /** Those of the repository. */
  locks: readonly Lock[]
  environment: string
  /** What wants to pass. */
  kind: 'deploy' | 'rollback' | 'heal'
  /** Who asked for the deployment: pusher or commenter. */
  actor: string
  /** The pull request it came through. */
  pullRequest?: number
  now: Instant
}

/**
 * Nobody else keeps the environment for themselves. Whoever holds a lock may deploy, as with github/branch-deploy, others wait:
 * a lock set in a pull request is held by that pull request, whoever merges it, any other by the person who set it. The same
 * goes for a freeze, which is a lock on every environment. Rollbacks pass every lock; healing passes none.
 */
export function lock(facts: LockFacts): Decision {
  if (facts.kind === 'rollback') return open()
  const closing = facts.locks.filter((one) => concerns(one, facts) && !isHolder(one, facts))
  const [first, ...others] = closing
  if (first === undefined) return open()

  const ends = closing.flatMap(({ until }) => (until === undefined ? [] : [Date.parse(until)]))
  const evidence = {
    environment: first.environment ?? 'everything',
    person: first.person,
    reason: first.reason,
    since: first.since,
    until: first.until ?? '',
    pullRequest: first.pullRequest === undefined ? '' : `#${first.pullRequest}`,
    others: namesText(others.map(({ person }) => person)),
  }
  return waiting(reason('locked', evidence), ends.length > 0 ? (Math.min(...ends) - Date.parse(facts.now)) / 1000 : undefined)
}

const concerns = ({ environment, until }: Lock, facts: LockFacts): boolean =>
  (environment === undefined || environment === facts.environment) && (until === undefined || Date.parse(until) > Date.parse(facts.now))

function isHolder({ person, pullRequest }: Lock, facts: LockFacts): boolean {
  if (facts.kind === 'heal') return false
  return pullRequest === undefined ? samePerson(person, facts.actor) : pullRequest === facts.pullRequest
}
