import { changes, commits } from '../history.ts'
import { mergeability } from '../trial.ts'
import { moment, type Pull, type Repo, type World } from '../world.ts'
import { account, nodeId } from './account.ts'
import { repositoryBody } from './repository.ts'

/** GitHub's `pull-request-simple`, as lists show it. */
export function pullBody(world: World, repo: Repo, pull: Pull) {
  const api = `${world.url}/repos/${repo.fullName}`
  const own = `${api}/pulls/${pull.number}`
  const html = `${world.url}/${repo.fullName}/pull/${pull.number}`
  const links = {
    self: own,
    html,
    issue: `${api}/issues/${pull.number}`,
    comments: `${api}/issues/${pull.number}/comments`,
    review_comments: `${own}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${own}/commits`,
    statuses: `${api}/statuses/${pull.head.sha}`,
  }
  const side = ({ branch, sha }: { branch: string; sha: string }, of: Repo) => ({
    label: `${of.owner.login}:${branch}`,
    ref: branch,
    sha,
    user: account(world, of.owner),
    repo: repositoryBody(world, of),
  })
  return {
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    body: pull.body,
    user: account(world, pull.author),
    author_association: association(repo, pull.author.login),
    url: own,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: links.issue,
    comments_url: links.comments,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    commits_url: links.commits,
    statuses_url: links.statuses,
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    base: side(pull.base, repo),
    head: side(pull.head, pull.head.repo),
    created_at: moment(pull.createdAt),
    updated_at: moment(pull.updatedAt),
    closed_at: pull.closedAt ? moment(pull.closedAt) : null,
    merged_at: pull.merged ? moment(pull.merged.at) : null,
    merge_commit_sha: mergeability(pull).merge_commit_sha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: pull.labels.map((name) => label(api, name)),
    milestone: null,
    auto_merge: null,
    active_lock_reason: null,
    draft: pull.draft,
  }
}

/** GitHub's `label`. */
export function label(api: string, name: string) {
  const id = [...name].reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7) % 2 ** 40
  return {
    id,
    node_id: nodeId('LA', id),
    url: `${api}/labels/${encodeURIComponent(name)}`,
    name,
    color: 'ededed',
    default: false,
    description: null,
  }
}

/** GitHub's `pull-request`, as one is shown and as webhooks carry it. */
export async function fullPullBody(world: World, repo: Repo, pull: Pull) {
  const files = await changes(repo.git, await repo.git.run(['merge-base', pull.base.sha, pull.head.sha]), pull.head.sha)
  const contained = await commits(repo.git, `${pull.base.sha}..${pull.head.sha}`, 250)
  return {
    ...pullBody(world, repo, pull),
    merged: pull.merged !== undefined,
    merged_by: pull.merged ? account(world, pull.merged.by) : null,
    ...mergeability(pull),
    maintainer_can_modify: false,
    comments: repo.comments.filter((comment) => comment.issue === pull.number).length,
    review_comments: 0,
    commits: contained.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  }
}

/** What GitHub shows beside a name. No authorisation: readers may be collaborators too. */
export function association(repo: Repo, login: string): 'OWNER' | 'COLLABORATOR' | 'NONE' {
  if (login === repo.owner.login) return 'OWNER'
  return repo.collaborators.has(login.toLowerCase()) ? 'COLLABORATOR' : 'NONE'
}
