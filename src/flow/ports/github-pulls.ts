import type { Instant, Repository, Sha } from '../../domain/repository.ts'
import type { CommitDetails } from './github-history.ts'

/** Pull requests: what they are, and those the App opens. */
export interface GitHubPullRequests {
  /** Undefined for a number that is no pull request's. */
  pullRequest(repository: Repository, number: number): Promise<PullRequestFacts | undefined>
  /** The merged pull requests that a commit came by; those that say they were merged as it are among them. */
  mergedWith(repository: Repository, commit: Sha): Promise<MergedPull[]>
  /** The newest 500 pull requests with a label, whatever became of them. Of those that were rebased `head` may be any commit. */
  labelledPulls(repository: Repository, label: string, head: Sha): Promise<LabelledPulls>
  /**
   * The pull requests that commits came by, several as one too, with the commits that were theirs. Of more than 250 the last are asked
   * about, and of each pull request the last hundred told.
   */
  pullsBehind(repository: Repository, commits: readonly Sha[]): Promise<{ pulls: PullCommits[]; all: boolean }>
  /** The commits a pull request brought, also where it was squashed or rebased; undefined where there are a hundred or more. */
  commitsOfPull(repository: Repository, number: number): Promise<CommitDetails[] | undefined>
  /**
   * The open pull requests that changed at this moment of GitHub's clock or later, newest first; of more than a hundred those. One that
   * changes meanwhile may be missing. Where none did it costs one request, and after the first time nothing of the hourly limit.
   */
  openPullRequests(repository: Repository, since: Instant): Promise<OpenPullRequest[]>
  openPullRequest(repository: Repository, wanted: NewPullRequest): Promise<PullRequestOutcome>
  /** The open pull request from one branch of the repository into another. */
  findOpenPullRequest(repository: Repository, branches: Pick<NewPullRequest, 'head' | 'base'>): Promise<number | undefined>
  /**
   * Opens the pull request that takes a merged one back. GitHub makes the reverse commit on a branch `revert-12-NAME`, NAME being
   * the branch of the pull request that is taken back: by that it is found again.
   */
  revertPullRequest(repository: Repository, number: number, words: Pick<NewPullRequest, 'title' | 'body'>): Promise<PullRequestOutcome>
}

/** Branches that the App makes, for pull requests of its own. */
export interface GitHubBranches {
  /**
   * Makes a branch of one new commit on top of another, which holds exactly what a tree holds: that of an older commit takes back
   * all that came since, by whatever way. May be asked again: a branch of that name, parent and tree is there already, and counts
   * as made. Throws where GitHub may do it later.
   */
  commitTree(repository: Repository, wanted: NewBranch): Promise<BranchOutcome>
  /** Makes one commit of files and lets a branch point at it: a new branch, or one that points at its parent. */
  commitFiles(repository: Repository, wanted: NewFiles): Promise<BranchOutcome>
}

export interface NewFiles extends Pick<NewBranch, 'branch' | 'parent' | 'message'> {
  /** Put in, or in the place of what is there; all others stay. */
  files: { path: string; text: string }[]
}

export interface NewBranch {
  /** Without `refs/heads/`. */
  branch: string
  parent: Sha
  /** As CommitDetails tells it. */
  tree: Sha
  /** The commit's whole message. */
  message: string
}

/** `refused` says why, for people: the name is taken by another, there is no such commit or tree, a rule forbids it, the App may not. */
export type BranchOutcome = { kind: 'made'; revision: Sha } | { kind: 'refused'; why: string }

export interface PullRequestFacts {
  number: number
  title: string
  author: string
  /** Whether an App or another machine opened it. */
  bot: boolean
  /** `repository` is `owner/name`; absent where the fork it came from is gone. */
  head: { branch: string; sha: Sha; repository?: string }
  base: { branch: string }
  /** Whether it comes from outside the repository, or nobody knows any more from where. */
  fork: boolean
  state: 'open' | 'closed'
  draft: boolean
  /** Absent where it is not merged. */
  merged?: { commit: Sha; by: string }
  /**
   * GitHub's trial merge: a commit in no branch that holds what the base branch would if this were merged now. Its parents are the
   * base's commit and the head, in this order. Absent where there is a conflict, and until GitHub has worked it out: it begins with
   * that when somebody looks, takes some seconds, and tells nobody. GitHub has been seen to show an older one for a while, so
   * whoever relies on it compares its parents. From a fork, it holds what a stranger wrote.
   */
  trial?: Sha
  labels: string[]
}

/** A pull request that was merged. */
export interface MergedPull extends Pick<PullRequestFacts, 'number' | 'author' | 'head' | 'base' | 'fork'> {
  /** What it was merged as: the merge commit, the squashed one, or the last of those that were rebased. */
  commit: Sha
}

/** A pull request by its commits. */
export interface PullCommits {
  number: number
  /** Its own, of more than a hundred the newest. */
  commits: Sha[]
}

export interface LabelledPull {
  number: number
  base: { branch: string }
  /** What it came as: the merge commit, the squashed one, or the last of those that were rebased; and `head`, where that came by it. */
  commits: Sha[]
  /** Whether the first of them is known. */
  merged: boolean
}

export interface LabelledPulls {
  pulls: LabelledPull[]
  /** Whether there are no others. */
  all: boolean
}

/** An open pull request as GitHub lists it. Whether it can be merged is not said there. */
export interface OpenPullRequest extends Pick<PullRequestFacts, 'number' | 'head' | 'base' | 'fork' | 'draft'> {
  /** Of its last change of any kind, a comment too. */
  updatedAt: Instant
}

export interface NewPullRequest {
  /** A branch of the same repository. */
  head: string
  base: string
  title: string
  /** Markdown. */
  body: string
}

/** `refused` says why in GitHub's words: nothing to merge, one is open already, it cannot be reverted, the App may not. */
export type PullRequestOutcome = { kind: 'opened'; number: number } | { kind: 'refused'; why: string }
