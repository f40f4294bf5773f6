import { integration } from '../bodies/account.ts'
import { repositoryBody } from '../bodies/repository.ts'
import { type InstallationRoutes, notFound, ok, page, text } from '../call.ts'

/** What an installation is told of itself, and of other Apps. */
export const installationRoutes: InstallationRoutes = {
  'GET /apps/{app_slug}': {
    needs: ['metadata:read'],
    answer(call) {
      const { world } = call
      const found = [world.app, ...world.apps].find(({ slug }) => slug === text(call, 'app_slug'))
      return found ? ok(integration(world, found)) : notFound()
    },
  },

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
