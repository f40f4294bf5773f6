import { repositoryBody } from '../bodies/repository.ts'
import { type InstallationRoutes, page } from '../call.ts'

/** What an installation is told of itself. */
export const installationRoutes: InstallationRoutes = {
  'GET /installation/repositories': {
    needs: ['metadata:read'],
    answer(call) {
      const { installation, repositories } = call.token
      const reached = [...call.world.repositories.values()].filter(
        (repo) => repo.installation === installation && (repositories?.includes(repo.id) ?? true),
      )
      return page(
        call,
        reached,
        (repo) => repositoryBody(call.world, repo),
        (shown) => ({ total_count: reached.length, repository_selection: repositories ? 'selected' : 'all', repositories: shown }),
      )
    },
  },
}
