import { z } from 'zod'
import { account, nodeId } from '../bodies/account.ts'
import { repositoryBody } from '../bodies/repository.ts'
import { created, invalid, notFound, page, type RepositoryRoutes, text, tooLong } from '../call.ts'
import { statusSet } from '../ci-payloads.ts'
import { bot, moment, type Repo, type Status, type World } from '../world.ts'

const newStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  target_url: z.string().nullish(),
  description: z.string().nullish(),
  context: z.string().default('default'),
})

/** GitHub keeps no more per commit and context. */
const most = 1000

/** Commit statuses: appended for ever, the newest of each context counts. */
export const statusRoutes: RepositoryRoutes = {
  'POST /repos/{owner}/{repo}/statuses/{sha}': {
    needs: ['statuses:write'],
    async answer(call) {
      const { world, repo } = call
      const given = newStatus.parse(call.body)
      const sha = await repo.git.resolve(text(call, 'sha'))
      if (!sha) return invalid([{ resource: 'Status', code: 'custom', message: `No commit found for SHA: ${text(call, 'sha')}` }])
      if ((given.description?.length ?? 0) > 140) return tooLong('Status', 'description', 140)
      if (given.target_url && !/^https?:\/\//.test(given.target_url)) {
        return invalid([{ resource: 'Status', field: 'target_url', code: 'custom', message: 'Target URL must use http(s) scheme' }])
      }
      if (repo.statuses.filter((one) => one.sha === sha && one.context === given.context).length >= most) {
        return invalid([
          { resource: 'Status', code: 'custom', message: 'This SHA and context has reached the maximum number of statuses.' },
        ])
      }
      const status: Status = {
        id: world.id(),
        sha,
        context: given.context,
        state: given.state,
        description: given.description ?? null,
        targetUrl: given.target_url ?? null,
        creator: bot(world),
        createdAt: world.now(),
      }
      repo.statuses.push(status)
      // Nobody else wants to know, and of a commit's many statuses each would cost git a look.
      if (world.app.events.includes('status')) call.announce([await statusSet(world, repo, status)])
      return created({ ...simple(world, repo, status), creator: account(world, status.creator) })
    },
  },

  'GET /repos/{owner}/{repo}/commits/{ref}/statuses': {
    needs: ['statuses:read'],
    async answer(call) {
      const { world, repo } = call
      const sha = await repo.git.resolve(text(call, 'ref'))
      if (!sha) return notFound()
      const all = repo.statuses.filter((one) => one.sha === sha).toReversed()
      return page(call, all, (one) => ({ ...simple(world, repo, one), creator: account(world, one.creator) }))
    },
  },

  'GET /repos/{owner}/{repo}/commits/{ref}/status': {
    needs: ['statuses:read'],
    async answer(call) {
      const { world, repo } = call
      const sha = await repo.git.resolve(text(call, 'ref'))
      if (!sha) return notFound()
      const newest = [...new Map(repo.statuses.filter((one) => one.sha === sha).map((one) => [one.context, one])).values()]
      return page(
        call,
        newest,
        (one) => simple(world, repo, one),
        (statuses) => ({
          state: combined(newest),
          statuses,
          sha,
          total_count: newest.length,
          repository: repositoryBody(world, repo),
          commit_url: `${world.url}/repos/${repo.fullName}/commits/${sha}`,
          url: `${world.url}/repos/${repo.fullName}/commits/${sha}/status`,
        }),
      )
    },
  },
}

/** GitHub's rule; no status at all is pending. */
function combined(statuses: Status[]): 'failure' | 'pending' | 'success' {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure'
  return statuses.length > 0 && statuses.every(({ state }) => state === 'success') ? 'success' : 'pending'
}

const simple = (world: World, repo: Repo, status: Status) => ({
  id: status.id,
  node_id: nodeId('SC', status.id),
  url: `${world.url}/repos/${repo.fullName}/statuses/${status.sha}`,
  avatar_url: account(world, status.creator).avatar_url,
  state: status.state,
  description: status.description,
  target_url: status.targetUrl,
  context: status.context,
  created_at: moment(status.createdAt),
  updated_at: moment(status.createdAt),
})
