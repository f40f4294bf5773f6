import { createHash } from 'node:crypto'
import type { CommentRef } from '../../src/domain/intent.ts'
import type { Repository, Sha } from '../../src/domain/repository.ts'
import type { CommitStatus, DeploymentStatus, GitHub, NewDeployment, Reaction, Role, Snapshot } from '../../src/flow/ports.ts'

interface Commit {
  files: Record<string, string>
  subject: string
  author: string
}

/** One repository on GitHub: branches of commits, people with roles, and everything Landfall ever published there. */
export class FakeGitHub implements GitHub {
  readonly commits = new Map<Sha, Commit>()
  readonly branches = new Map<string, Sha>()
  /** Merged pull requests, by merge commit. */
  readonly merged = new Map<Sha, number>()
  readonly roles: Record<string, Role> = { mona: 'write' }
  readonly statuses: CommitStatus[] = []
  readonly comments: { id: number; issue: number; body: string }[] = []
  readonly reactions: { comment: number; reaction: Reaction }[] = []
  readonly deployments: (NewDeployment & { id: number; statuses: DeploymentStatus[] })[] = []
  /** Called before each request; what it returns is thrown. */
  fails: (call: keyof GitHub) => Error | undefined = () => undefined
  readonly calls: (keyof GitHub)[] = []
  #made = 0

  /** A commit on a branch: the files of its head with these changes (`null` removes one). */
  commit(branch: string, changes: Record<string, string | null>, { subject = 'A change', author = 'mona' } = {}): Sha {
    const before = this.commits.get(this.branches.get(branch) ?? '')?.files ?? {}
    const all = Object.entries({ ...before, ...changes })
    const files = Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null))
    this.#made += 1
    const sha = createHash('sha1')
      .update(`${this.#made} ${JSON.stringify(files)}`)
      .digest('hex')
    this.commits.set(sha, { files, subject, author })
    this.branches.set(branch, sha)
    return sha
  }

  /** The texts of one status context on a commit, in the order they were set. */
  statusesOf(sha: Sha, context = 'landfall/production'): [CommitStatus['state'], string][] {
    return this.statuses
      .filter((status) => status.revision === sha && status.context === context)
      .map(({ state, description }) => [state, description])
  }

  async snapshot(_repository: Repository, revision: Sha): Promise<Snapshot> {
    this.#called('snapshot')
    const { files } = this.#commitAt(revision)
    return {
      revision,
      paths: () => Object.keys(files),
      read: (path) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
    }
  }

  async file(_repository: Repository, path: string, ref = 'main'): Promise<string | undefined> {
    this.#called('file')
    return this.commits.get(this.branches.get(ref) ?? '')?.files[path]
  }

  async head(_repository: Repository, branch: string) {
    this.#called('head')
    const sha = this.branches.get(branch)
    if (sha === undefined) return undefined
    const { subject, author } = this.#commitAt(sha)
    return { sha, subject, author }
  }

  async pullRequestOf(_repository: Repository, revision: Sha): Promise<number | undefined> {
    this.#called('pullRequestOf')
    return this.merged.get(revision)
  }

  async role(_repository: Repository, person: string): Promise<Role> {
    this.#called('role')
    return this.roles[person] ?? 'none'
  }

  async react(_repository: Repository, comment: CommentRef, reaction: Reaction): Promise<void> {
    this.#called('react')
    this.reactions.push({ comment: comment.id, reaction })
  }

  async comment(_repository: Repository, issue: number, body: string): Promise<number> {
    this.#called('comment')
    const id = this.comments.length + 1
    this.comments.push({ id, issue, body })
    return id
  }

  async editComment(_repository: Repository, id: number, body: string): Promise<void> {
    this.#called('editComment')
    const comment = this.comments.find((known) => known.id === id)
    if (!comment) throw new Error(`there is no comment ${id}`)
    comment.body = body
  }

  async setStatus(_repository: Repository, status: CommitStatus): Promise<void> {
    this.#called('setStatus')
    this.statuses.push(status)
  }

  async createDeployment(_repository: Repository, deployment: NewDeployment): Promise<number> {
    this.#called('createDeployment')
    const id = this.deployments.length + 1
    this.deployments.push({ ...deployment, id, statuses: [] })
    return id
  }

  async setDeploymentStatus(_repository: Repository, id: number, status: DeploymentStatus): Promise<void> {
    this.#called('setDeploymentStatus')
    const deployment = this.deployments.find((known) => known.id === id)
    if (!deployment) throw new Error(`there is no deployment ${id}`)
    deployment.statuses.push(status)
  }

  #commitAt(sha: Sha): Commit {
    const commit = this.commits.get(sha)
    if (!commit) throw new Error(`there is no commit ${sha}`)
    return commit
  }

  #called(call: keyof GitHub): void {
    this.calls.push(call)
    const error = this.fails(call)
    if (error) throw error
  }
}

/** An answer as Octokit throws it. */
export const httpError = (status: number, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`HTTP ${status}`), { name: 'HttpError', status, response: { headers } })
