import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Profile, profile } from '../adapters/profile.ts'
import { Secret } from '../domain/secret.ts'

/** Everything Landfall reads from its environment, checked. `.env.example` documents each variable. */
export interface Settings {
  app: { appId: number; privateKey: Secret; webhookSecret: Secret; apiUrl: string }
  /** With which people sign in; absent where nobody can. */
  client?: { id: string; secret: Secret }
  /** Whether to keep GitHub's pace of writes; only the laboratory's stand-in has none. */
  gentle: boolean
  listen: { host: string; port: number }
  /** Where people and GitHub reach Landfall; links point there. */
  publicUrl: string
  /** Where people see GitHub. */
  webUrl: string
  dataFolder: string
  operatorFile: string
  /** Seconds between two looks at branches and comments. */
  pollSeconds: number
  profile: Profile
  logLevel: string
}

export type SettingsResult =
  | { kind: 'ready'; settings: Settings }
  /** Nothing of the App is configured: the set-up page comes first. */
  | { kind: 'set-up'; listen: { host: string; port: number }; publicUrl: string; apiUrl: string; webUrl: string }
  | { kind: 'invalid'; messages: string[] }

const shortestSecret = 20

/** An idle look at a repository costs GitHub nothing, but every look costs time. */
const usualPoll = 60
const shortestPoll = 1

/** The variables that are set; empty counts as unset, as `.env` files leave them. */
const setVariables = (raw: Record<string, string | undefined>): Map<string, string> =>
  new Map(Object.entries(raw).flatMap(([name, value]) => (value === undefined || value.trim() === '' ? [] : [[name, value]])))

/** Reads and checks the settings; every error is told at once, none repeats a value. */
export function readSettings(raw: Record<string, string | undefined>): SettingsResult {
  const env = setVariables(raw)
  const messages: string[] = []
  const wrong = (variable: string, what: string, todo: string) => messages.push(`${variable}: ${what}. ${todo}.`)

  const port = portNumber(env.get('PORT') ?? '3000')
  if (port === undefined) wrong('PORT', 'is not a port number', 'Give a number from 0 to 65535')
  const host = env.get('HOST') ?? '127.0.0.1'
  const publicUrl = url(env.get('PUBLIC_URL') ?? `http://localhost:${port ?? 3000}`)
  if (!publicUrl)
    wrong(
      'PUBLIC_URL',
      'is not an http or https address',
      'Give the address under which GitHub reaches Landfall, such as https://landfall.example.com',
    )
  const apiUrl = url(env.get('GITHUB_API_URL') ?? 'https://api.github.com')
  if (!apiUrl)
    wrong(
      'GITHUB_API_URL',
      'is not an http or https address',
      'Leave it out for github.com; for GitHub Enterprise Server give https://HOST/api/v3',
    )
  const webUrl = url(env.get('GITHUB_WEB_URL') ?? 'https://github.com')
  if (!webUrl)
    wrong(
      'GITHUB_WEB_URL',
      'is not an http or https address',
      'Leave it out for github.com; for GitHub Enterprise Server give https://HOST',
    )

  const named = ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'].filter((name) => env.has(name))
  if (named.length === 0 && messages.length === 0 && publicUrl && apiUrl && webUrl)
    return { kind: 'set-up', listen: { host, port: port ?? 3000 }, publicUrl, apiUrl, webUrl }

  const appId = number(env.get('APP_ID') ?? '')
  if (appId === undefined)
    wrong('APP_ID', 'is missing or not a number', "Take it from the App's page on GitHub, or unset all of them to open the set-up page")
  const privateKey = readKey(env, wrong)
  const webhookSecret = env.get('WEBHOOK_SECRET')
  checkSecret(webhookSecret, wrong)
  const client = readClient(env, wrong)

  const pollSeconds = number(env.get('LANDFALL_POLL_SECONDS') ?? String(usualPoll))
  if (pollSeconds === undefined || pollSeconds < shortestPoll)
    wrong('LANDFALL_POLL_SECONDS', `is not a number of seconds from ${shortestPoll}`, `Leave it out to look every ${usualPoll} s`)

  const dataFolder = resolve(env.get('LANDFALL_DATA') ?? 'data')
  const chosen = profile({ folder: dataFolder, ...given(env, { databaseUrl: 'DATABASE_URL', queueUrl: 'QUEUE_URL' }) })
  if (chosen.kind === 'invalid') messages.push(...chosen.messages)

  if (
    messages.length > 0 ||
    chosen.kind === 'invalid' ||
    appId === undefined ||
    pollSeconds === undefined ||
    !privateKey ||
    !webhookSecret ||
    !publicUrl ||
    !apiUrl ||
    !webUrl
  )
    return { kind: 'invalid', messages }
  const settings: Settings = {
    app: { appId, privateKey, webhookSecret: new Secret(webhookSecret), apiUrl },
    ...(client && { client }),
    gentle: env.get('LANDFALL_GITHUB_PACE') !== 'none',
    listen: { host, port: port ?? 3000 },
    publicUrl,
    dataFolder,
    pollSeconds,
    profile: chosen.value,
    webUrl,
    operatorFile: resolve(env.get('LANDFALL_OPERATOR') ?? 'operator.yml'),
    logLevel: env.get('LOG_LEVEL') ?? 'info',
  }
  return { kind: 'ready', settings }
}

type Complain = (variable: string, what: string, todo: string) => void

function readKey(env: Map<string, string>, wrong: Complain): Secret | undefined {
  const path = env.get('PRIVATE_KEY_PATH')
  // One-line files carry the key with `\n` written out.
  const text = env.get('PRIVATE_KEY')?.replaceAll('\\n', '\n') ?? (path === undefined ? undefined : readText(path))
  if (text?.includes('PRIVATE KEY-----')) return new Secret(text)
  const what = text === undefined ? (path ? 'names a file that cannot be read' : 'is missing') : 'is not a private key in PEM form'
  wrong(path ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY', what, "Give the App's private key as PEM, or the path of its file in PRIVATE_KEY_PATH")
  return undefined
}

/** Probot would silently take "development" for an unset secret, and then anybody could forge a delivery. */
function checkSecret(secret: string | undefined, wrong: Complain): void {
  const todo = "Set the secret of the App's webhook; `openssl rand -hex 32` makes a good one"
  if (secret === undefined) wrong('WEBHOOK_SECRET', 'is missing', todo)
  else if (secret === 'development') wrong('WEBHOOK_SECRET', 'is the well-known default', todo)
  else if (secret.length < shortestSecret) wrong('WEBHOOK_SECRET', `is shorter than ${shortestSecret} characters`, todo)
}

/** People sign in with both or not at all. */
function readClient(env: Map<string, string>, wrong: Complain): Settings['client'] {
  const [id, secret] = [env.get('APP_CLIENT_ID'), env.get('APP_CLIENT_SECRET')]
  if (id !== undefined && secret !== undefined) return { id, secret: new Secret(secret) }
  const todo = "Take it from the App's page on GitHub, or unset both: then nobody can sign in"
  if (id !== undefined) wrong('APP_CLIENT_SECRET', 'is missing', todo)
  if (secret !== undefined) wrong('APP_CLIENT_ID', 'is missing', todo)
  return undefined
}

/** The variables that are set, under the names another part calls them by. */
const given = <K extends string>(env: Map<string, string>, names: Record<K, string>): Partial<Record<K, string>> => {
  const found: Partial<Record<K, string>> = {}
  for (const key in names) {
    const value = env.get(names[key])
    if (value !== undefined) found[key] = value
  }
  return found
}

const number = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)

function portNumber(text: string): number | undefined {
  const port = number(text)
  return port !== undefined && port <= 65_535 ? port : undefined
}

function url(text: string): string | undefined {
  const parsed = URL.parse(text)
  return parsed && /^https?:$/.test(parsed.protocol) ? text.replace(/\/+$/, '') : undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
