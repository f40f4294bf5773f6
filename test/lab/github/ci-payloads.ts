import { account, nodeId } from './bodies/account.ts'
import { checkBody, suiteBody } from './bodies/check.ts'
import { commitBody } from './bodies/commit.ts'
import { repositoryBody } from './bodies/repository.ts'
import { workflowPath, workflowRunBody } from './bodies/workflow-run.ts'
import { commitOf } from './history.ts'
import { type Event, everyEvent } from './payloads.ts'
import { type CheckRun, type CheckSuite, moment, type Person, type Repo, type Status, type WorkflowRun, type World } from './world.ts'

/** `check_run`: somebody pressed a button. Only the App whose run it is hears of it. */
export async function requestedAction(world: World, repo: Repo, run: CheckRun, identifier: string, by: Person): Promise<Event> {
  const suite = repo.suites.find(({ id }) => id === run.suite)
  const payload = {
    action: 'requested_action',
    check_run: { ...checkBody(world, repo, run), ...(suite && { check_suite: await suiteBody(world, repo, suite) }) },
    requested_action: { identifier },
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, by),
  }
  return { repo, name: 'check-run-requested-action', header: 'check_run', payload }
}

/** `check_suite`: all runs of a suite are completed. */
export async function suiteCompleted(world: World, repo: Repo, suite: CheckSuite, by: Person): Promise<Event> {
  const payload = {
    action: 'completed',
    check_suite: await suiteBody(world, repo, suite),
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, by),
  }
  return { repo, name: 'check-suite-completed', header: 'check_suite', payload }
}

/** `status`: a commit got one. Apps hear of their own, too. */
export async function statusSet(world: World, repo: Repo, status: Status): Promise<Event> {
  const api = `${world.url}/repos/${repo.fullName}`
  const refs = (await repo.git.run(['for-each-ref', '--format=%(refname:lstrip=2)', `--points-at=${status.sha}`, 'refs/heads'])).split('\n')
  const payload = {
    id: status.id,
    sha: status.sha,
    name: repo.fullName,
    target_url: status.targetUrl,
    avatar_url: account(world, status.creator).avatar_url,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: commitBody(world, repo, await commitOf(repo.git, status.sha)),
    branches: refs
      .filter((name) => name !== '')
      .map((name) => ({ name, commit: { sha: status.sha, url: `${api}/commits/${status.sha}` }, protected: false })),
    created_at: moment(status.createdAt),
    updated_at: moment(status.createdAt),
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, status.creator),
  }
  return { repo, name: 'status', header: 'status', payload }
}

/** `workflow_run`: a run of GitHub Actions has ended. */
export async function workflowCompleted(world: World, repo: Repo, run: WorkflowRun): Promise<Event> {
  const path = workflowPath(run)
  const payload = {
    action: 'completed',
    workflow_run: await workflowRunBody(world, repo, run),
    workflow: {
      id: run.workflow,
      node_id: nodeId('W', run.workflow),
      name: run.name,
      path,
      state: 'active',
      created_at: moment(run.at),
      updated_at: moment(run.at),
      url: `${world.url}/repos/${repo.fullName}/actions/workflows/${run.workflow}`,
      html_url: `${world.url}/${repo.fullName}/blob/${repo.defaultBranch}/${path}`,
      badge_url: `${world.url}/${repo.fullName}/workflows/${encodeURIComponent(run.name)}/badge.svg`,
    },
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, run.by),
  }
  return { repo, name: 'workflow-run-completed', header: 'workflow_run', payload }
}

export interface PublishedImage {
  /** `shop` */
  name: string
  tag: string
  /** `sha256:…` */
  digest: string
  by: Person
}

/** `registry_package`: an image was pushed to GitHub's registry. */
export function packagePublished(world: World, repo: Repo, { name, tag, digest, by }: PublishedImage): Event {
  const now = moment(world.now())
  const owner = account(world, repo.owner)
  const html = `${world.url}/${repo.owner.login}/${repo.name}/packages`
  const payload = {
    action: 'published',
    registry_package: {
      id: world.id(),
      name,
      namespace: repo.owner.login,
      description: '',
      ecosystem: 'CONTAINER',
      package_type: 'CONTAINER',
      html_url: `${html}/${name}`,
      created_at: now,
      updated_at: now,
      owner,
      package_version: {
        id: world.id(),
        version: digest,
        name: digest,
        description: '',
        summary: '',
        html_url: `${html}/${name}?tag=${tag}`,
        package_url: `ghcr.io/${repo.owner.login}/${name}:${tag}`,
        installation_command: `docker pull ghcr.io/${repo.owner.login}/${name}:${tag}`,
        created_at: now,
        updated_at: now,
        author: account(world, by),
        metadata: [],
        package_files: [],
        container_metadata: { labels: {}, manifest: {}, tag: { name: tag, digest } },
      },
      registry: {
        about_url: `${world.url}/about`,
        name: 'GitHub CONTAINER registry',
        type: 'CONTAINER',
        url: 'https://ghcr.io',
        vendor: 'GitHub Inc',
      },
    },
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, by),
  }
  return { repo, name: 'registry-package-published', header: 'registry_package', payload }
}

/** The webhooks above as GitHub's description names them. */
export const ciWebhooks = [
  'check-run-requested-action',
  'check-suite-completed',
  'status',
  'workflow-run-completed',
  'registry-package-published',
]
