import type { CommentFacts, GitHub } from '../../flow/ports.ts'
import { orUndefined } from './absent.ts'
import type { GitHubClients } from './clients.ts'
import type { OwnLogin } from './own-login.ts'

type Comments = Pick<GitHub, 'newestComment' | 'commentsSince' | 'findComments' | 'react' | 'comment' | 'editComment' | 'removeComment'>

/** Comments on issues and pull requests: people's, and the App's own. */
export function comments(clients: GitHubClients, ownLogin: OwnLogin): Comments {
  return {
    async newestComment(repository) {
      const { rest, place } = clients.of(repository)
      const { data } = await rest.issues.listCommentsForRepo({ ...place, sort: 'created', direction: 'desc', per_page: 1 })
      return data[0]?.created_at
    },

    async commentsSince(repository, since) {
      const { rest, paginate, place } = clients.of(repository)
      // GitHub compares `since` with the time of the last change: what was only edited since then comes too.
      const asked = { ...place, since, sort: 'created', direction: 'asc', per_page: 100 } as const
      const found = await paginate(rest.issues.listCommentsForRepo, asked)
      const made = found.filter((one) => Date.parse(one.created_at) >= Date.parse(since))
      return made.map(
        (one): CommentFacts => ({
          id: one.id,
          issue: Number(one.issue_url.split('/').at(-1)),
          body: one.body ?? '',
          // Of somebody whose account is gone.
          author: one.user?.login ?? 'ghost',
          bot: one.user?.type === 'Bot',
          createdAt: one.created_at,
          edited: one.updated_at !== one.created_at,
        }),
      )
    },

    async findComments(repository, issue, text) {
      const { rest, paginate, place } = clients.of(repository)
      const own = await ownLogin()
      const all = await paginate(rest.issues.listComments, { ...place, issue_number: issue, per_page: 100 })
      return all.filter(({ user, body }) => user?.login === own && body?.includes(text)).map(({ id }) => id)
    },

    async react(repository, comment, reaction) {
      const { rest, place } = clients.of(repository)
      await rest.reactions.createForIssueComment({ ...place, comment_id: comment.id, content: reaction })
    },

    async comment(repository, issue, body) {
      const { rest, place } = clients.of(repository)
      return (await rest.issues.createComment({ ...place, issue_number: issue, body })).data.id
    },

    async editComment(repository, comment, body) {
      const { rest, place } = clients.of(repository)
      return (await orUndefined(() => rest.issues.updateComment({ ...place, comment_id: comment, body }))) !== undefined
    },

    async removeComment(repository, comment) {
      const { rest, place } = clients.of(repository)
      await orUndefined(() => rest.issues.deleteComment({ ...place, comment_id: comment }))
    },
  }
}
