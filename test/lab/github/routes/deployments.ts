import { z } from 'zod'
import { account, nodeId } from '../bodies/account.ts'
import { created, gone, notFound, numeric, ok, page, type RepositoryCall, type RepositoryRoutes, refused, tooLong } from '../call.ts'
import { isAncestor } from '../history.ts'
import { bot, type Deployment, type DeploymentStatus, moment, type Repo, type World } from '../world.ts'

const newDeployment = z.object({
  ref: z.string(),
  task: z.string().default('deploy'),
  auto_merge: z.boolean().default(true),
  required_contexts: z.array(z.string()).optional(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default(''),
  environment: z.string().default('production'),
  description: z.string().nullish(),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
})

const newStatus = z.object({
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']),
  target_url: z.string().default(''),
  log_url: z.string().optional(),
  description: z.string().default(''),
  environment: z.string().optional(),
  environment_url: z.string().default(''),
  auto_inactive: z.boolean().default(true),
})

/** Deployments and their statuses. */
export const deploymentRoutes: RepositoryRoutes = {
  'POST /repos/{owner}/{repo}/deployments': {
    needs: ['deployments:write'],
    async answer(call) {
      const { world, repo } = call
      const given = newDeployment.parse(call.body)
      const sha = await repo.git.resolve(given.ref)
      if (!sha) return refused(422, `No ref found for: ${given.ref}`)
      const conflict = await refusal(call, sha, given)
      if (conflict !== undefined) return refused(409, conflict)
      const deployment: Deployment = {
        id: world.id(),
        sha,
        ref: given.ref,
        task: given.task,
        environment: given.environment,
        description: given.description ?? null,
        payload: given.payload,
        production: given.production_environment ?? given.environment === 'production',
        transient: given.transient_environment,
        creator: bot(world),
        createdAt: world.now(),
        statuses: [],
      }
      repo.deployments.push(deployment)
      return created(deploymentBody(world, repo, deployment))
    },
  },

  'GET /repos/{owner}/{repo}/deployments': {
    needs: ['deployments:read'],
    answer(call) {
      const { world, repo, query } = call
      const matching = repo.deployments.filter((one) =>
        (['sha', 'ref', 'task', 'environment'] as const).every((field) => !query.has(field) || query.get(field) === one[field]),
      )
      return page(call, matching.toReversed(), (one) => deploymentBody(world, repo, one))
    },
  },

  'GET /repos/{owner}/{repo}/deployments/{deployment_id}': {
    needs: ['deployments:read'],
    answer(call) {
      const found = deploymentIn(call)
      return found ? ok(deploymentBody(call.world, call.repo, found)) : notFound()
    },
  },

  'DELETE /repos/{owner}/{repo}/deployments/{deployment_id}': {
    needs: ['deployments:write'],
    answer(call) {
      const found = deploymentIn(call)
      if (!found) return notFound()
      if (call.repo.deployments.length > 1 && found.statuses.at(-1)?.state !== 'inactive')
        return refused(422, 'We cannot delete an active deployment unless it is the only deployment in a given environment.')
      call.repo.deployments.splice(call.repo.deployments.indexOf(found), 1)
      return gone()
    },
  },

  'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': {
    needs: ['deployments:write'],
    answer(call) {
      const { world, repo } = call
      const deployment = deploymentIn(call)
      if (!deployment) return notFound()
      const given = newStatus.parse(call.body)
      if (given.description.length > 140) return tooLong('DeploymentStatus', 'description', 140)
      const status = add(world, deployment, {
        state: given.state,
        description: given.description,
        environment: given.environment ?? deployment.environment,
        environmentUrl: given.environment_url,
        logUrl: given.log_url ?? given.target_url,
      })
      if (given.state === 'success' && given.auto_inactive) retireOlder(world, repo, deployment)
      return created(statusBody(world, repo, deployment, status))
    },
  },

  'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': {
    needs: ['deployments:read'],
    answer(call) {
      const found = deploymentIn(call)
      if (!found) return notFound()
      return page(call, found.statuses.toReversed(), (one) => statusBody(call.world, call.repo, found, one))
    },
  },
}

/** GitHub's own gates, which hold unless the request turns them off. */
async function refusal({ repo }: RepositoryCall, sha: string, given: z.infer<typeof newDeployment>): Promise<string | undefined> {
  const newest = new Map(repo.statuses.filter((one) => one.sha === sha).map((one) => [one.context, one.state]))
  const required = given.required_contexts ?? [...newest.keys()]
  if (required.some((context) => newest.get(context) !== 'success')) return `Conflict: Commit status checks failed for ${given.ref}.`
  const head = await repo.git.resolve(`heads/${repo.defaultBranch}`)
  if (given.auto_merge && head && !(await isAncestor(repo.git, head, sha))) {
    // GitHub would merge, answer 202 and deploy nothing. Nobody here should ever ask for that.
    return `Conflict merging ${repo.defaultBranch} into ${given.ref}.`
  }
  return undefined
}

/** Success makes earlier ones of the environment inactive; production and transient environments are left alone. */
function retireOlder(world: World, repo: Repo, newest: Deployment): void {
  for (const older of repo.deployments) {
    const same = older !== newest && older.id < newest.id && older.environment === newest.environment
    const last = older.statuses.at(-1)
    if (same && !older.production && !older.transient && last?.state === 'success') add(world, older, { ...last, state: 'inactive' })
  }
}

function add(world: World, deployment: Deployment, given: Omit<DeploymentStatus, 'id' | 'creator' | 'createdAt'>): DeploymentStatus {
  const status = { ...given, id: world.id(), creator: bot(world), createdAt: world.now() }
  deployment.statuses.push(status)
  return status
}

const deploymentIn = (call: RepositoryCall): Deployment | undefined =>
  call.repo.deployments.find((one) => one.id === numeric(call, 'deployment_id'))

function deploymentBody(world: World, repo: Repo, deployment: Deployment) {
  const api = `${world.url}/repos/${repo.fullName}`
  const updated = deployment.statuses.at(-1)?.createdAt ?? deployment.createdAt
  return {
    id: deployment.id,
    node_id: nodeId('DE', deployment.id),
    url: `${api}/deployments/${deployment.id}`,
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: account(world, deployment.creator),
    created_at: moment(deployment.createdAt),
    updated_at: moment(updated),
    statuses_url: `${api}/deployments/${deployment.id}/statuses`,
    repository_url: api,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
  }
}

function statusBody(world: World, repo: Repo, deployment: Deployment, status: DeploymentStatus) {
  const api = `${world.url}/repos/${repo.fullName}`
  return {
    id: status.id,
    node_id: nodeId('DES', status.id),
    url: `${api}/deployments/${deployment.id}/statuses/${status.id}`,
    state: status.state,
    creator: account(world, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: moment(status.createdAt),
    updated_at: moment(status.createdAt),
    deployment_url: `${api}/deployments/${deployment.id}`,
    repository_url: api,
  }
}
