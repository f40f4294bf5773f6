import { z } from 'zod'
import { mayUse } from './call.ts'
import type { GraphQLCall } from './graphql.ts'
import { type Commit, commits, isAncestor } from './history.ts'
import type { Pull, Repo, World } from './world.ts'

type Read = { kind: 'read'; value: object } | { kind: 'refused'; type: 'NOT_FOUND' | 'FORBIDDEN'; message: string }

const named = z.object({ owner: z.string(), name: z.string() })
const paging = z.object({ first: z.number().optional(), last: z.number().optional(), after: z.string().nullish() })
const ofLabels = paging.extend({ labels: z.array(z.string()) })

/** Repositories that whoever asks may see. */
export const seenBy = ({ token: { installation, repositories } }: GraphQLCall['caller'], world: World): Repo[] =>
  [...world.repositories.values()].filter((repo) => repo.installation === installation && (repositories?.includes(repo.id) ?? true))

/** What GraphQL tells of a repository: its commits with the pull requests they came by, and its pull requests by their labels. */
export function readRepository({ world, caller }: GraphQLCall, args: unknown): Read {
  const { owner, name } = named.parse(args)
  const repo = seenBy(caller, world).find((one) => one.fullName.toLowerCase() === `${owner}/${name}`.toLowerCase())
  if (!repo) return { kind: 'refused', type: 'NOT_FOUND', message: `Could not resolve to a Repository with the name '${owner}/${name}'.` }
  if (!mayUse(caller, ['pull_requests:read']) || !mayUse(caller, ['contents:read']))
    return { kind: 'refused', type: 'FORBIDDEN', message: 'Resource not accessible by integration' }
  return {
    kind: 'read',
    value: {
      object: async ({ oid }: { oid: string }) => {
        const sha = await repo.git.resolve(oid)
        return sha && commitNode(repo, sha)
      },
      pullRequests: (wanted: unknown) => {
        const { labels, ...page } = ofLabels.parse(wanted)
        const newestFirst = repo.pulls.filter((pull) => pull.labels.some((label) => labels.includes(label))).toReversed()
        return connection(newestFirst, page, (pull) => pullNode(repo, pull))
      },
    },
  }
}

const commitNode = (repo: Repo, sha: string): object => ({
  __typename: 'Commit',
  oid: sha,
  associatedPullRequests: async (page: unknown) => {
    const related = await Promise.all(repo.pulls.map((pull) => cameBy(repo, pull, sha)))
    return connection(
      repo.pulls.filter((_pull, index) => related[index]),
      paging.parse(page),
      (pull) => pullNode(repo, pull),
    )
  },
})

/**
 * Of a commit in the default branch only the merged pull request that brought it there; of another also those that are open or were merged
 * elsewhere.
 */
async function cameBy(repo: Repo, pull: Pull, sha: string): Promise<boolean> {
  if (pull.merged?.sha === sha) return true
  const isOwn = (await isAncestor(repo.git, sha, pull.head.sha)) && !(await isAncestor(repo.git, sha, pull.base.sha))
  if (!isOwn || (pull.state === 'closed' && !pull.merged)) return false
  return !(await isAncestor(repo.git, sha, repo.defaultBranch)) || (pull.merged !== undefined && pull.base.branch === repo.defaultBranch)
}

const pullNode = (repo: Repo, pull: Pull): object => ({
  number: pull.number,
  baseRefName: pull.base.branch,
  mergeCommit: () => (pull.merged ? commitNode(repo, pull.merged.sha) : null),
  commits: async (page: unknown) => {
    const own = await commits(repo.git, `${pull.base.sha}..${pull.head.sha}`, 250)
    return connection(own.toReversed(), paging.parse(page), ({ sha }: Commit) => ({ commit: commitNode(repo, sha) }))
  },
})

/** The first of a list after a cursor, or the last. */
function connection<T>(all: readonly T[], { first, last, after }: z.infer<typeof paging>, node: (one: T) => object) {
  const start = last === undefined ? Number(after ?? 0) : Math.max(0, all.length - last)
  const end = start + (first ?? all.length)
  return {
    totalCount: all.length,
    nodes: all.slice(start, end).map(node),
    pageInfo: { hasNextPage: end < all.length, endCursor: String(Math.min(end, all.length)) },
  }
}
