import { z } from 'zod'
import { fullName, type Repository } from '../../domain/repository.ts'
import type { MergedPull, OpenPullRequest, PullRequestFacts } from '../../flow/ports.ts'

/** What is read of a pull request that GitHub lists. */
const listedPull = z.object({
  number: z.number(),
  /** GitHub tells no repository for a head whose fork is gone, though its types do not say so. */
  head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
  base: z.object({ ref: z.string() }),
  draft: z.boolean().exactOptional(),
  updated_at: z.string(),
})
export type ListedPull = z.infer<typeof listedPull>

const listOfPulls = /\/repos\/[^/]+\/[^/]+\/pulls\?/

/**
 * A list of pull requests without all that nobody here reads: a hundredth of it is left. It is looked at all the time, and kept whole it
 * would take the place of what else is remembered. Other answers are left as they are.
 */
export function reducedPulls(url: string, body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (!listOfPulls.test(url)) return body
  const listed = z.array(listedPull).safeParse(JSON.parse(new TextDecoder().decode(body))).data
  return listed ? new TextEncoder().encode(JSON.stringify(listed)) : body
}

/** What it says of one that is asked for alone. */
export interface ShownPull extends ListedPull {
  title: string
  user: { login: string; type: string } | null
  state: string
  labels: { name: string }[]
  merged: boolean
  merged_by: { login: string } | null
  /** Null while GitHub works it out, and of closed ones. */
  mergeable: boolean | null
  /** Of a merged one the commit it was merged as. Of an open one the newest trial that went well, whatever it was of. */
  merge_commit_sha: string | null
}

/** GitHub's own deed where an account is gone. */
const ghost = 'ghost'

export function factsOf(repository: Repository, pull: ShownPull): PullRequestFacts {
  const { title, merged, merge_commit_sha: commit } = pull
  const open = pull.state === 'open'
  return {
    ...sidesOf(repository, pull),
    title,
    author: pull.user?.login ?? ghost,
    bot: pull.user?.type === 'Bot',
    state: open ? 'open' : 'closed',
    labels: pull.labels.map(({ name }) => name),
    ...(merged && commit && { merged: { commit, by: pull.merged_by?.login ?? ghost } }),
    ...(open && pull.mergeable && commit && { trial: commit }),
  }
}

/** Undefined for one that is not merged. */
export function mergedFactsOf(
  repository: Repository,
  pull: ListedPull & Pick<ShownPull, 'user' | 'merge_commit_sha'> & { merged_at: string | null },
): MergedPull | undefined {
  const { number, head, base, fork } = sidesOf(repository, pull)
  const { user, merge_commit_sha: commit, merged_at: at } = pull
  return at === null || commit === null ? undefined : { number, author: user?.login ?? ghost, head, base, fork, commit }
}

export const openFactsOf = (repository: Repository, pull: ListedPull): OpenPullRequest => ({
  ...sidesOf(repository, pull),
  updatedAt: pull.updated_at,
})

function sidesOf(repository: Repository, { number, head, base, draft = false }: ListedPull) {
  return {
    number,
    head: { branch: head.ref, sha: head.sha, ...(head.repo && { repository: head.repo.full_name }) },
    base: { branch: base.ref },
    fork: head.repo?.full_name.toLowerCase() !== fullName(repository).toLowerCase(),
    draft,
  }
}
