import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { operations } from './answering.ts'
import type { App } from './app.ts'
import { announce } from './branches.ts'
import { ciWebhooks } from './ci-payloads.ts'
import { createDeliveries } from './deliveries.ts'
import { loadDescription } from './description.ts'
import { createFaults, type Faults } from './faults.ts'
import { createGit, type Files } from './git.ts'
import { codeWebhooks } from './payloads.ts'
import { createTestRepository, emptyRepository, type RepositoryOptions, type TestRepository } from './repository.ts'
import { createGitHubServer, type RequestRecord } from './server.ts'
import { createTokens } from './tokens.ts'
import { createValidation, type Violation } from './validation.ts'
import { type Waiting, waiting } from './waiting.ts'
import { type Delivery, person, type Repo, type World } from './world.ts'

/** A GitHub of one's own: its REST API at `url`, its repositories real git, its webhooks signed. */
export interface GitHubStandIn extends Waiting {
  /** REST root for `baseUrl`: `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly app: App
  /** Where webhooks go; nothing is sent while it is undefined. Settable: Landfall's port is known later. */
  webhookUrl: string | undefined
  /** A private repository with a first commit on `main`, on which the App is installed. The owner is an organization. */
  createRepository(owner: string, name: string, files: Files, options?: RepositoryOptions): Promise<TestRepository>
  /** Makes an account known without giving it anything. */
  addPerson(login: string): void
  /** Whoever's browser comes from now on is signed in there as this person, or as nobody. */
  signIn(login: string | undefined): void
  /** A team of an organization, with the logins of its members. Those who are only invited are `pending`. */
  addTeam(organization: string, slug: string, members: string[], pending?: string[]): void
  /** Suspends the App's installation on an account, or takes that back. */
  suspend(owner: string, on: boolean): void
  readonly faults: Faults
  /** All webhooks tried, oldest first. */
  readonly deliveries: readonly Delivery[]
  /** Sends the last event of this guid again, under the same guid. */
  redeliver(guid: string): Promise<Delivery>
  /** Sends the content of this guid under another: a replay. */
  resend(guid: string, newGuid: string): Promise<Delivery>
  /** All requests answered, oldest first. */
  readonly requests: readonly RequestRecord[]
  /** How many of them count on a limit: all but those answered 304. */
  readonly spent: number
  /** Calls the hook after each answered request; returns how to stop that. */
  onRequest(hook: (request: RequestRecord) => void): () => void
  /** What was asked against GitHub's description. */
  readonly violations: Violation[]
  /** Where the stand-in's own answers and webhooks left GitHub's description, or it failed. Always a bug here. */
  readonly responseViolations: Violation[]
  /** Throws with all violations of both kinds, if there are any. Call it at the end of each lab test. */
  assertFaithful(): void
  close(): Promise<void>
}

/** Starts a stand-in on a free loopback port. `close` it: its git repositories lie in a temporary folder. */
export async function startGitHub(given: { app: App; webhookUrl?: string }): Promise<GitHubStandIn> {
  const { app } = given
  const description = await loadDescription(operations, [...codeWebhooks, ...ciWebhooks])
  const validation = createValidation(description)
  const folder = await mkdtemp(join(tmpdir(), 'github-stand-in-'))
  const { faults, weather } = createFaults()
  const waits = waiting()
  const violations: Violation[] = []
  const responseViolations: Violation[] = []
  const requests: RequestRecord[] = []
  const hooks = new Set<(request: RequestRecord) => void>()

  let lastId = 2 ** 32
  let lastDelivery = 3_804_004_623_172_239_366n
  const world: World = {
    app,
    url: '',
    now: () => new Date(Date.now() + weather.clock * 1000),
    id: () => ++lastId,
    people: new Map(),
    repositories: new Map(),
    installations: [],
    apps: [],
    teams: new Map(),
    signIns: { browser: undefined, codes: new Map(), tokens: new Map() },
    deliveries: [],
    deliveryId: () => String(++lastDelivery),
    changed: waits.changed,
  }
  const deliveries = createDeliveries(
    world,
    () => standIn.webhookUrl,
    () => weather.webhooksDown,
  )
  const server = createGitHubServer({
    world,
    validation,
    deliveries,
    weather,
    tokens: createTokens(world, () => weather.tokenLifetime),
    announce: (events) => void announce({ world, deliveries, validation, responseViolations }, events),
    violated: (found) => violations.push(...found),
    check: (operation, status, type, body) => {
      if (validation.knows(operation)) responseViolations.push(...validation.response(operation, status, type, body))
    },
    crashed: (operation, error) =>
      responseViolations.push({
        operation,
        where: 'the stand-in itself',
        what: error instanceof Error ? String(error.stack) : String(error),
      }),
    record: (request) => {
      requests.push(request)
      for (const hook of hooks) hook(request)
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stand-in got no port')
  world.url = `http://127.0.0.1:${address.port}`

  const inHands = (repo: Repo): TestRepository =>
    createTestRepository({ world, repo, deliveries, validation, responseViolations }, waits, fork)
  const fork = async (parent: Repo, owner: string): Promise<TestRepository> => {
    person(world, owner)
    const git = await createGit(folder, parent.defaultBranch)
    await git.run(['fetch', '--quiet', parent.git.folder, '+refs/heads/*:refs/heads/*'])
    const { private: hidden, defaultBranch } = parent
    return inHands(emptyRepository(world, git, owner, parent.name, { private: hidden, defaultBranch, parent, installed: false }))
  }

  const standIn: GitHubStandIn = {
    url: world.url,
    app,
    webhookUrl: given.webhookUrl,
    faults,
    deliveries: world.deliveries,
    requests,
    violations,
    responseViolations,
    until: waits.until,
    addPerson: (login) => void person(world, login),
    signIn(login) {
      world.signIns.browser = login === undefined ? undefined : person(world, login)
    },
    get spent() {
      return requests.filter(({ status }) => status !== 304).length
    },

    addTeam(organization, slug, members, pending = []) {
      for (const login of [...members, ...pending]) person(world, login)
      const all = [...members.map((one) => [one, 'active'] as const), ...pending.map((one) => [one, 'pending'] as const)]
      world.teams.set(`${organization}/${slug}`.toLowerCase(), new Map(all.map(([login, state]) => [login.toLowerCase(), state])))
    },

    suspend(owner, on) {
      const installation = world.installations.find(({ account }) => account.login === owner)
      if (!installation) throw new Error(`the App is not installed on ${owner}`)
      installation.suspendedAt = on ? world.now() : undefined
    },

    async createRepository(owner, name, files, options = {}) {
      const git = await createGit(folder, options.defaultBranch ?? 'main')
      const repo = emptyRepository(world, git, owner, name, options)
      const testRepository = inHands(repo)
      await testRepository.commit(repo.defaultBranch, files, { author: owner, message: 'Begin' })
      return testRepository
    },

    redeliver: (guid) => deliveries.again({ guid }),
    resend: (guid, newGuid) => deliveries.underNewGuid(guid, newGuid),

    onRequest(hook) {
      hooks.add(hook)
      return () => hooks.delete(hook)
    },

    assertFaithful() {
      const said = [...violations.map(line('asked')), ...responseViolations.map(line('answered'))]
      if (said.length > 0) throw new Error(`not as GitHub's API is described:\n${said.join('\n')}`)
    },

    async close() {
      server.close()
      server.closeAllConnections()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return standIn
}

const line = (side: string) => (violation: Violation) => `${side}: ${violation.operation}: ${violation.where}: ${violation.what}`
