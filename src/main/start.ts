import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setInEnvFile } from '../adapters/env-file.ts'
import { appManifest, registerApp } from '../adapters/github/registration.ts'
import { createLogger, logPort } from '../adapters/log.ts'
import { Secret } from '../domain/secret.ts'
import { healthRoutes } from '../web/health.ts'
import { serveHttp } from '../web/server.ts'
import { setupRoute } from '../web/setup.ts'
import { startLandfall } from './landfall.ts'
import { readSettings, type SettingsResult } from './settings.ts'

/** How long a stop may take before the process ends anyway. */
const stopSeconds = 20
const manifestFile = join(import.meta.dirname, '..', '..', 'app.yml')

// The first process of a container is not ended by a signal it does not listen to: listen from the beginning.
let stop = (): void => process.exit(0)
process.once('SIGTERM', () => stop())
process.once('SIGINT', () => stop())

const read = readSettings(process.env)
const log = createLogger(read.kind === 'ready' ? read.settings.logLevel : 'info')

if (read.kind === 'invalid') {
  process.stderr.write(`Landfall does not start:\n${read.messages.map((message) => `  ${message}`).join('\n')}\n`)
  process.exitCode = 1
} else {
  const begin = read.kind === 'ready' ? serve(read.settings) : setUp(read)
  begin.catch((error: unknown) => {
    process.stderr.write(`Landfall does not start:\n  ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
}

async function serve(settings: Extract<SettingsResult, { kind: 'ready' }>['settings']): Promise<void> {
  const landfall = await startLandfall(settings, {
    log,
    searchPath: process.env.PATH ?? '',
    home: process.env.HOME,
    compose: process.env.LANDFALL_COMPOSE,
    environment: process.env,
  })
  stop = () => {
    setTimeout(() => process.exit(1), (stopSeconds + 5) * 1000).unref()
    landfall.stop(stopSeconds).then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
}

/** Nothing is configured: help the person to register the App, and say what comes next. */
async function setUp(found: Extract<SettingsResult, { kind: 'set-up' }>): Promise<void> {
  const onLoopback = /^(127\.|::1$|localhost$)/.test(found.listen.host)
  const token = onLoopback ? undefined : randomBytes(16).toString('hex')
  // The port is known only once the server listens, the browser's way back only then.
  let here = ''
  const route = setupRoute({
    github: found.webUrl,
    manifest: (redirectUrl) => appManifest(manifestFile, found.publicUrl, redirectUrl),
    get here() {
      return here
    },
    async register(code) {
      const app = await registerApp(code, found.apiUrl)
      setInEnvFile('.env', {
        APP_ID: new Secret(String(app.appId)),
        PRIVATE_KEY: app.privateKey,
        WEBHOOK_SECRET: app.webhookSecret,
        APP_CLIENT_ID: new Secret(app.client.id),
        APP_CLIENT_SECRET: app.client.secret,
      })
      process.stdout.write(
        'The App is registered and .env is written. Install it on a repository, write operator.yml and start Landfall again.\n',
      )
      return app.page
    },
    ...(token !== undefined && { token }),
  })
  const health = healthRoutes({ 'GitHub App': () => Promise.reject(new Error('it is not registered yet')) })
  const server = await serveHttp([health, route], found.listen, logPort(log))
  here = onLoopback ? `http://localhost:${server.port}` : found.publicUrl
  process.stdout.write(
    [
      'Landfall is not configured yet. To register its GitHub App:',
      `1. Open ${here}/${token === undefined ? '' : `?token=${token}`} in your browser and follow it; GitHub will deliver to ${found.publicUrl} (PUBLIC_URL).`,
      '2. Install the App on your repository, write operator.yml (docs/configuration.md), and start Landfall again.',
      '',
    ].join('\n'),
  )
}
