import { type Comment, type Issue, moment, type Pull, type Repo, type World } from '../world.ts'
import { account, integration, nodeId } from './account.ts'
import { association, label } from './pull.ts'

/** GitHub's `issue-comment`. */
export function commentBody(world: World, repo: Repo, comment: Comment) {
  const api = `${world.url}/repos/${repo.fullName}/issues`
  const own = `${api}/comments/${comment.id}`
  const counts = Object.fromEntries(reactions.map((name) => [name, comment.reactions.filter((one) => one.content === name).length]))
  const kind = repo.pulls.some((pull) => pull.number === comment.issue) ? 'pull' : 'issues'
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url: own,
    html_url: `${world.url}/${repo.fullName}/${kind}/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${api}/${comment.issue}`,
    user: account(world, comment.author),
    body: comment.body,
    created_at: moment(comment.createdAt),
    updated_at: moment(comment.updatedAt),
    author_association: association(repo, comment.author.login),
    reactions: { url: `${own}/reactions`, total_count: comment.reactions.length, ...counts },
    performed_via_github_app: comment.author.login === `${world.app.slug}[bot]` ? integration(world) : null,
  }
}

const reactions = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes']

/** GitHub's `issue` as webhooks carry it; a pull request is one too, and says so in `pull_request`. */
export function issueBody(world: World, repo: Repo, issue: Issue) {
  const api = `${world.url}/repos/${repo.fullName}`
  const own = `${api}/issues/${issue.number}`
  const pull = repo.pulls.find((one) => one.number === issue.number)
  return {
    id: issue.id,
    node_id: nodeId('I', issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    user: account(world, issue.author),
    state: issue.state,
    state_reason: null,
    locked: false,
    active_lock_reason: null,
    labels: issue.labels.map((name) => label(api, name)),
    assignee: null,
    assignees: [],
    milestone: null,
    comments: repo.comments.filter((one) => one.issue === issue.number).length,
    created_at: moment(issue.createdAt),
    updated_at: moment(issue.updatedAt),
    closed_at: issue.closedAt ? moment(issue.closedAt) : null,
    author_association: association(repo, issue.author.login),
    url: own,
    html_url: `${world.url}/${repo.fullName}/${pull ? 'pull' : 'issues'}/${issue.number}`,
    repository_url: api,
    labels_url: `${own}/labels{/name}`,
    comments_url: `${own}/comments`,
    events_url: `${own}/events`,
    timeline_url: `${own}/timeline`,
    performed_via_github_app: null,
    reactions: { url: `${own}/reactions`, total_count: 0, ...Object.fromEntries(reactions.map((name) => [name, 0])) },
    ...(pull && { draft: false, pull_request: pullLinks(world, repo, pull) }),
  }
}

function pullLinks(world: World, repo: Repo, pull: Pull) {
  const html = `${world.url}/${repo.fullName}/pull/${pull.number}`
  return {
    url: `${world.url}/repos/${repo.fullName}/pulls/${pull.number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    merged_at: pull.merged ? moment(pull.merged.at) : null,
  }
}
