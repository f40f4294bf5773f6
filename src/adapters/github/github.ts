import type { GitHub, Log } from '../../flow/ports.ts'
import { branches } from './branches.ts'
import { checkRuns } from './check-runs.ts'
import { checks } from './checks.ts'
import type { GitHubClients } from './clients.ts'
import { comments } from './comments.ts'
import { deliveries } from './deliveries.ts'
import { history } from './history.ts'
import { ownLogin } from './own-login.ts'
import { pullRequests } from './pull-requests.ts'
import { repositories } from './repositories.ts'
import { statuses } from './statuses.ts'

/** ports.GitHub over the REST API, and GraphQL for what that has not. */
export function createGitHub(clients: GitHubClients, log: Log): GitHub {
  const own = ownLogin(clients)
  const commits = history(clients)
  return {
    ...repositories(clients, log),
    ...commits,
    ...branches(clients, commits),
    ...checks(clients, own),
    ...checkRuns(clients, own, log),
    ...pullRequests(clients),
    ...comments(clients, own),
    ...statuses(clients, own),
    ...deliveries(clients),
  }
}
