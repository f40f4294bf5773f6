import { moment, type Repo, type World } from '../world.ts'
import { account, nodeId } from './account.ts'

/** GitHub's `full-repository`, which holds the lesser forms of it. */
export function repositoryBody(world: World, repo: Repo) {
  const { url } = world
  const html = `${url}/${repo.fullName}`
  const open = repo.issues.filter((issue) => issue.state === 'open').length
  return {
    id: repo.id,
    node_id: nodeId('R', repo.id),
    name: repo.name,
    full_name: repo.fullName,
    private: repo.private,
    visibility: repo.private ? 'private' : 'public',
    owner: account(world, repo.owner),
    html_url: html,
    description: null,
    homepage: null,
    language: null,
    license: null,
    mirror_url: null,
    ...links(`${url}/repos/${repo.fullName}`),
    git_url: `git://${new URL(url).host}/${repo.fullName}.git`,
    ssh_url: `git@${new URL(url).hostname}:${repo.fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    default_branch: repo.defaultBranch,
    created_at: moment(repo.createdAt),
    updated_at: moment(repo.pushedAt),
    pushed_at: moment(repo.pushedAt),
    size: 0,
    ...zeros,
    open_issues: open,
    open_issues_count: open,
    ...switches,
    fork: repo.parent !== undefined,
    topics: [],
    custom_properties: {},
  }
}

/** Counters that nothing here counts. */
const zeros = {
  forks: 0,
  forks_count: 0,
  stargazers_count: 0,
  watchers: 0,
  watchers_count: 0,
  network_count: 0,
  subscribers_count: 0,
}

const switches = {
  fork: false,
  archived: false,
  disabled: false,
  is_template: false,
  has_issues: true,
  has_projects: false,
  has_downloads: true,
  has_wiki: false,
  has_pages: false,
  has_discussions: false,
  allow_forking: true,
  web_commit_signoff_required: false,
}

function links(api: string) {
  return {
    url: api,
    archive_url: `${api}/{archive_format}{/ref}`,
    assignees_url: `${api}/assignees{/user}`,
    blobs_url: `${api}/git/blobs{/sha}`,
    branches_url: `${api}/branches{/branch}`,
    collaborators_url: `${api}/collaborators{/collaborator}`,
    comments_url: `${api}/comments{/number}`,
    commits_url: `${api}/commits{/sha}`,
    compare_url: `${api}/compare/{base}...{head}`,
    contents_url: `${api}/contents/{+path}`,
    contributors_url: `${api}/contributors`,
    deployments_url: `${api}/deployments`,
    downloads_url: `${api}/downloads`,
    events_url: `${api}/events`,
    forks_url: `${api}/forks`,
    git_commits_url: `${api}/git/commits{/sha}`,
    git_refs_url: `${api}/git/refs{/sha}`,
    git_tags_url: `${api}/git/tags{/sha}`,
    hooks_url: `${api}/hooks`,
    issue_comment_url: `${api}/issues/comments{/number}`,
    issue_events_url: `${api}/issues/events{/number}`,
    issues_url: `${api}/issues{/number}`,
    keys_url: `${api}/keys{/key_id}`,
    labels_url: `${api}/labels{/name}`,
    languages_url: `${api}/languages`,
    merges_url: `${api}/merges`,
    milestones_url: `${api}/milestones{/number}`,
    notifications_url: `${api}/notifications{?since,all,participating}`,
    pulls_url: `${api}/pulls{/number}`,
    releases_url: `${api}/releases{/id}`,
    stargazers_url: `${api}/stargazers`,
    statuses_url: `${api}/statuses/{sha}`,
    subscribers_url: `${api}/subscribers`,
    subscription_url: `${api}/subscription`,
    tags_url: `${api}/tags`,
    teams_url: `${api}/teams`,
    trees_url: `${api}/git/trees{/sha}`,
  }
}
