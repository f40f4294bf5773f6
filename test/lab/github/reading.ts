import type { Waiting } from './waiting.ts'
import type { CheckRun, Comment, Deployment, DeploymentStatus, Reaction, Repo, Status } from './world.ts'

/** What can be seen on a repository, and waiting for it. Lists are oldest first. */
export interface Reading {
  statuses(sha: string): Status[]
  deployments(): Deployment[]
  comments(issue: number): Comment[]
  reactions(comment: number): Reaction[]
  checkRuns(sha: string): CheckRun[]
  /** The newest status of this context, once it has this state. */
  waitForStatus(sha: string, context: string, state: Status['state'], seconds?: number): Promise<Status>
  /** The newest check run of this name, once it has this status or conclusion. */
  waitForCheck(sha: string, name: string, state: string, seconds?: number): Promise<CheckRun>
  /** A deployment of the commit to the environment, once its newest status has this state. */
  waitForDeployment(sha: string, environment: string, state: DeploymentStatus['state'], seconds?: number): Promise<Deployment>
  /** The first comment under the issue whose text matches. */
  waitForComment(issue: number, matching: RegExp, seconds?: number): Promise<Comment>
  waitForReaction(comment: number, content: string, seconds?: number): Promise<Reaction>
}

export function reading(repo: Repo, { until }: Waiting): Reading {
  const statuses = (sha: string) => repo.statuses.filter((one) => one.sha === sha)
  const comments = (issue: number) => repo.comments.filter((one) => one.issue === issue)
  const reactions = (comment: number) => repo.comments.find((one) => one.id === comment)?.reactions ?? []
  return {
    statuses,
    comments,
    reactions,
    deployments: () => repo.deployments,
    checkRuns: (sha) => repo.checkRuns.filter((one) => one.sha === sha),

    waitForStatus(sha, context, state, seconds) {
      const newest = () => statuses(sha).findLast((one) => one.context === context)
      return until(`status ${context} ${state} on ${sha}`, () => (newest()?.state === state ? newest() : undefined), seconds)
    },
    waitForCheck(sha, name, state, seconds) {
      const newest = () => repo.checkRuns.findLast((one) => one.sha === sha && one.name === name)
      const stateOf = (run: CheckRun | undefined) => run?.conclusion ?? run?.status
      return until(`check run ${name} ${state} on ${sha}`, () => (stateOf(newest()) === state ? newest() : undefined), seconds)
    },
    waitForDeployment(sha, environment, state, seconds) {
      const matches = (one: Deployment) => one.sha === sha && one.environment === environment && one.statuses.at(-1)?.state === state
      return until(`deployment of ${sha} to ${environment} ${state}`, () => repo.deployments.findLast(matches), seconds)
    },
    waitForComment: (issue, matching, seconds) =>
      until(`a comment like ${matching} on #${issue}`, () => comments(issue).find((one) => matching.test(one.body)), seconds),
    waitForReaction: (comment, content, seconds) =>
      until(`reaction ${content} to comment ${comment}`, () => reactions(comment).find((one) => one.content === content), seconds),
  }
}
