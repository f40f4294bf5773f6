import type { Commit, FileChange } from '../history.ts'
import type { Person, Repo, World } from '../world.ts'
import { account, nodeId } from './account.ts'

/** The address commits of this person carry, by which they are found again. */
export const emailOf = ({ id, login }: Person): string => `${id}+${login}@users.noreply.github.com`

/** The person behind a commit's address; undefined for addresses that belong to no account. */
export function byEmail(world: World, email: string): Person | undefined {
  return [...world.people.values()].find((one) => emailOf(one) === email)
}

const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }

/** GitHub's `commit`. `files` only where one commit is asked for. */
export function commitBody(world: World, repo: Repo, commit: Commit, files?: FileChange[]) {
  const api = `${world.url}/repos/${repo.fullName}`
  const html = `${world.url}/${repo.fullName}/commit`
  const owner = (email: string) => {
    const found = byEmail(world, email)
    return found ? account(world, found) : null
  }
  return {
    sha: commit.sha,
    node_id: nodeId('C', commit.sha),
    url: `${api}/commits/${commit.sha}`,
    html_url: `${html}/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    commit: {
      url: `${api}/git/commits/${commit.sha}`,
      message: commit.message,
      author: commit.author,
      committer: commit.committer,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      comment_count: 0,
      verification: unsigned,
    },
    author: owner(commit.author.email),
    committer: owner(commit.committer.email),
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${html}/${sha}` })),
    ...(files && { stats: stats(files), files: files.map((file) => diffEntry(world, repo, commit.sha, file)) }),
  }
}

/** GitHub's `git-commit`: what git itself has. */
export function gitCommitBody(world: World, repo: Repo, commit: Commit) {
  const { sha, node_id, html_url, parents, commit: told } = commitBody(world, repo, commit)
  const { message, author, committer, tree, verification, url } = told
  return { sha, node_id, url, html_url, author, committer, tree, message, parents, verification }
}

const stats = (files: FileChange[]) => {
  const additions = files.reduce((sum, file) => sum + file.additions, 0)
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0)
  return { additions, deletions, total: additions + deletions }
}

/** GitHub's `diff-entry`, without the patch. */
export function diffEntry(world: World, repo: Repo, sha: string, file: FileChange) {
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  return {
    sha: file.blob,
    filename: file.path,
    ...(file.previousPath !== undefined && { previous_filename: file.previousPath }),
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${world.url}/${repo.fullName}/blob/${sha}/${path}`,
    raw_url: `${world.url}/${repo.fullName}/raw/${sha}/${path}`,
    contents_url: `${world.url}/repos/${repo.fullName}/contents/${path}?ref=${sha}`,
  }
}
