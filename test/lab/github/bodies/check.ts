import { type Commit, commitOf } from '../history.ts'
import { suiteState } from '../suites.ts'
import { type CheckRun, type CheckSuite, moment, type Pull, type Repo, type World } from '../world.ts'
import { integration, nodeId } from './account.ts'
import { repositoryBody } from './repository.ts'

/** GitHub's `check-run`. */
export function checkBody(world: World, repo: Repo, run: CheckRun) {
  const url = `${world.url}/repos/${repo.fullName}/check-runs/${run.id}`
  const html = `${world.url}/${repo.fullName}/runs/${run.id}`
  const { annotations, ...output } = run.output
  return {
    id: run.id,
    node_id: nodeId('CR', run.id),
    head_sha: run.sha,
    name: run.name,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...output, annotations_count: annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suite },
    app: integration(world, run.app),
    pull_requests: pullsOf(world, repo, run.sha),
  }
}

/** GitHub's `check-suite`, as lists and webhooks show it. */
export async function suiteBody(world: World, repo: Repo, suite: CheckSuite) {
  const api = `${world.url}/repos/${repo.fullName}`
  const { status, conclusion, runs } = suiteState(repo, suite)
  const commit = await commitOf(repo.git, suite.sha)
  return {
    id: suite.id,
    node_id: nodeId('CS', suite.id),
    head_branch: suite.branch,
    head_sha: suite.sha,
    status,
    conclusion,
    url: `${api}/check-suites/${suite.id}`,
    before: commit.parents[0] ?? null,
    after: suite.sha,
    pull_requests: pullsOf(world, repo, suite.sha),
    app: integration(world, suite.app),
    created_at: moment(suite.createdAt),
    updated_at: moment(suite.createdAt),
    latest_check_runs_count: runs,
    check_runs_url: `${api}/check-suites/${suite.id}/check-runs`,
    head_commit: simpleCommit(commit),
    repository: repositoryBody(world, repo),
    rerequestable: true,
    runs_rerequestable: true,
  }
}

/** GitHub's `simple-commit`. */
export const simpleCommit = ({ sha, tree, message, author, committer }: Commit) => ({
  id: sha,
  tree_id: tree,
  message,
  timestamp: committer.date,
  author: { name: author.name, email: author.email },
  committer: { name: committer.name, email: committer.email },
})

/** Open pull requests of the repository's own branches with this head: those of forks GitHub leaves out. */
export function pullsOf(world: World, repo: Repo, sha: string) {
  const within = { id: repo.id, url: `${world.url}/repos/${repo.fullName}`, name: repo.name }
  const side = ({ branch, sha: at }: Pull['base']) => ({ ref: branch, sha: at, repo: within })
  return repo.pulls
    .filter((pull) => pull.state === 'open' && pull.head.sha === sha && pull.head.repo === repo)
    .map((pull) => ({
      id: pull.id,
      number: pull.number,
      url: `${within.url}/pulls/${pull.number}`,
      head: side(pull.head),
      base: side(pull.base),
    }))
}
