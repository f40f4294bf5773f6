import { z } from 'zod'
import { commitBody, diffEntry } from '../bodies/commit.ts'
import { fullPullBody, pullBody } from '../bodies/pull.ts'
import { created, invalid, notFound, numeric, ok, page, type RepositoryCall, type RepositoryRoutes } from '../call.ts'
import { changes, commits, isAncestor } from '../history.ts'
import { openPull } from '../pulls.ts'
import { tryMerge } from '../trial.ts'
import { bot, type Pull } from '../world.ts'

const wanted = z.object({ title: z.string(), body: z.string().nullish(), head: z.string(), base: z.string() })

/** Pull requests. Landfall opens some, and merges none. */
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
        .filter((pull) => head === null || head === `${pull.head.repo.owner.login}:${pull.head.branch}`)
        .filter((pull) => base === null || base === pull.base.branch)
        .toSorted((a, b) => (a[by].getTime() - b[by].getTime() || a.number - b.number) * (up ? 1 : -1))
      return page(call, asked, (pull) => pullBody(world, repo, pull))
    },
  },

  'POST /repos/{owner}/{repo}/pulls': {
    needs: ['pull_requests:write'],
    async answer(call) {
      const { world, repo } = call
      const { title, body, head, base } = wanted.parse(call.body)
      const [from, onto] = await Promise.all([head, base].map((branch) => repo.git.resolve(`heads/${branch}`)))
      if (!from || !onto) return invalid([{ resource: 'PullRequest', field: from ? 'base' : 'head', code: 'invalid' }])
      const sorry = (message: string) => invalid([{ resource: 'PullRequest', code: 'custom', message }])
      const same = (pull: Pull) =>
        pull.state === 'open' && pull.head.repo === repo && pull.head.branch === head && pull.base.branch === base
      if (repo.pulls.some(same)) return sorry(`A pull request already exists for ${repo.owner.login}:${head}.`)
      if (await isAncestor(repo.git, from, onto)) return sorry(`No commits between ${base} and ${head}`)
      const sides = { base: { branch: base, sha: onto }, head: { branch: head, sha: from, repo } }
      const { pull, events } = await openPull(world, repo, { title, body: body ?? null, author: bot(world), ...sides })
      call.announce(events)
      return created(await fullPullBody(world, repo, pull))
    },
  },

  'GET /repos/{owner}/{repo}/pulls/{pull_number}': {
    needs: ['pull_requests:read'],
    async answer(call) {
      const found = pullIn(call)
      if (!found) return notFound()
      const shown = await fullPullBody(call.world, call.repo, found)
      // GitHub works it out behind the answer: only whoever looks again sees it.
      await tryMerge(call.world, call.repo, found)
      return ok(shown)
    },
  },

  'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits': {
    needs: ['pull_requests:read'],
    async answer(call) {
      const { world, repo } = call
      const found = pullIn(call)
      if (!found) return notFound()
      // Its own head is kept also where its branch is gone.
      const own = (await commits(repo.git, `${found.base.sha}..${found.head.sha}`, 250)).toReversed()
      return page(call, own, (one) => commitBody(world, repo, one))
    },
  },

  'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': {
    needs: ['pull_requests:read'],
    async answer(call) {
      const { world, repo } = call
      const found = pullIn(call)
      if (!found) return notFound()
      const from = await repo.git.run(['merge-base', found.base.sha, found.head.sha])
      return page(call, await changes(repo.git, from, found.head.sha, true), (one) => diffEntry(world, repo, found.head.sha, one))
    },
  },
}

const pullIn = (call: RepositoryCall): Pull | undefined => call.repo.pulls.find((one) => one.number === numeric(call, 'pull_number'))
