import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'

export type Level = 'read' | 'write' | 'admin'

/** A GitHub App as GitHub knows it. `privateKey` is what the App itself holds; the stand-in uses its public half. */
export interface App {
  id: number
  slug: string
  name: string
  /** PEM. */
  privateKey: string
  /** Of the webhooks. */
  secret: string
  /** With which people sign in. */
  client: { id: string; secret: string }
  /** Where they may be sent back to. Settable: Landfall's address is known later. */
  callbackUrls: string[]
  /** `default_permissions` of the App's manifest. */
  permissions: Record<string, Level>
  /** `default_events` of the App's manifest; only these are sent. */
  events: string[]
}

const manifest = z.object({ default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])) })

/** The rights that Landfall asks for, and no others: what it does without asking for the right has to fail here as well. */
const permissionsAskedFor = (): Record<string, Level> =>
  manifest.parse(parse(readFileSync(new URL('../../../app.yml', import.meta.url), 'utf8'))).default_permissions

/** What an App must be allowed to read before it may hear of an event: GitHub does not take a subscription without. */
const eventNeeds: Record<string, string> = {
  push: 'contents',
  create: 'contents',
  delete: 'contents',
  pull_request: 'pull_requests',
  issue_comment: 'issues',
  check_run: 'checks',
  check_suite: 'checks',
  status: 'statuses',
  workflow_run: 'actions',
  registry_package: 'packages',
}

/** An App of its own for a test: fresh key, id and secret. It hears of what it may, unless it says of what. */
export function testApp(given: Partial<App> = {}): App {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const { permissions = permissionsAskedFor() } = given
  const mayHear = (event: string) => Object.hasOwn(permissions, eventNeeds[event] ?? '')
  const events = given.events ?? ['push', 'pull_request', 'issue_comment'].filter(mayHear)
  const deaf = events.filter((event) => !mayHear(event))
  if (deaf.length > 0) throw new Error(`GitHub refuses the events ${deaf.join(', ')}: the App has no permission they need`)
  const client = { id: `Iv23${randomBytes(8).toString('hex')}`, secret: randomBytes(20).toString('hex') }
  const own = { id: randomInt(100_000, 999_999), privateKey, secret: randomBytes(24).toString('hex'), client, callbackUrls: [] }
  return { slug: 'landfall-test', name: 'Landfall (test)', ...own, ...given, permissions, events }
}
