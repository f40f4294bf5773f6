import { account, nodeId } from './bodies/account.ts'
import { commentBody, issueBody } from './bodies/comment.ts'
import { byEmail } from './bodies/commit.ts'
import { fullPullBody } from './bodies/pull.ts'
import { repositoryBody } from './bodies/repository.ts'
import { type Commit, changes, commits } from './history.ts'
import type { Comment, Issue, Person, Pull, Repo, World } from './world.ts'

/** A webhook's content and what it is called: `pull-request-closed` in GitHub's description, `pull_request` in the header. */
export interface Event {
  /** What it happened in. */
  repo: Repo
  name: string
  header: string
  payload: Record<string, unknown>
}

export interface RefUpdate {
  /** `refs/heads/main` */
  ref: string
  /** Forty zeros for a new branch. */
  before: string
  /** Forty zeros for a deleted one. */
  after: string
  forced: boolean
  by: Person
}

export const nothing = '0'.repeat(40)

/** `push`: a branch or tag was moved, made or deleted. */
export async function push(world: World, repo: Repo, { ref, before, after, forced, by }: RefUpdate): Promise<Event> {
  const html = `${world.url}/${repo.fullName}`
  const deleted = after === nothing
  // A new branch brings the commits that the default branch has not.
  const range = `${before === nothing ? repo.defaultBranch : before}..${after}`
  const found = deleted ? [] : await commits(repo.git, range, 2048)
  const pushed = await Promise.all(found.toReversed().map((one) => pushedCommit(world, repo, one)))
  const head = deleted ? undefined : (await commits(repo.git, after, 1))[0]
  const payload = {
    ref,
    before,
    after,
    created: before === nothing,
    deleted,
    forced,
    base_ref: null,
    compare: `${html}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: pushed,
    head_commit: head ? await pushedCommit(world, repo, head) : null,
    repository: pushRepository(world, repo),
    pusher: { name: by.login, email: `${by.login}@example.com` },
    ...everyEvent(world, repo, by),
  }
  return { repo, name: 'push', header: 'push', payload }
}

/** `pull_request`; closed whether merged or not. `changes` is what was edited. */
export async function pullRequest(
  world: World,
  repo: Repo,
  pull: Pull,
  action: 'opened' | 'synchronize' | 'reopened' | 'edited' | 'closed',
  by: Person,
  more?: { before: string; after: string } | { changes: Record<string, unknown> },
): Promise<Event> {
  const payload = {
    action,
    number: pull.number,
    pull_request: await fullPullBody(world, repo, pull),
    ...more,
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, by),
  }
  return { repo, name: `pull-request-${action}`, header: 'pull_request', payload }
}

/** `issue_comment`: somebody wrote under an issue or a pull request, or changed what stood there. */
export function issueComment(world: World, repo: Repo, issue: Issue, comment: Comment, edit?: { from: string; by: Person }): Event {
  const action = edit ? 'edited' : 'created'
  const payload = {
    action,
    ...(edit && { changes: { body: { from: edit.from } } }),
    issue: issueBody(world, repo, issue),
    comment: commentBody(world, repo, comment),
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, edit?.by ?? comment.author),
  }
  return { repo, name: `issue-comment-${action}`, header: 'issue_comment', payload }
}

interface NamedRef {
  kind: 'branch' | 'tag'
  name: string
  by: Person
}

/** `create`: there is a new branch or tag. */
export function refCreated(world: World, repo: Repo, { kind, name, by }: NamedRef): Event {
  const payload = {
    ref: name,
    ref_type: kind,
    master_branch: repo.defaultBranch,
    description: null,
    pusher_type: 'user',
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, by),
  }
  return { repo, name: 'create', header: 'create', payload }
}

/** `delete`: a branch or tag is gone. */
export function refDeleted(world: World, repo: Repo, { kind, name, by }: NamedRef): Event {
  const payload = {
    ref: name,
    ref_type: kind,
    pusher_type: 'user',
    repository: repositoryBody(world, repo),
    ...everyEvent(world, repo, by),
  }
  return { repo, name: 'delete', header: 'delete', payload }
}

/** The webhooks above as GitHub's description names them. */
export const codeWebhooks = [
  'push',
  'create',
  'delete',
  'pull-request-opened',
  'pull-request-synchronize',
  'pull-request-reopened',
  'pull-request-edited',
  'pull-request-closed',
  'issue-comment-created',
  'issue-comment-edited',
]

/** What every event carries. */
export function everyEvent(world: World, { owner, installation }: Repo, sender: Person) {
  return {
    sender: account(world, sender),
    ...(owner.type === 'Organization' && { organization: organization(world, owner) }),
    ...(installation && {
      installation: { id: installation.id, node_id: nodeId('MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9u', installation.id) },
    }),
  }
}

function organization({ url }: World, { id, login }: Person) {
  const api = `${url}/orgs/${login}`
  return {
    login,
    id,
    node_id: nodeId('O', id),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${url}/avatars/${id}`,
    description: '',
  }
}

/** Pushes alone tell times in seconds since 1970 and carry a few older fields. */
function pushRepository(world: World, repo: Repo) {
  const body = repositoryBody(world, repo)
  return {
    ...body,
    owner: { ...body.owner, name: repo.owner.login, email: null },
    url: body.html_url,
    created_at: Math.floor(repo.createdAt.getTime() / 1000),
    pushed_at: Math.floor(repo.pushedAt.getTime() / 1000),
    stargazers: 0,
    master_branch: repo.defaultBranch,
    ...(repo.owner.type === 'Organization' && { organization: repo.owner.login }),
  }
}

async function pushedCommit(world: World, repo: Repo, commit: Commit) {
  const files = await changes(repo.git, commit.parents[0], commit.sha)
  const named = (status: string) => files.filter((file) => file.status === status).map((file) => file.path)
  const signed = ({ name, email, date }: Commit['author']) => {
    const someone = byEmail(world, email)
    return { name, email, date, ...(someone && { username: someone.login }) }
  }
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${world.url}/${repo.fullName}/commit/${commit.sha}`,
    author: signed(commit.author),
    committer: signed(commit.committer),
    added: named('added'),
    removed: named('removed'),
    modified: named('modified'),
  }
}
