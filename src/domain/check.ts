import type { Instant } from './repository.ts'

/** One run of a check, or one commit status, of a commit. */
export interface Check {
  kind: 'check' | 'status'
  /** Of a status its context. */
  name: string
  /** Slug of the App that reports it; of a status only where an App's word is required, `@login` for one that is no App's. */
  app?: string
  state: 'queued' | 'in_progress' | 'completed'
  /** Once completed, in GitHub's words: `success`, `timed_out`… Of statuses `success`, `failure` or `error`. */
  conclusion?: string
  startedAt?: Instant
  /** Grows with each run. */
  id: number
  /** Check suite of a run. */
  suite?: number
  /** What ran it, where several runs of one name and App have to be told apart. */
  workflow?: Workflow
}

/** A workflow, and what it was triggered by: `push`, `schedule`, `workflow_dispatch`. */
export interface Workflow {
  id: number
  name: string
  event: string
}

/** A check suite that no run was made in. GitHub makes one for every App that may write checks, whether it has anything to say or not. */
export interface EmptySuite {
  app: string
  state: Check['state']
}

/** A check that GitHub wants to be green before something is merged into the branch. */
export interface RequiredCheck {
  name: string
  /** Slug of the App that has to report it; absent: any. */
  app?: string
}
