import { z } from 'zod'
import type { Repository } from '../../domain/repository.ts'
import type { BranchOutcome, GitHubBranches, GitHubHistory, NewBranch } from '../../flow/ports.ts'
import { limited } from './absent.ts'
import type { GitHubClients } from './clients.ts'

/** Branches that the App makes. */
export function branches(clients: GitHubClients, { commitAt }: Pick<GitHubHistory, 'commitAt'>): GitHubBranches {
  /** What there is under the name; undefined where that is nothing. */
  const standing = async (repository: Repository, { branch, parent, tree }: NewBranch): Promise<BranchOutcome | undefined> => {
    const found = await commitAt(repository, `heads/${branch}`)
    if (!found) return undefined
    const same = found.tree === tree && found.parents.length === 1 && found.parents[0] === parent
    if (same) return { kind: 'made', revision: found.sha }
    return { kind: 'refused', why: `there is a branch ${branch} already, and it holds something else` }
  }

  return {
    async commitTree(repository, wanted) {
      const there = await standing(repository, wanted)
      if (there) return there
      const { rest, place } = clients.of(repository)
      const { branch, parent, tree, message } = wanted
      try {
        // Nobody is named as author: GitHub then writes the App's own name, and signs.
        const { data } = await rest.git.createCommit({ ...place, message, tree, parents: [parent] })
        await rest.git.createRef({ ...place, ref: `refs/heads/${branch}`, sha: data.sha })
        return { kind: 'made', revision: data.sha }
      } catch (error) {
        const why = refusalOf(error)
        if (why === undefined) throw error
        // Another try may have been quicker, one of which nobody has heard the end.
        return (await standing(repository, wanted)) ?? { kind: 'refused', why }
      }
    },

    async commitFiles(repository, { branch, parent, files, message }) {
      const [base, standing] = await Promise.all([commitAt(repository, parent), commitAt(repository, `heads/${branch}`)])
      if (!base) return { kind: 'refused', why: `there is no commit ${parent}` }
      if (standing && standing.sha !== parent)
        return { kind: 'refused', why: `there is a branch ${branch} already, and it holds something else` }
      const { rest, place } = clients.of(repository)
      const contents = files.map(({ path, text }) => ({ path, mode: '100644' as const, type: 'blob' as const, content: text }))
      try {
        const { data: tree } = await rest.git.createTree({ ...place, base_tree: base.tree, tree: contents })
        const { data: made } = await rest.git.createCommit({ ...place, message, tree: tree.sha, parents: [parent] })
        // Not by force: what somebody pushed there meanwhile stays.
        if (standing) await rest.git.updateRef({ ...place, ref: `heads/${branch}`, sha: made.sha, force: false })
        else await rest.git.createRef({ ...place, ref: `refs/heads/${branch}`, sha: made.sha })
        return { kind: 'made', revision: made.sha }
      } catch (error) {
        const why = refusalOf(error)
        if (why === undefined) throw error
        return { kind: 'refused', why }
      }
    },
  }
}

const refusal = z.object({
  status: z.union([z.literal(403), z.literal(422)]),
  response: z.object({ headers: z.record(z.string(), z.unknown()), data: z.object({ message: z.string() }) }),
})

/** What a 403 of GitHub's leaves out: which permission it is about. */
const permissions = 'A branch takes the permission "contents: write", and "workflows: write" where it changes .github/workflows.'

/** GitHub's words for what cannot be or the App may not; undefined for what is no refusal, or passes. */
function refusalOf(error: unknown): string | undefined {
  const refused = refusal.safeParse(error).data
  if (!refused || limited(refused)) return undefined
  const { message } = refused.response.data
  return refused.status === 403 ? `${message}. ${permissions}` : message
}
