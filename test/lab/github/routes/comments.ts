import { z } from 'zod'
import { account, nodeId } from '../bodies/account.ts'
import { commentBody } from '../bodies/comment.ts'
import { created, gone, invalid, notFound, numeric, ok, page, type RepositoryCall, type RepositoryRoutes } from '../call.ts'
import { bot, type Comment, moment, type Reaction } from '../world.ts'

const written = z.object({ body: z.string() })
const reacted = z.object({ content: z.string() })

const longest = 65_536

/** Comments on issues and pull requests, and the reactions to them. */
export const commentRoutes: RepositoryRoutes = {
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    needs: ['issues:write', 'pull_requests:write'],
    answer(call) {
      const { world, repo } = call
      const issue = numeric(call, 'issue_number')
      if (!repo.issues.some((one) => one.number === issue)) return notFound()
      const { body } = written.parse(call.body)
      const wrong = unacceptable(body)
      if (wrong) return wrong
      const now = world.now()
      const comment: Comment = { id: world.id(), issue, author: bot(world), body, createdAt: now, updatedAt: now, reactions: [] }
      repo.comments.push(comment)
      return created(commentBody(world, repo, comment))
    },
  },

  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': {
    needs: ['issues:read', 'pull_requests:read'],
    answer(call) {
      const issue = numeric(call, 'issue_number')
      if (!call.repo.issues.some((one) => one.number === issue)) return notFound()
      const there = since(call).filter((one) => one.issue === issue)
      return page(call, there, (one) => commentBody(call.world, call.repo, one))
    },
  },

  'GET /repos/{owner}/{repo}/issues/comments': {
    needs: ['issues:read', 'pull_requests:read'],
    answer(call) {
      // GitHub heeds `direction` only together with `sort`.
      const by = call.query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt'
      const down = call.query.has('sort') && call.query.get('direction') !== 'asc'
      const sorted = since(call).toSorted((a, b) => (a[by].getTime() - b[by].getTime() || a.id - b.id) * (down ? -1 : 1))
      return page(call, sorted, (one) => commentBody(call.world, call.repo, one))
    },
  },

  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    needs: ['issues:read', 'pull_requests:read'],
    answer(call) {
      const found = commentIn(call)
      return found ? ok(commentBody(call.world, call.repo, found)) : notFound()
    },
  },

  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    needs: ['issues:write', 'pull_requests:write'],
    answer(call) {
      const found = commentIn(call)
      if (!found) return notFound()
      const { body } = written.parse(call.body)
      const wrong = unacceptable(body)
      if (wrong) return wrong
      Object.assign(found, { body, updatedAt: call.world.now() })
      return ok(commentBody(call.world, call.repo, found))
    },
  },

  'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}': {
    needs: ['issues:write', 'pull_requests:write'],
    answer(call) {
      const found = commentIn(call)
      if (!found) return notFound()
      call.repo.comments.splice(call.repo.comments.indexOf(found), 1)
      return gone()
    },
  },

  'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions': {
    needs: ['issues:write', 'pull_requests:write'],
    answer(call) {
      const { world } = call
      const comment = commentIn(call)
      if (!comment) return notFound()
      const { content } = reacted.parse(call.body)
      const author = bot(world)
      const same = comment.reactions.find((one) => one.content === content && one.author === author)
      if (same) return ok(reactionBody(call, same))
      const reaction: Reaction = { id: world.id(), author, content, createdAt: world.now() }
      comment.reactions.push(reaction)
      return created(reactionBody(call, reaction))
    },
  },

  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions': {
    needs: ['issues:read', 'pull_requests:read'],
    answer(call) {
      const comment = commentIn(call)
      if (!comment) return notFound()
      const content = call.query.get('content')
      const asked = comment.reactions.filter((one) => content === null || one.content === content)
      return page(call, asked, (one) => reactionBody(call, one))
    },
  },
}

function unacceptable(body: string) {
  const error = { resource: 'IssueComment', field: 'body' }
  if (body.trim() === '') return invalid([{ ...error, code: 'missing_field' }])
  if (body.length <= longest) return undefined
  return invalid([{ ...error, code: 'unprocessable', message: `Body is too long (maximum is ${longest} characters)` }])
}

function since(call: RepositoryCall): Comment[] {
  const after = call.query.get('since')
  const from = after === null ? 0 : Date.parse(after)
  return call.repo.comments.filter((one) => Math.floor(one.updatedAt.getTime() / 1000) * 1000 >= from)
}

const commentIn = (call: RepositoryCall): Comment | undefined => call.repo.comments.find((one) => one.id === numeric(call, 'comment_id'))

const reactionBody = ({ world }: RepositoryCall, reaction: Reaction) => ({
  id: reaction.id,
  node_id: nodeId('REA', reaction.id),
  user: account(world, reaction.author),
  content: reaction.content,
  created_at: moment(reaction.createdAt),
})
