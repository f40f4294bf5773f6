import type { Repository, Sha } from '../../domain/repository.ts'
import type { GitHubHistory } from '../../flow/ports.ts'
import { orUndefined } from './absent.ts'
import type { GitHubClients } from './clients.ts'

/** Some megabytes; those asked for longest ago are forgotten. */
const usualRoom = 20_000

/** A tag of a tag of a tag: nobody makes more of them. */
const deepest = 5

/** Tags, and the commits of those that are objects of their own. */
export function tags(clients: GitHubClients, room = usualRoom): Pick<GitHubHistory, 'tags' | 'commitOfTag'> {
  // One memory for all: an object's id is made of what it says, whoever may see it.
  const commits = new Map<Sha, Sha>()

  return {
    async tags(repository, prefix) {
      const { rest, paginate, place } = clients.of(repository)
      const found = await paginate(rest.git.listMatchingRefs, { ...place, ref: `tags/${prefix}` })
      return found.map(({ ref, object }) => ({
        name: ref.replace(/^refs\/tags\//, ''),
        object: object.sha,
        ...(object.type === 'tag' && { annotated: true as const }),
      }))
    },

    async commitOfTag(repository, object) {
      const commit = commits.get(object) ?? (await peeled(repository, object))
      // A copy of GitHub that has not heard of it yet may have it in a moment.
      if (commit === undefined) return undefined
      commits.delete(object)
      for (const oldest of commits.keys()) {
        if (commits.size < room) break
        commits.delete(oldest)
      }
      commits.set(object, commit)
      return commit
    },
  }

  async function peeled(repository: Repository, object: Sha): Promise<Sha | undefined> {
    const { rest, place } = clients.of(repository)
    let at = object
    for (let depth = 0; depth < deepest; depth += 1) {
      const tag = await orUndefined(() => rest.git.getTag({ ...place, tag_sha: at }))
      if (tag?.data.object.type !== 'tag') return tag?.data.object.type === 'commit' ? tag.data.object.sha : undefined
      at = tag.data.object.sha
    }
    return undefined
  }
}
