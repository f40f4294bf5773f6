import type { Octokit } from '@octokit/rest'
import type { Probot } from 'probot'

/** What Landfall uses of a client: Probot's own and @octokit/rest's are one shape here. */
export type RestClient = Pick<Octokit, 'rest' | 'request' | 'paginate'>

/** REST clients, each with its own right to ask. */
export interface GitHubClients {
  /** What an installation may: everything in its repositories that app.yml asks for. */
  installation(id: number): Promise<RestClient>
  /** What the App asks in its own name: its installations and its webhooks. */
  app(): Promise<RestClient>
}

/** Clients as Probot makes them: each refreshes its token before it ends and keeps to GitHub's pace. */
export function githubClients(app: Probot): GitHubClients {
  const clients = new Map<number, Promise<RestClient>>()
  return {
    app: () => app.auth(),
    installation(id) {
      const known = clients.get(id)
      if (known) return known
      const made: Promise<RestClient> = app.auth(id)
      clients.set(id, made)
      // A failed start must not be remembered: the next caller tries again.
      made.catch(() => clients.delete(id))
      return made
    },
  }
}
