import { z } from 'zod'
import type { CommitStatus, DeploymentStatus, GitHub } from '../../flow/ports.ts'
import { orUndefined } from './absent.ts'
import type { GitHubClients } from './clients.ts'
import type { OwnLogin } from './own-login.ts'

const withId = z.object({ id: z.number() })
/** What the App gave its deployments to carry. Others' deployments carry anything. */
const carried = z.object({ landfall: z.string() })

const commitStates = z.enum(['error', 'failure', 'pending', 'success']) satisfies z.ZodType<CommitStatus['state']>
const deploymentStates = z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']) satisfies z.ZodType<
  DeploymentStatus['state']
>

type Statuses = Pick<
  GitHub,
  'setStatus' | 'lastStatus' | 'createDeployment' | 'findDeployments' | 'removeDeployment' | 'setDeploymentStatus' | 'lastDeploymentStatus'
>

/** Commit statuses, and GitHub's deployments with theirs. */
export function statuses(clients: GitHubClients, ownLogin: OwnLogin): Statuses {
  return {
    async setStatus(repository, status) {
      const { rest, place } = clients.of(repository)
      await rest.repos.createCommitStatus({
        ...place,
        sha: status.revision,
        context: status.context,
        state: status.state,
        description: status.description,
        ...(status.url && { target_url: status.url }),
      })
    },

    async lastStatus(repository, revision, context) {
      const { rest, paginate, place } = clients.of(repository)
      // Newest first. The combined status is no list, whatever its type says: it cannot be read page by page.
      const pages = paginate.iterator(rest.repos.listCommitStatusesForRef, { ...place, ref: revision, per_page: 100 })
      for await (const { data } of pages) {
        const shown = data.find((one) => one.context === context)
        if (shown) return { state: commitStates.parse(shown.state), description: shown.description ?? '' }
      }
      return undefined
    },

    async createDeployment(repository, deployment) {
      const { rest, place } = clients.of(repository)
      const answer = await rest.repos.createDeployment({
        ...place,
        ref: deployment.revision,
        environment: deployment.environment,
        description: deployment.description,
        production_environment: deployment.production,
        transient_environment: deployment.transient,
        payload: { landfall: deployment.made } satisfies z.infer<typeof carried>,
        // GitHub would otherwise merge the default branch in, or refuse while a check is missing: Landfall's gates decide.
        auto_merge: false,
        required_contexts: [],
      })
      return withId.parse(answer.data).id
    },

    async findDeployments(repository, { revision, environment, made }) {
      const { rest, paginate, place } = clients.of(repository)
      const own = await ownLogin()
      const all = await paginate(rest.repos.listDeployments, { ...place, sha: revision, environment, per_page: 100 })
      const same = all.filter(({ creator, payload }) => creator?.login === own && carried.safeParse(payload).data?.landfall === made)
      return same.map(({ id }) => id).reverse()
    },

    async removeDeployment(repository, deployment) {
      const { rest, place } = clients.of(repository)
      await orUndefined(async () => {
        // GitHub deletes none that counts as active.
        await rest.repos.createDeploymentStatus({ ...place, deployment_id: deployment, state: 'inactive' })
        await rest.repos.deleteDeployment({ ...place, deployment_id: deployment })
      })
    },

    async setDeploymentStatus(repository, deployment, status) {
      const { rest, place } = clients.of(repository)
      await rest.repos.createDeploymentStatus({
        ...place,
        deployment_id: deployment,
        state: status.state,
        description: status.description,
        ...(status.logUrl && { log_url: status.logUrl }),
        ...(status.environmentUrl && { environment_url: status.environmentUrl }),
      })
    },

    async lastDeploymentStatus(repository, deployment) {
      const { rest, place } = clients.of(repository)
      const { data } = await rest.repos.listDeploymentStatuses({ ...place, deployment_id: deployment, per_page: 1 })
      const [newest] = data
      return newest && { state: deploymentStates.parse(newest.state), description: newest.description }
    },
  }
}
