import type { Deployment } from '../domain/deployment.ts'
import { isWorthTelling } from './chat.ts'

/**
 * The surfaces of its own that should be rendered again after the deployment changed: `status`, `deployment`, `check`, and each chat
 * channel (`slack:deploys`) once there is an outcome to tell. `notify` stands in for the plan's channels while there is no plan.
 */
export function surfacesFor(deployment: Deployment, notify: readonly string[] = deployment.plan?.notify ?? []): string[] {
  return [
    ...(deployment.revision === undefined ? [] : ['status', 'deployment', 'check']),
    ...(isWorthTelling(deployment) ? new Set(notify) : []),
  ]
}
