import { z } from 'zod'
import type { GitHubPullRequests, LabelledPull, PullCommits } from '../../flow/ports.ts'
import type { GitHubClients, RepositoryClient } from './clients.ts'
import { mayPass } from './graphql-errors.ts'

/** Of labelled pull requests: a page costs one point of the 5,000 an hour. */
const page = { size: 100, most: 5 }
/** Commits asked about at once, and at most. GitHub gives an answer ten seconds. */
const batch = { size: 50, most: 250 }

/** Pull requests by their label and by their commits: REST tells a commit's one by one, and those of a label without what they were merged as. */
export function labelledPulls(clients: GitHubClients): Pick<GitHubPullRequests, 'labelledPulls' | 'pullsBehind'> {
  return {
    async labelledPulls(repository, label, head) {
      const client = clients.of(repository)
      const pulls: LabelledPull[] = []
      let after: string | null = null
      for (let pages = 1; ; pages += 1) {
        const answer = await asked(client, labelled, { label, head, after, size: page.size })
        const { object, pullRequests } = list.parse(answer).repository
        const cameBy = new Set(object?.associatedPullRequests?.nodes.map(({ number }) => number))
        pulls.push(...pullRequests.nodes.map((pull) => factsOf(pull, cameBy.has(pull.number) ? head : undefined)))
        const { hasNextPage, endCursor } = pullRequests.pageInfo
        if (!hasNextPage || pages === page.most) return { pulls, all: !hasNextPage }
        after = endCursor
      }
    },

    async pullsBehind(repository, commits) {
      const client = clients.of(repository)
      const last = commits.slice(-batch.most)
      const found = new Map<number, PullCommits>()
      let all = last.length === commits.length
      for (let start = 0; start < last.length; start += batch.size) {
        const answer = await asked(client, behind(last.slice(start, start + batch.size)), {})
        for (const one of Object.values(objects.parse(answer).repository)) {
          const pulls = one?.associatedPullRequests
          if (pulls && isCut(pulls)) all = false
          for (const pull of pulls?.nodes ?? []) {
            found.set(pull.number, commitsOf(pull))
            if (isCut(pull.commits)) all = false
          }
        }
      }
      return { pulls: [...found.values()], all }
    },
  }
}

/** Where there is no such commit, or it is something else, GitHub tells no pull requests. */
const labelled = `query ($owner: String!, $repo: String!, $label: String!, $head: GitObjectID!, $size: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    object(oid: $head) { ... on Commit { associatedPullRequests(first: 20) { nodes { number } } } }
    pullRequests(labels: [$label], first: $size, after: $after, orderBy: { field: CREATED_AT, direction: DESC }) {
      pageInfo { hasNextPage endCursor }
      nodes { number baseRefName mergeCommit { oid } }
    }
  }
}`

const behind = (commits: readonly string[]): string => `query ($owner: String!, $repo: String!) {
  repository(owner: $owner, name: $repo) {
${commits.map((commit, index) => `    c${index}: object(oid: ${JSON.stringify(commit)}) { ...cameBy }`).join('\n')}
  }
}
fragment cameBy on Commit { associatedPullRequests(first: 5) { totalCount nodes { number commits(last: 100) { totalCount nodes { commit { oid } } } } } }`

const pullCommits = z.object({
  number: z.number(),
  commits: z.object({ totalCount: z.number(), nodes: z.array(z.object({ commit: z.object({ oid: z.string() }) })) }),
})
const labelledPull = z.object({
  number: z.number(),
  baseRefName: z.string(),
  mergeCommit: z.object({ oid: z.string() }).nullable(),
})
const list = z.object({
  repository: z.object({
    object: z.object({ associatedPullRequests: z.object({ nodes: z.array(z.object({ number: z.number() })) }).nullish() }).nullable(),
    pullRequests: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      nodes: z.array(labelledPull),
    }),
  }),
})
const objects = z.object({
  repository: z.record(
    z.string(),
    z.object({ associatedPullRequests: z.object({ totalCount: z.number(), nodes: z.array(pullCommits) }).nullish() }).nullable(),
  ),
})

/** Whether GitHub told fewer than there are. */
const isCut = ({ totalCount, nodes }: { totalCount: number; nodes: readonly unknown[] }): boolean => totalCount > nodes.length

async function asked({ graphql, place }: RepositoryClient, query: string, variables: Record<string, unknown>): Promise<unknown> {
  try {
    return await graphql(query, { ...place, ...variables })
  } catch (error) {
    throw mayPass(error)
  }
}

const commitsOf = ({ number, commits }: z.infer<typeof pullCommits>): PullCommits => ({
  number,
  commits: commits.nodes.map(({ commit }) => commit.oid),
})

function factsOf({ number, baseRefName: branch, mergeCommit }: z.infer<typeof labelledPull>, head: string | undefined): LabelledPull {
  const commits = [mergeCommit?.oid, head].filter((commit) => commit !== undefined)
  return { number, base: { branch }, commits, merged: mergeCommit !== null }
}
