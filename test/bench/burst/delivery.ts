import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { z } from 'zod'
import type { Told } from './traffic.ts'

/** What is needed to write out a webhook beside what it tells. */
export interface Origin {
  /** The App's installation on the repository's owner. */
  installation: number
  /** Commits of each branch, oldest first, the one the burst found there included: index 0 of a telling is the second. */
  commits: Record<string, string[]>
  /** GitHub's ids of the comments that hold commands, by their number in the burst. */
  comments: Record<string, number>
}

/** What the comments say. */
export const command = '/rollback'
const talk = 'Looks good to me.\nWho needs it types /rollback on a line of its own.'

/** Everything but the address, as bytes: head and body of one request of HTTP/1.1. */
export function requestBytes(told: Told, origin: Origin, target: { host: string; path: string }, secret: string): Buffer {
  const { event, payload } = contentOf(told, origin)
  const body = Buffer.from(JSON.stringify(payload))
  const head = [
    `POST ${target.path} HTTP/1.1`,
    `host: ${target.host}`,
    'user-agent: GitHub-Hookshot/57a1d1f',
    'accept: */*',
    'content-type: application/json',
    `content-length: ${body.length}`,
    `x-github-delivery: ${told.guid}`,
    `x-github-event: ${event}`,
    `x-hub-signature-256: sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
}

const noCommit = '0'.repeat(40)

/** The commit that a push or a merge brought, and the one before it. */
export function moveOf({ branch, index }: { branch: string; index: number }, { commits }: Origin): { before: string; after: string } {
  const before = commits[branch]?.[index]
  const after = commits[branch]?.[index + 1]
  if (before === undefined || after === undefined) throw new Error(`branch ${branch} has no commit ${index + 1}`)
  return { before, after }
}

/** GitHub's id of the comment that holds a command. */
export function commentOf({ comment }: { comment: number }, { comments }: Origin): number {
  const id = comments[comment]
  if (id === undefined) throw new Error(`nobody wrote comment ${comment}`)
  return id
}

/** The one tag there is in every repository, pushed again and again. */
export const taggedBy = { ref: 'refs/tags/v1', after: noCommit.replace('0', '1') }

function contentOf(told: Told, origin: Origin): { event: string; payload: Record<string, unknown> } {
  const about = {
    repository: repositoryIn(told.repository),
    installation: { id: origin.installation },
    sender: { login: 'mona', type: 'User' },
  }
  switch (told.kind) {
    case 'push':
      return {
        event: 'push',
        payload: { ...examples.push, ...about, ref: `refs/heads/${told.branch}`, ...moveOf(told, origin), forced: false },
      }
    case 'tag':
      return {
        event: 'push',
        // Of a tag without a message GitHub tells no other commit.
        payload: { ...examples.push, ...about, before: noCommit, ...taggedBy, head_commit: null },
      }
    case 'branch deleted':
      return {
        event: 'push',
        payload: { ...examples.push, ...about, ref: 'refs/heads/gone', before: noCommit.replace('0', '1'), after: noCommit },
      }
    case 'merged': {
      const merged = { merged: true, merge_commit_sha: moveOf(told, origin).after, base: { ...examples.pull.base, ref: told.branch } }
      return pull('closed', merged, about)
    }
    case 'pull request opened':
      return pull('opened', { merged: false, merge_commit_sha: null }, about)
    case 'pull request closed':
      return pull('closed', { merged: false, merge_commit_sha: null }, about)
    case 'talk':
      return comment(1, talk, about)
    case 'command':
      return comment(commentOf(told, origin), command, about)
  }
}

function pull(action: 'opened' | 'closed', changes: Record<string, unknown>, about: Record<string, unknown>) {
  return { event: 'pull_request', payload: { ...examples.pullRequest, ...about, action, pull_request: { ...examples.pull, ...changes } } }
}

function comment(id: number, text: string, about: Record<string, unknown>) {
  const made = { ...examples.comment.comment, id, body: text }
  return {
    event: 'issue_comment',
    payload: { ...examples.comment, ...about, action: 'created', issue: { ...examples.issue, number: 1 }, comment: made },
  }
}

function repositoryIn(fullName: string): Record<string, unknown> {
  const [login, name] = fullName.split('/')
  return { ...examples.repository, name, full_name: fullName, owner: { ...examples.owner, login } }
}

const body = z.record(z.string(), z.unknown())
const published = z.array(z.object({ name: z.string(), examples: z.array(body) }))

/** GitHub's own examples: a burst of them weighs what real webhooks weigh, 7 to 24 kB. */
const examples = readExamples()

function readExamples() {
  const all = published.parse(createRequire(import.meta.url)('@octokit/webhooks-examples'))
  const of = (name: string, action?: string) => {
    const found = all.find((one) => one.name === name)?.examples.find((example) => action === undefined || example.action === action)
    if (!found) throw new Error(`there is no example of ${name} ${action ?? ''}`)
    return found
  }
  const pullRequest = of('pull_request', 'closed')
  const pull = z.looseObject({ base: body }).parse(pullRequest.pull_request)
  const comment = z.looseObject({ comment: body, issue: body }).parse(of('issue_comment', 'created'))
  const repository = z.looseObject({ owner: body }).parse(pullRequest.repository)
  return { push: of('push'), pullRequest, pull, comment, issue: comment.issue, repository, owner: repository.owner }
}
