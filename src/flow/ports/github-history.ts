import type { RefMoves } from '../../domain/ref-move.ts'
import type { Repository, Sha } from '../../domain/repository.ts'

export type { RefMove, RefMoves } from '../../domain/ref-move.ts'

/** Commits, and what leads from one to another. */
export interface GitHubHistory {
  /** The commit behind a full id, `heads/BRANCH` or `tags/TAG`; undefined where there is none. */
  commitAt(repository: Repository, ref: string): Promise<CommitDetails | undefined>
  /** What `head` has that `base` has not; undefined where one of them is unknown or they have no common past. */
  changes(repository: Repository, base: Sha, head: Sha): Promise<Changes | undefined>
  /**
   * Paths at which the contents of two commits differ, whatever lies between them: squashed and rebased, the same change has another
   * past. Undefined where one is unknown or there are more files than GitHub lists.
   */
  differences(repository: Repository, one: Sha, other: Sha): Promise<string[] | undefined>
  /** The last hundred moves of a branch. GitHub tells none of branches of forks. */
  moves(repository: Repository, branch: string): Promise<RefMoves>
  /** Every tag whose name begins so. */
  tags(repository: Repository, prefix: string): Promise<Tag[]>
  /**
   * The commit that the object of an annotated tag stands for, also through others of its kind; undefined where it is none. What an object
   * stands for never changes: once it is known nobody is asked again.
   */
  commitOfTag(repository: Repository, object: Sha): Promise<Sha | undefined>
}

export interface CommitDetails {
  sha: Sha
  /** Id of its content: commits of one tree hold the very same files. */
  tree: Sha
  parents: Sha[]
  /** First line of the message. */
  subject: string
  /** Logins, absent where the address in the commit is no account's. Anybody can write anybody's address there. */
  author?: string
  committer?: string
  /** Of the message's `Co-authored-by:` lines: logins where GitHub's own address tells one, otherwise addresses. */
  coAuthors: string[]
}

export interface Changes {
  status: 'identical' | 'ahead' | 'behind' | 'diverged'
  /** How many commits `head` has that `base` has not, and the other way round. */
  ahead: number
  behind: number
  /** Newest common ancestor. */
  mergeBase: Sha
  /** The commits `head` has and `base` has not, oldest first; of more than 250 the newest: `ahead` counts them all. */
  commits: CommitDetails[]
  /** Files that differ between the merge base and `head`, so none for one that is behind. */
  files: FileChanged[]
  /** Whether files may be missing: GitHub lists no more than 300. */
  truncated: boolean
}

export interface FileChanged {
  path: string
  /** Of a file that was moved. */
  previousPath?: string
}

export interface Tag {
  /** Without `refs/tags/`. */
  name: string
  /** What it points at: another one means that the tag was moved. */
  object: Sha
  /** Its object is one of its own and not the commit: ask `commitOfTag` for that. */
  annotated?: true
}
