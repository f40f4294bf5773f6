import { isNoCommit } from '../../domain/ref.ts'
import type { RefMove } from '../../domain/ref-move.ts'
import type { GitHubHistory } from '../../flow/ports.ts'
import { orUndefined } from './absent.ts'
import type { GitHubClients } from './clients.ts'

/** GitHub shows no more in one answer. */
const page = 100

/** GitHub's words for what became of a branch: https://docs.github.com/rest/repos/repos#list-repository-activities. */
const kinds = {
  branch_creation: 'made',
  push: 'push',
  force_push: 'forced',
  pr_merge: 'merge',
  merge_queue_merge: 'queue',
  branch_deletion: 'deleted',
} as const satisfies Record<string, RefMove['kind']>

/** Who moved branches, by GitHub's own record. */
export function moves(clients: GitHubClients): Pick<GitHubHistory, 'moves'> {
  return {
    async moves(repository, branch) {
      const { rest, place } = clients.of(repository)
      const asked = { ...place, ref: `refs/heads/${branch}`, direction: 'desc', per_page: page } as const
      // Of a branch that is gone GitHub need not tell: then nothing is known of it.
      const found = await orUndefined(() => rest.repos.listActivities(asked), [404, 422])
      const listed = found?.data ?? []
      return {
        moves: listed.map(
          ({ activity_type, before, after, actor }): RefMove => ({
            kind: kinds[activity_type],
            ...(!isNoCommit(before) && { before }),
            ...(!isNoCommit(after) && { after }),
            ...(actor?.login && { by: actor.login }),
            ...(actor?.type === 'Bot' && { machine: true }),
          }),
        ),
        all: found !== undefined && listed.length < page,
      }
    },
  }
}
