import { commitBody, diffEntry } from '../bodies/commit.ts'
import { pullBody } from '../bodies/pull.ts'
import { notFound, ok, page, type RepositoryCall, type RepositoryRoutes, refused, text } from '../call.ts'
import { type Commit, changes, commitOf, commits, divergence, isAncestor } from '../history.ts'

const unknownCommit = (ref: string) => refused(422, `No commit found for SHA: ${ref}`)

/** Commits, and how two of them relate. */
export const commitRoutes: RepositoryRoutes = {
  'GET /repos/{owner}/{repo}/commits': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo, query } = call
      const from = await repo.git.resolve(query.get('sha') ?? repo.defaultBranch)
      if (!from) return notFound()
      const path = query.get('path')
      const all = await commits(repo.git, from, 1000, path === null ? [] : [path])
      return page(call, all, (one) => commitBody(world, repo, one))
    },
  },

  'GET /repos/{owner}/{repo}/commits/{ref}': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo } = call
      const ref = text(call, 'ref')
      const sha = await repo.git.resolve(ref)
      if (!sha) return unknownCommit(ref)
      const commit = await commitOf(repo.git, sha)
      return ok(commitBody(world, repo, commit, await changes(repo.git, commit.parents[0], sha, true)))
    },
  },

  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls': {
    needs: ['pull_requests:read'],
    async answer(call) {
      const { world, repo } = call
      const ref = text(call, 'commit_sha')
      const sha = await repo.git.resolve(ref)
      if (!sha) return unknownCommit(ref)
      const related = await Promise.all(repo.pulls.map(async (pull) => pull.merged?.sha === sha || (await contains(call, pull, sha))))
      return page(
        call,
        repo.pulls.filter((_pull, index) => related[index]),
        (pull) => pullBody(world, repo, pull),
      )
    },
  },

  'GET /repos/{owner}/{repo}/compare/{basehead}': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo } = call
      const [baseRef = '', headRef = ''] = text(call, 'basehead').split('...')
      const [base, head] = [await repo.git.resolve(baseRef), await repo.git.resolve(headRef)]
      if (!base || !head) return notFound()
      const common = await repo.git.run(['merge-base', base, head]).catch(() => undefined)
      if (!common) return refused(404, `No common ancestor between ${baseRef} and ${headRef}.`)

      const { ahead, behind } = await divergence(repo.git, base, head)
      const paged = call.query.has('page') || call.query.has('per_page')
      // Without paging the newest 250, all at once.
      const between = (await commits(repo.git, `${base}..${head}`, paged ? 10_000 : 250)).toReversed()
      const first = Number(call.query.get('page') ?? 1) === 1
      const files = first ? await changes(repo.git, common, head, true) : []
      const html = `${world.url}/${repo.fullName}/compare/${baseRef}...${headRef}`
      const render = (one: Commit) => commitBody(world, repo, one)
      const listed = paged ? page(call, between, render) : ok(between.map(render))
      return {
        ...listed,
        body: {
          url: `${world.url}/repos/${repo.fullName}/compare/${baseRef}...${headRef}`,
          html_url: html,
          permalink_url: html,
          diff_url: `${html}.diff`,
          patch_url: `${html}.patch`,
          base_commit: commitBody(world, repo, await commitOf(repo.git, base)),
          merge_base_commit: commitBody(world, repo, await commitOf(repo.git, common)),
          status: relation(ahead, behind),
          ahead_by: ahead,
          behind_by: behind,
          total_commits: ahead,
          commits: listed.body,
          files: files.slice(0, 300).map((file) => diffEntry(world, repo, head, file)),
        },
      }
    },
  },
}

const relation = (ahead: number, behind: number) => (ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical')

async function contains({ repo }: RepositoryCall, pull: { base: { sha: string }; head: { sha: string } }, sha: string): Promise<boolean> {
  return (await isAncestor(repo.git, sha, pull.head.sha)) && !(await isAncestor(repo.git, sha, pull.base.sha))
}
