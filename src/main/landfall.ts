import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { chat } from '../adapters/chat/chat.ts'
import { systemClock } from '../adapters/clock.ts'
import { findCompose } from '../adapters/compose/binary.ts'
import { createCompose } from '../adapters/compose/compose.ts'
import { createApp, webhookPath } from '../adapters/github/app.ts'
import { githubClients } from '../adapters/github/clients.ts'
import { subscribe } from '../adapters/github/events.ts'
import { createGitHub } from '../adapters/github/github.ts'
import { subscribeHappenings } from '../adapters/github/happenings.ts'
import { receive } from '../adapters/github/receive.ts'
import { gitHubSignIn, signInPath } from '../adapters/github/sign-in.ts'
import { logPort } from '../adapters/log.ts'
import { watchOperatorFile } from '../adapters/operator-file.ts'
import { openQueue } from '../adapters/queue/open.ts'
import { createRegistry } from '../adapters/registry/registry.ts'
import { secretReader } from '../adapters/secrets.ts'
import { openSigner } from '../adapters/signer.ts'
import { sshHosts } from '../adapters/ssh/hosts.ts'
import { loggedHosts } from '../adapters/ssh/logged.ts'
import { openLoginKey } from '../adapters/ssh/login-key.ts'
import { openStore } from '../adapters/store/open.ts'
import { parseOperatorFile } from '../config/operator-file.ts'
import { dispatch } from '../flow/dispatch.ts'
import { hear } from '../flow/happening.ts'
import { intake } from '../flow/intake.ts'
import type { Ports } from '../flow/ports.ts'
import { dueSubjects, workFor } from '../flow/work.ts'
import { webRoutes } from '../web/routes.ts'
import { serveHttp } from '../web/server.ts'
import { loopback } from '../web/setup.ts'
import type { Settings } from './settings.ts'

/** How long a lease lasts without renewal: work of a killed Landfall goes on elsewhere within this. */
const leaseSeconds = 3
/** How often due work is looked for although nobody woke us: what a killed Landfall left goes on within this and the lease. */
const sweepSeconds = 1
/** GitHub's list of failed deliveries is looked at once in so many looks at its repositories. */
const looksPerReplay = 5

/** A Landfall that serves. */
export interface Running {
  port: number
  /** No new work; steps under way end or are left to be continued; exits within `seconds`. */
  stop(seconds: number): Promise<void>
}

/** What the wiring needs of the process around it. */
export interface Surroundings {
  log: Logger
  /** `PATH` and `HOME`, to find a Compose binary; LANDFALL_COMPOSE to name one. */
  searchPath: string
  home?: string | undefined
  compose?: string | undefined
  /** Environment that secret references `{env: NAME}` are read from. */
  environment: Record<string, string | undefined>
}

/** Puts every part in its place and serves. Throws in words for the operator when a part is missing. */
export async function startLandfall(settings: Settings, around: Surroundings): Promise<Running> {
  const log = logPort(around.log)
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 })
  const operator = watchOperatorFile(settings.operatorFile, parseOperatorFile, log)
  const compose = await findCompose({ named: around.compose, searchPath: around.searchPath, home: around.home })
  if (compose.kind === 'unusable') throw new Error(compose.detail)

  const app = createApp(settings.app, around.log)
  const [signer, login, store] = await Promise.all([
    openSigner(settings.dataFolder),
    openLoginKey(settings.dataFolder),
    openStore(settings.profile.store, log, { serving: true }),
  ])
  const queue = await openQueue(settings.profile.queue, log)
  const secrets = secretReader(around.environment)
  const clients = githubClients(settings.app, log, { gentle: settings.gentle })
  const ports: Ports = {
    store,
    queue,
    github: createGitHub(clients, log),
    hosts: loggedHosts(sshHosts(login.privateKey), log),
    registry: createRegistry(),
    compose: createCompose(compose.binary),
    chat: chat(() => operator.current().chat, secrets),
    signer,
    secrets,
    operator,
    addresses: {
      github: settings.webUrl,
      landfall: settings.publicUrl,
      acting: settings.client !== undefined && !loopback.test(new URL(settings.publicUrl).host),
    },
    pace: { repositories: settings.pollSeconds, deliveries: settings.pollSeconds * looksPerReplay },
    clock: { ...systemClock, githubNow: () => new Date(clients.clock.now()) },
    ids: randomUUID,
    random: Math.random,
    log,
  }

  subscribe(app, (incoming) => intake(incoming, ports))
  subscribeHappenings(app, settings.app, (happening) => hear(happening, ports))
  const holder = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
  const dispatcher = await dispatch(
    ports,
    { holder, leaseSeconds, sweepSeconds },
    (subject) => workFor(subject, ports),
    () => dueSubjects(ports),
  )
  let stopping = false
  const routes = webRoutes({
    ports,
    webhooks: { path: webhookPath, receive: (delivery) => receive(app, delivery) },
    ...(settings.client && { signIn: { path: signInPath, ...gitHubSignIn({ ...settings.client, apiUrl: settings.app.apiUrl }, log) } }),
    isStopping: () => stopping,
  })
  const server = await serveHttp(routes, settings.listen, log)
  log.info('landfall serves', { port: server.port, profile: settings.profile.store.kind, compose: compose.binary.version })

  return {
    port: server.port,
    async stop(seconds) {
      log.info('landfall stops')
      stopping = true
      // Webhooks are taken to the last: they are stored here and done elsewhere, or after the next start.
      await dispatcher.stop(seconds / 2)
      await server.close(seconds / 4)
      await Promise.allSettled([queue.close(), ports.hosts.close()])
      await store.close()
      log.info('landfall stopped')
    },
  }
}
