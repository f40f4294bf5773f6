import type { PullPlan } from '../../domain/pull-plan.ts'
import type { Repository } from '../../domain/repository.ts'
import type { ReportKey } from './store-reports.ts'

/** What merging pull requests would do. What was computed three months ago is nobody's concern any more, and forgotten. */
export interface PullPlans {
  /** The newest, of a repository as `owner/name`. */
  of(repository: string, number: number): Promise<PullPlan | undefined>
  /** What the newest were computed for, by number; those without one are absent. */
  sidesOf(repository: string, numbers: readonly number[]): Promise<Map<number, PullSides>>
  /** In place of the last one of its pull request; the wanted reports are recorded in the same transaction. */
  keep(plan: PullPlan, wanted?: ReportKey[]): Promise<void>
  /** The pull request is over. */
  forget(repository: string, number: number): Promise<void>
}

/** Plans of pull requests that are still to be computed, by whichever process is there. */
export interface WantedPlans {
  /** Wanted now, also where it was put off. `asked`: by a person, who waits for it, whatever becomes of this process. */
  want(repository: Repository, number: number, options?: { asked?: boolean }): Promise<void>
  /** Repositories (`owner/name`) with some that are due. */
  due(): Promise<string[]>
  /** Those of a repository that are due, those longest due first. */
  dueOf(repository: string, limit: number): Promise<WantedPlan[]>
  /** Numbers of all that are wanted in a repository, due or put off. */
  numbersOf(repository: string): Promise<number[]>
  /** Computed, or not to be had. One that was wanted again meanwhile stays wanted. */
  done(wanted: WantedPlan): Promise<void>
  /** Due again in so many seconds. One that was wanted again meanwhile stays due. */
  putOff(wanted: WantedPlan, seconds: number): Promise<void>
}

/** What a pull request was planned for: its head, and the branch it would be merged into. */
export type PullSides = Pick<PullPlan, 'head' | 'base'>

/** A plan that is to be computed. */
export interface WantedPlan {
  repository: Repository
  number: number
  /** A person asked for it. */
  asked: boolean
  /** How many times it was wanted. */
  version: number
  /** How often it was put off since. */
  tries: number
}
