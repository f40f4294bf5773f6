import type { Sha } from '../../domain/repository.ts'
import { orUndefined } from './absent.ts'
import type { RepositoryClient, RestClient } from './clients.ts'

/** Who set a status: an App by its slug, anybody else as `@login`, which is no App's. */
export type Reporters = Map<string, string>

/**
 * Who set the newest status of these contexts. Only the whole list of a commit's statuses tells, which is long where a system says
 * much: it is read no further than it takes, and only where an App's word is required.
 */
export async function statusReporters(
  { rest, paginate, place }: RepositoryClient,
  revision: Sha,
  contexts: ReadonlySet<string>,
): Promise<Reporters> {
  const found: Reporters = new Map()
  if (contexts.size === 0) return found
  for await (const { data } of paginate.iterator(rest.repos.listCommitStatusesForRef, { ...place, ref: revision, per_page: 100 })) {
    for (const { context, creator } of data) {
      if (contexts.has(context) && !found.has(context)) found.set(context, reporterOf(creator))
    }
    if (found.size === contexts.size) break
  }
  return found
}

const bot = /\[bot\]$/

/** People's logins hold no brackets. */
function reporterOf(creator: { login: string } | null): string {
  if (!creator) return '@ghost'
  return bot.test(creator.login) ? creator.login.replace(bot, '') : `@${creator.login}`
}

/**
 * Whether an App of this slug has this id. Of one that is private to somebody else GitHub tells nobody: it is taken for the one,
 * since whoever owns the repository has let it set statuses there.
 */
export async function isApp({ rest }: RestClient, slug: string, id: number): Promise<boolean> {
  const found = await orUndefined(() => rest.apps.getBySlug({ app_slug: slug }))
  return found?.data === undefined || found.data === null || found.data.id === id
}
