import type { Repository, Sha } from '../../domain/repository.ts'

/** Pull requests: what they are, and those the App opens. */
export interface GitHubPullRequests {
  /** Undefined for a number that is no pull request's. */
  pullRequest(repository: Repository, number: number): Promise<PullRequestFacts | undefined>
  openPullRequest(repository: Repository, wanted: NewPullRequest): Promise<PullRequestOutcome>
  /** The open pull request from one branch of the repository into another. */
  findOpenPullRequest(repository: Repository, branches: Pick<NewPullRequest, 'head' | 'base'>): Promise<number | undefined>
  /**
   * Opens the pull request that takes a merged one back. GitHub makes the reverse commit on a branch `revert-12-NAME`, NAME being
   * the branch of the pull request that is taken back: by that it is found again.
   */
  revertPullRequest(repository: Repository, number: number, words: Pick<NewPullRequest, 'title' | 'body'>): Promise<PullRequestOutcome>
}

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
  /** Absent where it is not merged: open ones have a commit of GitHub's own trial, which is nobody's. */
  merged?: { commit: Sha; by: string }
  labels: string[]
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
