import type { Check, EmptySuite, RequiredCheck } from '../../domain/check.ts'
import type { Repository, Sha } from '../../domain/repository.ts'
import type { CheckReport } from '../../report/published.ts'

export type { CheckAnnotation, CheckButton, CheckConclusion, CheckReport } from '../../report/published.ts'

/** Checks of commits: what others found, and the App's own. */
export interface GitHubChecks {
  /** What was checked about a commit, the App's own checks and statuses included, and what the branch requires, where one is named. */
  checksOf(repository: Repository, revision: Sha, branch?: string): Promise<CommitChecks>
  /** Throws over GitHub's limits, which are CheckReport's. */
  createCheck(repository: Repository, check: CheckReport): Promise<CheckOutcome>
  updateCheck(repository: Repository, id: number, check: CheckChange): Promise<CheckOutcome>
  /** The App's own newest check run of a commit under this name that stands for the same. */
  findCheck(repository: Repository, wanted: Pick<CheckReport, 'revision' | 'name' | 'externalId'>): Promise<FoundCheck | undefined>
}

/** `forbidden`: the App may not write checks there, as one that was registered before it asked for that. Waiting does not mend it. */
export type CheckOutcome = { kind: 'told'; id: number } | { kind: 'forbidden' }

/** One of the App's own check runs as GitHub has it. */
export interface FoundCheck {
  id: number
  /** `queued`, `in_progress`, or the conclusion: of a completed one GitHub changes neither any more. */
  state: string
  /** How many annotations it has. */
  annotations: number
}

/** A check run as it is from now on, all of it. */
export type CheckChange = Omit<CheckReport, 'revision' | 'externalId'>

export interface CommitChecks {
  /** The App's own slug: checks of that one are Landfall's. */
  own: string
  /** The newest run of each name and suite, and the newest status of each context. */
  checks: Check[]
  emptySuites: EmptySuite[]
  /**
   * What has to be green before something is merged into the branch. An App that has nothing to do with this commit goes by its
   * number (`#15368`), so that no other App's run stands in for its. Absent where no branch is named or the App may not read it.
   */
  required?: RequiredCheck[]
}
