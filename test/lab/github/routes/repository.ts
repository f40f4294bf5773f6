import { account, nodeId } from '../bodies/account.ts'
import { commitBody } from '../bodies/commit.ts'
import { repositoryBody } from '../bodies/repository.ts'
import { notFound, ok, type RepositoryRoutes, refused, text } from '../call.ts'
import { commitOf } from '../history.ts'
import type { Role } from '../world.ts'

/** The repository itself, its branches and its people. */
export const repositoryRoutes: RepositoryRoutes = {
  'GET /repos/{owner}/{repo}': {
    needs: ['metadata:read'],
    answer: ({ world, repo }) => ok(repositoryBody(world, repo)),
  },

  'GET /repos/{owner}/{repo}/branches/{branch}': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo } = call
      const name = text(call, 'branch')
      const sha = await repo.git.resolve(`heads/${name}`)
      if (!sha) return refused(404, 'Branch not found')
      const self = `${world.url}/repos/${repo.fullName}/branches/${name}`
      return ok({
        name,
        commit: commitBody(world, repo, await commitOf(repo.git, sha)),
        _links: { self, html: `${world.url}/${repo.fullName}/tree/${name}` },
        protected: false,
        protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
        protection_url: `${self}/protection`,
      })
    },
  },

  'GET /repos/{owner}/{repo}/git/ref/{ref}': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo } = call
      const name = text(call, 'ref')
      if (!/^(heads|tags)\//.test(name)) return notFound()
      const sha = await repo.git.resolve(name)
      if (!sha) return notFound()
      const api = `${world.url}/repos/${repo.fullName}/git`
      return ok({
        ref: `refs/${name}`,
        node_id: nodeId('REF', `${repo.id}_${name}`),
        url: `${api}/refs/${name}`,
        object: { type: 'commit', sha, url: `${api}/commits/${sha}` },
      })
    },
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
