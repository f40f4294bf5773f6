import { readFileSync } from 'node:fs'
import { Octokit } from '@octokit/rest'
import { parse } from 'yaml'
import { z } from 'zod'
import { Secret } from '../../domain/secret.ts'
import { webhookPath } from './app.ts'
import { gitHubClock } from './clock.ts'
import { patientFetch } from './patience.ts'
import { signInPath } from './sign-in.ts'

const manifest = z.looseObject({
  name: z.string(),
  default_permissions: z.record(z.string(), z.string()),
  default_events: z.array(z.string()),
})
const conversion = z.object({
  id: z.number(),
  pem: z.string(),
  webhook_secret: z.string().nullable(),
  client_id: z.string(),
  client_secret: z.string(),
  html_url: z.string(),
})

/** What GitHub gave the new App. */
export interface RegisteredApp {
  appId: number
  privateKey: Secret
  webhookSecret: Secret
  /** With which people sign in. */
  client: { id: string; secret: Secret }
  /** The App's page, where it is installed from. */
  page: string
}

/**
 * The manifest GitHub registers the App from: app.yml with this server's addresses. Probot's own set-up would register
 * the hook at `/`, where nothing listens.
 */
export function appManifest(file: string, publicUrl: string, redirectUrl: string): string {
  const described = manifest.parse(parse(readFileSync(file, 'utf8')))
  return JSON.stringify({
    ...described,
    hook_attributes: { url: `${publicUrl}${webhookPath}`, active: true },
    redirect_url: redirectUrl,
    callback_urls: [`${publicUrl}${signInPath}`],
  })
}

/** Exchanges the code GitHub sends people back with for the App's credentials. The code works once, for an hour. */
export async function registerApp(code: string, apiUrl: string): Promise<RegisteredApp> {
  const octokit = new Octokit({ baseUrl: apiUrl, request: { fetch: patientFetch(gitHubClock()).whole } })
  const answer = await octokit.rest.apps.createFromManifest({ code })
  const app = conversion.parse(answer.data)
  if (app.webhook_secret === null) throw new Error('GitHub registered the App without a webhook secret; delete it there and start again')
  return {
    appId: app.id,
    privateKey: new Secret(app.pem),
    webhookSecret: new Secret(app.webhook_secret),
    client: { id: app.client_id, secret: new Secret(app.client_secret) },
    page: app.html_url,
  }
}
