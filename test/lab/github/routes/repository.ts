import { account } from '../bodies/account.ts'
import { repositoryBody } from '../bodies/repository.ts'
import { ok, type RepositoryRoutes, refused, text } from '../call.ts'
import type { Role } from '../world.ts'

/** The repository itself, and its people. */
export const repositoryRoutes: RepositoryRoutes = {
  'GET /repos/{owner}/{repo}': {
    needs: ['metadata:read'],
    answer: ({ world, repo }) => ok(repositoryBody(world, repo)),
  },

  'GET /repos/{owner}/{repo}/collaborators/{username}/permission': {
    needs: ['metadata:read'],
    answer(call) {
      const { world, repo } = call
      const login = text(call, 'username')
      const someone = world.people.get(login.toLowerCase())
      if (!someone) return refused(404, `${login} is not a user`)
      const owns = someone.id === repo.owner.id
      const role = owns ? 'admin' : (repo.collaborators.get(login.toLowerCase()) ?? (repo.private ? 'none' : 'read'))
      const user = { ...account(world, someone), role_name: role, permissions: granted(role) }
      return ok({ permission: legacy[role], role_name: role, user })
    },
  },
}

/** GitHub's `permission` knows four; only `role_name` is exact. */
const legacy = { none: 'none', read: 'read', triage: 'read', write: 'write', maintain: 'write', admin: 'admin' } as const

function granted(role: Role | 'none') {
  const rank = Object.keys(legacy).indexOf(role)
  return { pull: rank >= 1, triage: rank >= 2, push: rank >= 3, maintain: rank >= 4, admin: rank >= 5 }
}
