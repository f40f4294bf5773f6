import { diffEntry } from '../bodies/commit.ts'
import { fullPullBody, pullBody } from '../bodies/pull.ts'
import { notFound, numeric, ok, page, type RepositoryCall, type RepositoryRoutes } from '../call.ts'
import { changes } from '../history.ts'
import type { Pull } from '../world.ts'

/** Pull requests, read only: Landfall opens none yet. */
export const pullRoutes: RepositoryRoutes = {
  'GET /repos/{owner}/{repo}/pulls': {
    needs: ['pull_requests:read'],
    answer(call) {
      const { world, repo, query } = call
      const state = query.get('state') ?? 'open'
      const [head, base] = [query.get('head'), query.get('base')]
      const by = query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt'
      const up = query.get('direction') === 'asc'
      const asked = repo.pulls
        .filter((pull) => state === 'all' || pull.state === state)
        .filter((pull) => head === null || head === `${repo.owner.login}:${pull.head.branch}`)
        .filter((pull) => base === null || base === pull.base.branch)
        .toSorted((a, b) => (a[by].getTime() - b[by].getTime() || a.number - b.number) * (up ? 1 : -1))
      return page(call, asked, (pull) => pullBody(world, repo, pull))
    },
  },

  'GET /repos/{owner}/{repo}/pulls/{pull_number}': {
    needs: ['pull_requests:read'],
    async answer(call) {
      const found = pullIn(call)
      return found ? ok(await fullPullBody(call.world, call.repo, found)) : notFound()
    },
  },

  'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': {
    needs: ['pull_requests:read'],
    async answer(call) {
      const { world, repo } = call
      const found = pullIn(call)
      if (!found) return notFound()
      const from = await repo.git.run(['merge-base', found.base.sha, found.head.sha])
      return page(call, await changes(repo.git, from, found.head.sha), (one) => diffEntry(world, repo, found.head.sha, one))
    },
  },
}

const pullIn = (call: RepositoryCall): Pull | undefined => call.repo.pulls.find((one) => one.number === numeric(call, 'pull_number'))
