import { commitOf } from '../history.ts'
import { moment, type Repo, type WorkflowRun, type World } from '../world.ts'
import { account, nodeId } from './account.ts'
import { pullsOf, simpleCommit } from './check.ts'
import { repositoryBody } from './repository.ts'

/** GitHub's `workflow-run`. */
export async function workflowRunBody(world: World, repo: Repo, run: WorkflowRun) {
  const api = `${world.url}/repos/${repo.fullName}`
  const own = `${api}/actions/runs/${run.id}`
  const within = repositoryBody(world, repo)
  const actor = account(world, run.by)
  const at = moment(run.at)
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WFR', run.id),
    head_branch: run.branch,
    head_sha: run.sha,
    path: workflowPath(run),
    display_title: run.name,
    run_number: 1,
    run_attempt: 1,
    event: run.event,
    status: 'completed',
    conclusion: run.conclusion,
    workflow_id: run.workflow,
    check_suite_id: run.suite,
    check_suite_node_id: nodeId('CS', run.suite),
    url: own,
    html_url: `${world.url}/${repo.fullName}/actions/runs/${run.id}`,
    pull_requests: pullsOf(world, repo, run.sha),
    created_at: at,
    updated_at: at,
    run_started_at: at,
    actor,
    triggering_actor: actor,
    jobs_url: `${own}/jobs`,
    logs_url: `${own}/logs`,
    check_suite_url: `${api}/check-suites/${run.suite}`,
    artifacts_url: `${own}/artifacts`,
    cancel_url: `${own}/cancel`,
    rerun_url: `${own}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${api}/actions/workflows/${run.workflow}`,
    head_commit: simpleCommit(await commitOf(repo.git, run.sha)),
    repository: within,
    head_repository: within,
  }
}

export const workflowPath = ({ name }: WorkflowRun): string => `.github/workflows/${name.toLowerCase().replaceAll(' ', '-')}.yml`
