import type { Deployment, State } from '../domain/deployment.ts'
import { shortSha } from '../domain/repository.ts'
import type { Links } from './links.ts'
import type { DeploymentStatus, NewDeployment } from './published.ts'
import { description, oneLine } from './text.ts'
import { progressOf, shortBecause } from './wording.ts'

const phases: Record<State, DeploymentStatus['state']> = {
  queued: 'queued',
  waiting: 'pending',
  planned: 'queued',
  pulling: 'in_progress',
  stepping: 'in_progress',
  rolling: 'in_progress',
  verifying: 'in_progress',
  paused: 'in_progress',
  'rolling-back': 'in_progress',
  succeeded: 'success',
  failed: 'failure',
  'rolled-back': 'failure',
  rejected: 'failure',
  halted: 'error',
  superseded: 'inactive',
  cancelled: 'inactive',
}

/** What GitHub's Environments page is told at the start; undefined while a rollback does not know its commit yet. */
export function githubDeployment(deployment: Deployment): NewDeployment | undefined {
  const { revision, kind, actor } = deployment
  if (revision === undefined) return undefined
  const environment = oneLine(deployment.environment)
  const what =
    kind === 'rollback' ? `Rollback to ${shortSha(revision)} by ${actor}` : `${deployment.subject ?? shortSha(revision)} (${actor})`
  return {
    revision,
    environment,
    description: description(what),
    production: /^(prod|production|live)\b/i.test(environment),
    transient: false,
    made: deployment.id,
  }
}

/** How far it is. The environment's address is offered once it shows this deployment. */
export function deploymentStatus(deployment: Deployment, links: Links): DeploymentStatus {
  const url = deployment.state === 'succeeded' ? deployment.plan?.url : undefined
  return {
    state: shortBecause(deployment) ? 'error' : phases[deployment.state],
    description: description(progressOf(deployment)),
    ...(links.log !== undefined && { logUrl: links.log }),
    ...(url !== undefined && { environmentUrl: url }),
  }
}

/** For the environment's deployments before `newer`: GitHub does not retire those of production environments itself. */
export const retiredStatus = (newer: Deployment): DeploymentStatus => ({
  state: 'inactive',
  description: description(newer.revision ? `Replaced by ${shortSha(newer.revision)}` : 'Replaced'),
})
