import { Octokit } from '@octokit/rest'
import type { Repository } from '../../domain/repository.ts'
import type { Log } from '../../flow/ports.ts'
import type { AppCredentials } from './app.ts'
import { withAskedPause } from './asked-pause.ts'
import { type GitHubClock, gitHubClock } from './clock.ts'
import { paced } from './pace.ts'
import { type Fetch, type Patience, patientFetch } from './patience.ts'
import { reducedPulls } from './pull-facts.ts'
import { answerMemory } from './remembering.ts'
import { appCredential, type Credential, installationCredential } from './tokens.ts'

/** What Landfall uses of a client. */
export interface RestClient extends Pick<Octokit, 'rest' | 'request' | 'paginate' | 'graphql'> {
  /** For `request.fetch` of a request whose answer is long: it comes as a stream, and no time limit holds for the whole. */
  streamed: Fetch
}

/** A client for one repository. */
export interface RepositoryClient extends RestClient {
  /** How a request names the repository. */
  place: { owner: string; repo: string }
}

/** REST clients, each with its own right to ask. */
export interface GitHubClients {
  /** What an installation may: everything in its repositories that app.yml asks for. */
  installation(id: number): RestClient
  /** The client of the installation that gives access to a repository. */
  of(repository: Repository): RepositoryClient
  /** What the App asks in its own name: its installations and its webhooks. */
  app: RestClient
  clock: GitHubClock
}

export interface ClientOptions {
  /** Whether to keep to GitHub's pace of about one write a second. The stand-in has no such limit. */
  gentle: boolean
  /** For tests. */
  patience?: Patience
}

/**
 * Clients that ask once: no request waits for a limit to end or is sent again by itself, because only whoever wants something
 * knows whether it may be done twice and what else can be done meanwhile. A limit is told as an error, at once.
 */
export function githubClients(credentials: AppCredentials, log: Log, { gentle, patience }: ClientOptions): GitHubClients {
  const clock = gitHubClock()
  const { whole, streamed } = patientFetch(clock, patience)
  const remembering = answerMemory({ reduce: reducedPulls })

  const client = (owner: string, credential: Credential): RestClient => {
    const asking = remembering(owner, withAskedPause(whole))
    const octokit = new Octokit({
      baseUrl: credentials.apiUrl,
      userAgent: 'landfall',
      request: { fetch: gentle ? paced(asking) : asking },
      // Failures are told by whoever asked.
      log: { debug() {}, info() {}, warn: (said: string) => log.warn('octokit warns', { said }), error() {} },
    })
    authorise(octokit, credential)
    return Object.assign(octokit, { streamed: withAskedPause(streamed) })
  }

  const app = client('app', appCredential(credentials, clock))
  const installations = new Map<number, RestClient>()
  const installation = (id: number): RestClient => {
    const mint = async () => (await app.rest.apps.createInstallationAccessToken({ installation_id: id })).data
    const made = installations.get(id) ?? client(`installation ${id}`, installationCredential(mint, clock))
    installations.set(id, made)
    return made
  }
  return {
    app,
    clock,
    installation,
    of({ owner, name, installation: id }) {
      const { rest, request, paginate, graphql, streamed } = installation(id)
      return { rest, request, paginate, graphql, streamed, place: { owner, repo: name } }
    },
  }
}

/** GitHub has done nothing of what it answered 401, so that asking again with another token is safe. */
function authorise(octokit: Octokit, credential: Credential): void {
  octokit.hook.wrap('request', async (request, options) => {
    const ask = (token: string) => {
      // In place: the hooks between here and the request were given this object, and look at no other.
      options.headers.authorization = `Bearer ${token}`
      return request(options)
    }
    const token = await credential.token()
    try {
      return await ask(token)
    } catch (error) {
      if (!(error instanceof Error && 'status' in error && error.status === 401)) throw error
      return ask(await credential.insteadOf(token))
    }
  })
}
