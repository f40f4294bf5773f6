import type { PassedGate } from '../../domain/gate.ts'
import type { Sha } from '../../domain/repository.ts'
import { type ApprovalFacts, approval } from './approval.ts'
import { type ChecksFacts, checks } from './checks.ts'
import type { Closed, Decision } from './decision.ts'
import { type LockFacts, lock } from './lock.ts'
import { type Before, type PromotedImage, type PromotionFacts, promotion } from './promotion.ts'
import { type QuarantineFacts, quarantine } from './quarantine.ts'
import type { GateDemands } from './strictest.ts'
import { window } from './window.ts'

/** In the order in which people are told: first what only a new commit changes, last what only needs time. */
export const gateNames = ['quarantine', 'checks', 'promotion', 'lock', 'approval', 'window'] as const
export type GateName = (typeof gateNames)[number]

/** All that is known about something that wants to change an environment. */
export interface GateFacts extends Pick<LockFacts, 'kind' | 'environment' | 'actor' | 'pullRequest' | 'now' | 'locks'> {
  revision: Sha
  demands: GateDemands
  quarantine: Pick<QuarantineFacts, 'quarantined' | 'asked'>
  checks: Omit<ChecksFacts, 'demand' | 'now'>
  /** Of every environment that the demands want first. */
  promotion: Omit<PromotionFacts, 'environment' | 'revision'>
  approval: Pick<ApprovalFacts, 'content' | 'votes' | 'authors' | 'lastPusher' | 'untold'>
}

export interface ClosedGate {
  gate: GateName
  says: Closed
}

export type Evaluation =
  | {
      kind: 'open'
      /** What the gates were seen open by, of those that asked for anything. */
      seen: (PassedGate & { gate: GateName })[]
      /** What to deploy of images that were verified before; empty where nothing comes before. */
      images: Record<string, PromotedImage>
    }
  /** All closed gates. Of the images it may be known what will be deployed once they open. */
  | { kind: 'waiting'; closed: ClosedGates; lookAgain: number | undefined; images: Record<string, PromotedImage> | undefined }
  /** All closed gates, those that refuse first. */
  | { kind: 'refused'; closed: ClosedGates }

type ClosedGates = [ClosedGate, ...ClosedGate[]]

/** Which gates it has to pass: a rollback none, and healing brings nothing new, so that it only must not disturb. */
const concerned: Record<GateFacts['kind'], readonly GateName[]> = {
  deploy: gateNames,
  heal: ['quarantine', 'lock'],
  rollback: [],
}

/**
 * Asks every gate, so that people learn of all that is closed at once. One that refuses counts more than any that waits. Whether
 * there is anything to deploy at all (`paths`) was decided before there was a deployment.
 */
export function evaluate(facts: GateFacts): Evaluation {
  const answers = concerned[facts.kind].flatMap((gate) => decisions[gate](facts).map((says) => ({ gate, says })))
  const closed = answers.flatMap(({ gate, says }) => (says.kind === 'open' ? [] : [{ gate, says }]))
  const refusing = closed.filter(({ says }) => says.kind === 'refused')
  const [first, ...others] = distinct([...refusing, ...closed])
  if (first && refusing.length > 0) return { kind: 'refused', closed: [first, ...others] }
  if (first) return { kind: 'waiting', closed: [first, ...others], lookAgain: earliest(closed), images: promotedBy(facts) }

  const seen = answers.flatMap(({ gate, says }) => (says.kind === 'open' && says.evidence ? [{ gate, evidence: says.evidence }] : []))
  return { kind: 'open', seen, images: promotedBy(facts) ?? {} }
}

const decisions: Record<GateName, (facts: GateFacts) => Decision[]> = {
  quarantine: ({ environment, revision, quarantine: given }) => [quarantine({ environment, revision, ...given })],
  checks: ({ demands, now, checks: given }) => [checks({ ...given, demand: demands.checks, now })],
  promotion: (facts) => [promotionOf(facts)],
  lock: (facts) => [lock(facts)],
  approval: ({ demands, environment, revision, approval: given }) =>
    demands.approve.map((rule) => approval({ ...given, rule, environment, revision })),
  window: ({ demands, environment, now }) => [window({ windows: demands.windows, environment, now })],
}

function promotedBy(facts: GateFacts): Record<string, PromotedImage> | undefined {
  if (!concerned[facts.kind].includes('promotion')) return {}
  const says = promotionOf(facts)
  return says.kind === 'open' ? says.images : undefined
}

function promotionOf({ environment, revision, demands, promotion: given }: GateFacts) {
  const before = demands.after.map((name) => given.before.find((each) => each.environment === name) ?? gone(name))
  return promotion({ ...given, environment, revision, before })
}

/** An environment of which nobody knows anything has verified nothing. */
const gone = (environment: string): Before => ({ environment, exists: false, verified: [], underway: [], failed: [] })

/** Two rules about approval may say the very same: one person rejected it. */
const distinct = (all: readonly ClosedGate[]): ClosedGate[] => [...new Map(all.map((each) => [JSON.stringify(each.says), each])).values()]

function earliest(closed: readonly ClosedGate[]): number | undefined {
  const times = closed.flatMap(({ says }) => (says.kind === 'waiting' && says.lookAgain !== undefined ? [says.lookAgain] : []))
  return times.length > 0 ? Math.min(...times) : undefined
}
