import { z } from 'zod'
import type { Repository } from '../../domain/repository.ts'
import type { GitHubPullRequests, OpenPullRequest, PullRequestOutcome } from '../../flow/ports.ts'
import { orUndefined } from './absent.ts'
import type { GitHubClients } from './clients.ts'
import { mayPass, refusalsIn } from './graphql-errors.ts'
import { detailsOf } from './history.ts'
import { labelledPulls } from './labelled-pulls.ts'
import { factsOf, mergedFactsOf, openFactsOf } from './pull-facts.ts'

/** GitHub takes more than 20 kB to tell of one pull request, and of most it has been told already: few are asked for at a time. */
const page = { size: 10, most: 10 }
/** In one answer. */
const mostCommits = 100

/** Pull requests: what they are, and those the App opens. */
export function pullRequests(clients: GitHubClients): GitHubPullRequests {
  const shown = async (repository: Repository, number: number) => {
    const { rest, place } = clients.of(repository)
    return (await orUndefined(() => rest.pulls.get({ ...place, pull_number: number })))?.data
  }

  return {
    ...labelledPulls(clients),

    async pullRequest(repository, number) {
      const pull = await shown(repository, number)
      return pull && factsOf(repository, pull)
    },

    async mergedWith(repository, commit) {
      const { rest, place } = clients.of(repository)
      const { data } = await rest.repos.listPullRequestsAssociatedWithCommit({ ...place, commit_sha: commit, per_page: 10 })
      return data.flatMap((pull) => mergedFactsOf(repository, pull) ?? [])
    },

    async commitsOfPull(repository, number) {
      const { rest, place } = clients.of(repository)
      const { data } = await rest.pulls.listCommits({ ...place, pull_number: number, per_page: mostCommits })
      return data.length < mostCommits ? data.map(detailsOf) : undefined
    },

    async openPullRequests(repository, since) {
      const { rest, paginate, place } = clients.of(repository)
      const asked = { ...place, state: 'open', sort: 'updated', direction: 'desc', per_page: page.size } as const
      let pages = 0
      const found = await paginate(rest.pulls.list, asked, ({ data }, done) => {
        pages += 1
        const changed = data.filter((pull) => Date.parse(pull.updated_at) >= Date.parse(since))
        if (pages === page.most || changed.length < data.length) done()
        return changed.map((pull) => openFactsOf(repository, pull))
      })
      // One that moves to the top while they are read pushes another from a page onto the next.
      return [...new Map(found.map((pull): [number, OpenPullRequest] => [pull.number, pull])).values()]
    },

    async openPullRequest(repository, { head, base, title, body }) {
      const { rest, place } = clients.of(repository)
      return opened(async () => (await rest.pulls.create({ ...place, head, base, title, body })).data.number)
    },

    async findOpenPullRequest(repository, { head, base }) {
      const { rest, place } = clients.of(repository)
      const { data } = await rest.pulls.list({ ...place, state: 'open', head: `${place.owner}:${head}`, base, per_page: 1 })
      return data[0]?.number
    },

    async revertPullRequest(repository, number, words) {
      const pull = await shown(repository, number)
      if (!pull) return { kind: 'refused', why: `there is no pull request #${number}` }
      const { graphql } = clients.of(repository)
      return opened(async () => {
        const answer = await graphql(revert, { input: { pullRequestId: pull.node_id, ...words } })
        return reverted.parse(answer).revertPullRequest.revertPullRequest.number
      })
    },
  }
}

/** REST has no such thing: https://docs.github.com/graphql/reference/mutations#revertpullrequest. */
const revert = 'mutation ($input: RevertPullRequestInput!) { revertPullRequest(input: $input) { revertPullRequest { number } } }'
const reverted = z.object({ revertPullRequest: z.object({ revertPullRequest: z.object({ number: z.number() }) }) })

/** What REST answers to what cannot be. */
const unprocessable = z.object({ status: z.literal(422), message: z.string() })

async function opened(open: () => Promise<number>): Promise<PullRequestOutcome> {
  try {
    return { kind: 'opened', number: await open() }
  } catch (error) {
    const refused = unprocessable.safeParse(error).data
    if (refused) return { kind: 'refused', why: refused.message }
    const why = refusalsIn(error)
    if (why !== undefined) return { kind: 'refused', why }
    throw mayPass(error)
  }
}
