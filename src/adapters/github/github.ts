import type { GitHub, Log } from '../../flow/ports.ts'
import type { GitHubClients } from './clients.ts'
import { comments } from './comments.ts'
import { deliveries } from './deliveries.ts'
import { ownLogin } from './own-login.ts'
import { repositories } from './repositories.ts'
import { statuses } from './statuses.ts'

/** ports.GitHub over the REST API. */
export function createGitHub(clients: GitHubClients, log: Log): GitHub {
  const own = ownLogin(clients)
  return { ...repositories(clients, log), ...comments(clients, own), ...statuses(clients, own), ...deliveries(clients) }
}
