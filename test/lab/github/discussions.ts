import { announce, type Delivering, type Moved, type RepositoryParts, signatureOf, tip } from './branches.ts'
import type { Files, Person as Signature } from './git.ts'
import { type MergeMethod, mergeCommit } from './history.ts'
import { close, moved } from './moves.ts'
import { issueComment, nothing, pullRequest } from './payloads.ts'
import { newIssue, openPull } from './pulls.ts'
import { type Comment, type Delivery, findRepository, type Issue, type Person, type Pull, person, type Repo } from './world.ts'

export interface PullOptions {
  /** Head branch; made from base if new. Without files it stays as it is. */
  branch: string
  files?: Files
  /** A fork the head branch is in. */
  from?: { owner: string; name: string }
  /** Default: the default branch. */
  base?: string
  title?: string
  body?: string
  /** Default `mona`. */
  author?: string
  draft?: boolean
}

/** What people do with pull requests, issues and comments; announced by webhook. */
export interface Discussions {
  openPullRequest(options: PullOptions & Delivering): Promise<{ number: number; sha: string; deliveries: Delivery[] }>
  /** As the merge button does: the commit, the branch, and the webhooks `push` and `pull_request` closed. Throws on a conflict. */
  merge(number: number, options: { method?: MergeMethod; by: string } & Delivering): Promise<Moved>
  closePullRequest(number: number, options: { by: string } & Delivering): Promise<Delivery[]>
  reopenPullRequest(number: number, options: { by: string } & Delivering): Promise<Delivery[]>
  /** Another title, or another branch to merge into. */
  editPullRequest(number: number, change: { title?: string; base?: string }, options: { by: string } & Delivering): Promise<Delivery[]>
  /** Without telling anybody. */
  label(number: number, ...labels: string[]): void
  /** The new issue's number. No webhook: Landfall hears of no issues. */
  openIssue(title: string, by: string): number
  commentOn(issue: number, body: string, by: string, options?: Delivering): Promise<{ id: number; deliveries: Delivery[] }>
  /** Changes a comment's words, whoever's it is. GitHub tells times in whole seconds: an edit in the second of its making does not show. */
  editComment(comment: number, body: string, by: string, options?: Delivering): Promise<Delivery[]>
}

interface HeadWanted {
  branch: string
  files: Files | undefined
  /** Where a new branch begins. */
  onto: string
  by: Person
  title: string
}

/** Who commits when the merge button is pressed. */
const web: Signature = { name: 'GitHub', email: 'noreply@github.com' }

export function discussions(parts: RepositoryParts): Discussions {
  const { world, repo } = parts

  const openPullOf = (number: number): Pull => {
    const found = repo.pulls.find((pull) => pull.number === number && pull.state === 'open')
    if (!found) throw new Error(`${repo.fullName} has no open pull request ${number}`)
    return found
  }

  const issueOf = (number: number): Issue => {
    const found = repo.issues.find((one) => one.number === number)
    if (!found) throw new Error(`${repo.fullName} has no issue or pull request ${number}`)
    return found
  }

  /** The head branch of a new pull request, with one more commit where files are given. */
  const headOf = async (source: Repo, { branch, files, onto, by, title }: HeadWanted) => {
    const before = await source.git.resolve(`heads/${branch}`)
    if (!files) return { sha: await tip(source, branch), events: [] }
    if (source !== repo) await source.git.run(['fetch', '--quiet', repo.git.folder, onto])
    const signature = signatureOf(by)
    const signed = { author: signature, committer: signature, at: world.now(), message: title }
    const sha = await source.git.commit({ branch, parent: before ?? onto, files, ...signed })
    return { sha, events: await moved({ world, repo: source }, branch, before ?? nothing, sha, by) }
  }

  return {
    async openPullRequest({ branch, files, from, base = repo.defaultBranch, title = `Bring ${branch}`, deliver, ...options }) {
      const { body, author = 'mona', draft } = options
      const by = person(world, author)
      const source = from ? findRepository(world, from.owner, from.name) : repo
      if (!source) throw new Error('there is no such fork')
      const sha = await tip(repo, base)
      const head = await headOf(source, { branch, files, onto: sha, by, title })
      const opened = await openPull(world, repo, {
        title,
        body: body ?? null,
        author: by,
        base: { branch: base, sha },
        head: { branch, sha: head.sha, repo: source },
        draft,
      })
      const deliveries = await announce(parts, [...head.events, ...opened.events], deliver)
      return { number: opened.pull.number, sha: head.sha, deliveries }
    },

    async merge(number, { method = 'merge', by: login, deliver }) {
      const pull = openPullOf(number)
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
      const events = [...(await moved(parts, branch, before, sha, by, true)), await pullRequest(world, repo, pull, 'closed', by)]
      return { sha, before, deliveries: await announce(parts, events, deliver) }
    },

    async closePullRequest(number, { by, deliver }) {
      const pull = openPullOf(number)
      close(pull, world.now())
      return announce(parts, [await pullRequest(world, repo, pull, 'closed', person(world, by))], deliver)
    },

    async reopenPullRequest(number, { by, deliver }) {
      const pull = repo.pulls.find((one) => one.number === number && one.state === 'closed' && !one.merged)
      if (!pull) throw new Error(`${repo.fullName} has no closed pull request ${number}`)
      Object.assign(pull, { state: 'open', closedAt: undefined, updatedAt: world.now() })
      return announce(parts, [await pullRequest(world, repo, pull, 'reopened', person(world, by))], deliver)
    },

    async editPullRequest(number, { title, base }, { by, deliver }) {
      const pull = openPullOf(number)
      const changes = {
        ...(title !== undefined && { title: { from: pull.title } }),
        ...(base !== undefined && { base: { ref: { from: pull.base.branch }, sha: { from: pull.base.sha } } }),
      }
      if (title !== undefined) pull.title = title
      if (base !== undefined) pull.base = { branch: base, sha: await tip(repo, base) }
      pull.updatedAt = world.now()
      return announce(parts, [await pullRequest(world, repo, pull, 'edited', person(world, by), { changes })], deliver)
    },

    label: (number, ...labels) => void issueOf(number).labels.push(...labels),

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

function mergeMessage(repo: Repo, pull: Pull, method: MergeMethod): string {
  if (method === 'squash') return `${pull.title} (#${pull.number})`
  return `Merge pull request #${pull.number} from ${repo.owner.login}/${pull.head.branch}\n\n${pull.title}`
}
