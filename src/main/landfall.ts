import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { createApp, webhookPath } from '../adapters/github/app.ts'
import { subscribe } from '../adapters/github/events.ts'
import { subscribeHappenings } from '../adapters/github/happenings.ts'
import { receive } from '../adapters/github/receive.ts'
import { gitHubSignIn, signInPath } from '../adapters/github/sign-in.ts'
import { logPort } from '../adapters/log.ts'
import { openQueue } from '../adapters/queue/open.ts'
import { openStore } from '../adapters/store/open.ts'
import { dispatch } from '../flow/dispatch.ts'
import { hear } from '../flow/happening.ts'
import { intake } from '../flow/intake.ts'
import { lookEverywhere } from '../flow/look.ts'
import { dueSubjects, workFor } from '../flow/work.ts'
import { webRoutes } from '../web/routes.ts'
import { serveHttp } from '../web/server.ts'
import { leaseSeconds, openOutside, type Surroundings } from './outside.ts'
import type { Settings } from './settings.ts'

/** How often due work is looked for although nobody woke us: what a killed Landfall left goes on within this and the lease. */
const sweepSeconds = 1

/** A Landfall that serves. */
export interface Running {
  port: number
  /** No new work; steps under way end or are left to be continued; exits within `seconds`. */
  stop(seconds: number): Promise<void>
}

/** Puts every part in its place and serves. Throws in words for the operator when a part is missing. */
export async function startLandfall(settings: Settings, around: Surroundings & { log: Logger }): Promise<Running> {
  const log = logPort(around.log)
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 })
  const app = createApp(settings.app, around.log)
  const { ports, compose } = await openOutside(settings, around, log, async () => {
    const store = await openStore(settings.profile.store, log, { serving: true })
    return { store, queue: await openQueue(settings.profile.queue, log) }
  })
  const { store, queue } = ports

  subscribe(app, (incoming) => intake(incoming, ports))
  subscribeHappenings(app, settings.app, (happening) => hear(happening, ports))
  const holder = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`
  const dispatcher = await dispatch(
    ports,
    { holder, leaseSeconds, sweepSeconds },
    (subject) => workFor(subject, ports),
    () => dueSubjects(ports),
  )
  await lookEverywhere(ports)
  let stopping = false
  const routes = webRoutes({
    ports,
    webhooks: { path: webhookPath, receive: (delivery) => receive(app, delivery) },
    ...(settings.client && { signIn: { path: signInPath, ...gitHubSignIn({ ...settings.client, apiUrl: settings.app.apiUrl }, log) } }),
    isStopping: () => stopping,
  })
  const server = await serveHttp(routes, settings.listen, log)
  log.info('landfall serves', { port: server.port, profile: settings.profile.store.kind, compose: compose.version })

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
