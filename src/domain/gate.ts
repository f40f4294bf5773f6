import type { Instant, Sha } from './repository.ts'
import type { Role } from './role.ts'

/**
 * What must be true before an environment may be deployed to. Written in the repository's file, tightened by the operator's floor.
 * Absent and empty mean that nothing is asked.
 */
export interface GateRules {
  checks: CheckRule
  /** The environment that must have verified the very images first. */
  after?: string
  approve?: ApprovalRule
  /** All of them count; deny beats allow. */
  windows: WindowRule[]
}

/** What holds where nothing is asked. */
export const nothingAsked: GateRules = { checks: { kind: 'none' }, windows: [] }

/** By what a gate that asked for something was seen open: for the record, in the words of that gate. */
export interface PassedGate {
  gate: string
  evidence: Record<string, string>
}

/** Which checks of the commit must be green: none, every one there is, or those of these names. */
export type CheckRule = { kind: 'none' } | { kind: 'all' } | { kind: 'named'; names: string[] }

/** Who has to agree before hosts are touched. */
export interface ApprovalRule {
  /** Logins, and teams of the organisation as `team:slug`. Empty: anybody with write access. */
  by: string[]
  /** How many different people. */
  count: number
  /** Neither who wrote the change nor who pushed last may be one of them. */
  notAuthor: boolean
}

/**
 * A weekly span in which deployments are let through, or held back. Open is what no `deny` covers and, where the list has any `allow`,
 * one of them does.
 */
export interface WindowRule {
  kind: 'allow' | 'deny'
  /** Its first minute. */
  from: WeekMoment
  /** The first minute after it; earlier in the week than `from` where the span goes over Sunday night. Never equal to `from`. */
  to: WeekMoment
  /** IANA name: `Europe/Berlin`. */
  zone: string
  /** As it was written, for people; `Mon-Fri 08:00 - 17:00` makes a rule of each day, all with this text. */
  text: string
}

/** A minute of any week. */
export interface WeekMoment {
  /** 1 Monday to 7 Sunday, as ISO 8601 counts. */
  day: number
  /** Minutes since midnight, by the clock on the wall there: 0 to 1439. */
  minute: number
}

/** Somebody's word on a deployment that has not begun. An approval holds for exactly what was shown. */
export interface Verdict {
  deployment: string
  person: string
  /** Who they were in the repository at that moment. */
  role: Role
  /** Slugs of the organisation's teams they were an active member of then; of those that the rules name. */
  teams: string[]
  verdict: 'approve' | 'reject' | 'cancel'
  /** The commit it was given for; absent for a rollback that is not planned yet. */
  revision?: Sha
  /** Fingerprint of what was shown: digests, Compose, hosts. */
  content: string
  /** In their words, for a rejection. */
  reason?: string
  at: Instant
}

/** Keeps deployments and healing away from an environment, until it is taken back or runs out. Rollbacks pass. */
export interface Lock {
  id: string
  /** `owner/name` */
  repository: string
  /** Absent: every environment of the repository. */
  environment?: string
  /** Who set it. */
  person: string
  /** In their words; may be empty. */
  reason: string
  /** It ends with this pull request, where it was set in one. */
  pullRequest?: number
  since: Instant
  /** When it runs out by itself. */
  until?: Instant
}
