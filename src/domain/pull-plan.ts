import type { Draft } from './plan.ts'
import type { Reason } from './reason.ts'
import type { Instant, Repository, Sha } from './repository.ts'

/** What merging a pull request would do, as things were when it was computed. */
export interface PullPlan {
  repository: Repository
  number: number
  /** Its newest commit, which people look at. */
  head: Sha
  /** The branch it would be merged into. */
  base: string
  /** GitHub's trial merge it was computed for: the content that its branch would have. Absent where it was computed for something else. */
  merged?: Sha
  /** Whether it comes from outside the repository: then it was computed for the base branch, and nothing of a stranger's was read. */
  fork: boolean
  at: Instant
  /** Somebody asked for it, and looks whether it was computed: it is shown even where it says nothing new. */
  asked?: boolean
  /** Of every environment that follows the branch it would be merged into, in the order of the file. */
  environments: Outlook[]
}

/** What would become of one environment. */
export type Outlook =
  /** `why` in plain words: only ignored files change, nothing differs from what runs. */
  | { kind: 'nothing'; environment: string; why: string }
  /** Merging would be followed by a refusal, for this. */
  | { kind: 'refused'; environment: string; reason: Reason }
  | PlannedOutlook

export interface PlannedOutlook {
  kind: 'planned'
  environment: string
  draft: Draft
  /** Repositories of the images that only the merge will build: which digests they will have nobody knows, whatever the draft says. */
  unbuilt: string[]
  /** What runs there now; absent where nothing does. */
  before?: { revision: Sha; compose: string }
  /** Containers that run there by hand are taken over. Absent: they are not. */
  adopts?: true
  /** Gates that would be closed after the merge. */
  closed: Reason[]
  /** What differs in the environment's `.env` from what runs: names, never values. Absent where nothing does. */
  variables?: VariableChange[]
  /** Commits that were rolled back there and would come back with it. Absent where there are none. */
  broughtBack?: Reason[]
}

export interface VariableChange {
  name: string
  change: 'added' | 'changed' | 'removed'
}
