import { account, nodeId } from '../bodies/account.ts'
import { commitBody } from '../bodies/commit.ts'
import { notFound, ok, page, pageUrl, type RepositoryCall, type RepositoryRoutes, refused, text } from '../call.ts'
import { commitOf } from '../history.ts'
import { moment } from '../world.ts'

/** Branches and tags, what branches require, and who moved them. */
export const branchRoutes: RepositoryRoutes = {
  'GET /repos/{owner}/{repo}/branches/{branch}': {
    needs: ['contents:read'],
    async answer(call) {
      const { world, repo } = call
      const name = text(call, 'branch')
      const sha = await repo.git.resolve(`heads/${name}`)
      if (!sha) return refused(404, 'Branch not found')
      const self = `${world.url}/repos/${repo.fullName}/branches/${name}`
      const required = requiredBy(call, name, 'protection')
      const contexts = required.map(({ context }) => context)
      const checks = required.map(({ context, app }) => ({ context, app_id: app ?? null }))
      return ok({
        name,
        commit: commitBody(world, repo, await commitOf(repo.git, sha)),
        _links: { self, html: `${world.url}/${repo.fullName}/tree/${name}` },
        protected: required.length > 0,
        protection: {
          enabled: required.length > 0,
          required_status_checks: { enforcement_level: required.length > 0 ? 'everyone' : 'off', contexts, checks },
        },
        protection_url: `${self}/protection`,
      })
    },
  },

  'GET /repos/{owner}/{repo}/rules/branches/{branch}': {
    needs: ['metadata:read'],
    answer(call) {
      const required = requiredBy(call, text(call, 'branch'), 'rules')
      const origin = { ruleset_source_type: 'Repository', ruleset_source: call.repo.fullName, ruleset_id: 1 }
      const checks = required.map(({ context, app }) => ({ context, ...(app !== undefined && { integration_id: app }) }))
      const rules = [
        { type: 'deletion', ...origin },
        ...(checks.length === 0
          ? []
          : [
              {
                type: 'required_status_checks',
                parameters: { required_status_checks: checks, strict_required_status_checks_policy: false },
                ...origin,
              },
            ]),
      ]
      return page(call, required.length === 0 ? [] : rules, (one) => one)
    },
  },

  'GET /repos/{owner}/{repo}/activity': {
    needs: ['contents:read'],
    answer(call) {
      const { world, repo, query } = call
      const ref = query.get('ref')
      // A branch may be asked for by its name alone.
      const full = ref === null || ref.startsWith('refs/') ? ref : `refs/heads/${ref}`
      const asked = repo.activities.filter((one) => full === null || one.ref === full)
      const sorted = query.get('direction') === 'asc' ? asked : asked.toReversed()
      const from = query.has('after') ? sorted.findIndex(({ id }) => String(id) === query.get('after')) + 1 : 0
      const shown = sorted.slice(from, from + Number(query.get('per_page') ?? 30))
      const last = shown.at(-1)
      return {
        ...ok(
          shown.map(({ id, before, after, ref: moved, type, actor, at }) => ({
            id,
            node_id: nodeId('PSH', id),
            before,
            after,
            ref: moved,
            timestamp: moment(at),
            activity_type: type,
            actor: account(world, actor),
          })),
        ),
        ...(last &&
          from + shown.length < sorted.length && { headers: { link: `<${pageUrl(call, String(last.id), 'after')}>; rel="next"` } }),
      }
    },
  },

  'GET /repos/{owner}/{repo}/git/ref/{ref}': {
    needs: ['contents:read'],
    async answer(call) {
      const name = text(call, 'ref')
      if (!/^(heads|tags)\//.test(name)) return notFound()
      const [found] = (await refsUnder(call, `refs/${name}`)).filter(({ ref }) => ref === `refs/${name}`)
      return found ? ok(found) : notFound()
    },
  },

  'GET /repos/{owner}/{repo}/git/matching-refs/{ref}': {
    needs: ['contents:read'],
    async answer(call) {
      return ok(await refsUnder(call, `refs/${text(call, 'ref')}`))
    },
  },
}

const requiredBy = ({ repo }: RepositoryCall, branch: string, by: 'rules' | 'protection') =>
  repo.requiredChecks.filter((one) => one.branch === branch && one.by === by)

/** Refs whose name begins so, in their order. An annotated tag points at itself, not at its commit. */
export async function refsUnder({ world, repo }: RepositoryCall, start: string) {
  const api = `${world.url}/repos/${repo.fullName}/git`
  const all = (await repo.git.run(['for-each-ref', '--format=%(refname) %(objecttype) %(objectname)', 'refs/heads', 'refs/tags'])).split(
    '\n',
  )
  return all
    .map((line) => line.split(' '))
    .filter(([ref = '']) => ref !== '' && ref.startsWith(start))
    .map(([ref = '', type = '', sha = '']) => ({
      ref,
      node_id: nodeId('REF', `${repo.id}_${ref}`),
      url: `${api}/${ref}`,
      object: { type, sha, url: `${api}/${type}s/${sha}` },
    }))
}
