import { announce, type Delivering, type Moved, moved, type RepositoryParts, signatureOf, tip } from './branches.ts'
import type { Files, Person as Signature } from './git.ts'
import { type MergeMethod, mergeCommit } from './history.ts'
import { issueComment, nothing, pullRequest } from './payloads.ts'
import { type Comment, type Delivery, type Issue, type Person, type Pull, person, type Repo, type World } from './world.ts'

export interface PullOptions {
  /** Head branch; made from base if new. Without files it stays as it is. */
  branch: string
  files?: Files
  /** Default: the default branch. */
  base?: string
  title?: string
  body?: string
  /** Default `mona`. */
  author?: string
}

/** What people do with pull requests, issues and comments; announced by webhook. */
export interface Discussions {
  openPullRequest(options: PullOptions & Delivering): Promise<{ number: number; sha: string; deliveries: Delivery[] }>
  /** As the merge button does: the commit, the branch, and the webhooks `push` and `pull_request` closed. Throws on a conflict. */
  merge(number: number, options: { method?: MergeMethod; by: string } & Delivering): Promise<Moved>
  closePullRequest(number: number, options: { by: string } & Delivering): Promise<Delivery[]>
  /** The new issue's number. No webhook: Landfall hears of no issues. */
  openIssue(title: string, by: string): number
  commentOn(issue: number, body: string, by: string, options?: Delivering): Promise<{ id: number; deliveries: Delivery[] }>
  /** Changes a comment's words, whoever's it is. GitHub tells times in whole seconds: an edit in the second of its making does not show. */
  editComment(comment: number, body: string, by: string, options?: Delivering): Promise<Delivery[]>
}

/** Who commits when the merge button is pressed. */
const web: Signature = { name: 'GitHub', email: 'noreply@github.com' }

export function discussions(parts: RepositoryParts): Discussions {
  const { world, repo } = parts

  const openPull = (number: number): Pull => {
    const found = repo.pulls.find((pull) => pull.number === number && pull.state === 'open')
    if (!found) throw new Error(`${repo.fullName} has no open pull request ${number}`)
    return found
  }

  const issueOf = (number: number): Issue => {
    const found = repo.issues.find((one) => one.number === number)
    if (!found) throw new Error(`${repo.fullName} has no issue or pull request ${number}`)
    return found
  }

  return {
    async openPullRequest({ branch, files, base = repo.defaultBranch, title = `Bring ${branch}`, body, author = 'mona', deliver }) {
      const before = (await repo.git.resolve(`heads/${branch}`)) ?? nothing
      const baseSha = await tip(repo, base)
      const by = person(world, author)
      const signature = signatureOf(by)
      const parent = before === nothing ? baseSha : before
      const sha = files
        ? await repo.git.commit({ branch, parent, files, author: signature, committer: signature, at: world.now(), message: title })
        : await tip(repo, branch)
      const pushed = files ? await moved(parts, branch, before, sha, by) : []

      const sides = { base: { branch: base, sha: baseSha }, head: { branch, sha }, merged: undefined }
      const pull: Pull = { ...newIssue(world, repo, title, by), body: body ?? null, ...sides }
      repo.pulls.push(pull)
      repo.issues.push(pull)
      const events = [...pushed, await pullRequest(world, repo, pull, 'opened', by)]
      return { number: pull.number, sha, deliveries: await announce(parts, events, deliver) }
    },

    async merge(number, { method = 'merge', by: login, deliver }) {
      const pull = openPull(number)
      const by = person(world, login)
      const { branch } = pull.base
      const before = await tip(repo, branch)
      const author = signatureOf(method === 'squash' ? pull.author : by)
      const message = mergeMessage(repo, pull, method)
      const at = world.now()
      const sha = await mergeCommit(repo.git, { base: before, head: pull.head.sha, method, message, author, committer: web, at })
      await repo.git.run(['update-ref', `refs/heads/${branch}`, sha, before])
      close(pull, at)
      Object.assign(pull, { merged: { sha, by, at }, base: { branch, sha: before } })
      const events = [...(await moved(parts, branch, before, sha, by)), await pullRequest(world, repo, pull, 'closed', by)]
      return { sha, before, deliveries: await announce(parts, events, deliver) }
    },

    async closePullRequest(number, { by, deliver }) {
      const pull = openPull(number)
      close(pull, world.now())
      return announce(parts, [await pullRequest(world, repo, pull, 'closed', person(world, by))], deliver)
    },

    openIssue(title, by) {
      const issue = newIssue(world, repo, title, person(world, by))
      repo.issues.push(issue)
      return issue.number
    },

    async commentOn(number, body, by, { deliver } = {}) {
      const issue = issueOf(number)
      const now = world.now()
      const author = person(world, by)
      const comment: Comment = { id: world.id(), issue: number, author, body, createdAt: now, updatedAt: now, reactions: [] }
      repo.comments.push(comment)
      return { id: comment.id, deliveries: await announce(parts, [issueComment(world, repo, issue, comment)], deliver) }
    },

    async editComment(id, body, by, { deliver } = {}) {
      const comment = repo.comments.find((one) => one.id === id)
      if (!comment) throw new Error(`${repo.fullName} has no comment ${id}`)
      const from = comment.body
      Object.assign(comment, { body, updatedAt: world.now() })
      const edit = { from, by: person(world, by) }
      return announce(parts, [issueComment(world, repo, issueOf(comment.issue), comment, edit)], deliver)
    },
  }
}

const close = (pull: Pull, at: Date): void => void Object.assign(pull, { state: 'closed', closedAt: at, updatedAt: at })

function newIssue(world: World, repo: Repo, title: string, author: Person) {
  const now = world.now()
  const number = repo.issues.length + 1
  return { id: world.id(), number, title, body: null, author, state: 'open' as const, createdAt: now, updatedAt: now, closedAt: undefined }
}

function mergeMessage(repo: Repo, pull: Pull, method: MergeMethod): string {
  if (method === 'squash') return `${pull.title} (#${pull.number})`
  return `Merge pull request #${pull.number} from ${repo.owner.login}/${pull.head.branch}\n\n${pull.title}`
}
