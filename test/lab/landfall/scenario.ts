import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { onFreePort } from '../free-port.ts'
import { testApp } from '../github/app.ts'
import { type GitHubStandIn, startGitHub } from '../github/stand-in.ts'
import type { Host, HostOptions } from '../host.ts'
import { type Laboratory, startLaboratory } from '../laboratory.ts'
import { prepareParts } from '../parts.ts'
import { bootstrapHost } from './bootstrap.ts'
import { type ChatReceiver, startChat } from './chat.ts'
import { type LandfallProcess, startProcess } from './process.ts'

/** A whole town: hosts, registry, GitHub, a chat receiver, and one Landfall that serves them. */
export interface Scenario {
  lab: Laboratory
  github: GitHubStandIn
  chat: ChatReceiver
  readonly landfall: LandfallProcess
  /** The environment Landfall was started with. */
  environment: Record<string, string>
  operatorFile: string
  /** Starts Landfall again on the same data, after `landfall.stop()` or `kill()`; this once in other circumstances. */
  restart(otherwise?: { environment?: Record<string, string>; through?: readonly string[] }): Promise<void>
  stop(): Promise<void>
}

export interface ScenarioOptions {
  /** Names, or names with their image store; one `web-1` where absent. */
  hosts?: (string | HostOptions)[]
  /** Changes the operator's file before it is written. */
  operator?: (file: OperatorFileText) => void
  environment?: Record<string, string>
  /** As on the first day: nobody prepared the hosts, there is no operator's file, and `restart()` starts Landfall for the first time. */
  blank?: boolean
  say?: (line: string) => void
}

export type OperatorFileText = z.infer<typeof operatorText>
const operatorText = z.object({
  version: z.literal(1),
  hosts: z.record(z.string(), z.looseObject({})),
  repositories: z.record(z.string(), z.looseObject({})),
  registries: z.record(z.string(), z.looseObject({})),
  chat: z.record(z.string(), z.looseObject({})),
})

const manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])),
  default_events: z.array(z.string()),
})

/** Builds the town. The App has exactly the permissions and events of app.yml. */
export async function startScenario(options: ScenarioOptions = {}): Promise<Scenario> {
  const { hosts: wanted = ['web-1'], blank = false, say = () => undefined } = options
  say('bringing up the laboratory: hosts with sshd and Docker, a registry')
  const lab = await startLaboratory({ hosts: wanted, registry: true })
  const described = manifest.parse(parse(readFileSync('app.yml', 'utf8')))
  const app = testApp({ permissions: described.default_permissions, events: described.default_events })
  const [github, chat, parts] = await Promise.all([startGitHub({ app }), startChat(), prepareParts()])

  const dataFolder = join(lab.folder, 'landfall')
  const hosts = wanted.map((host) => lab.host(typeof host === 'string' ? host : host.name))
  const operatorFile = join(lab.folder, 'operator.yml')
  if (!blank) {
    say('installing landfall-shell on the hosts with `landfall host bootstrap`')
    await Promise.all(hosts.map((host) => bootstrapHost(host, dataFolder)))
    const written = operatorFor(hosts, chat.url)
    options.operator?.(written)
    await writeFile(operatorFile, stringify(written))
  }
  const base = {
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: app.secret,
    APP_CLIENT_ID: app.client.id,
    APP_CLIENT_SECRET: app.client.secret,
    GITHUB_API_URL: github.url,
    LANDFALL_GITHUB_PACE: 'none',
    LANDFALL_DATA: dataFolder,
    LANDFALL_OPERATOR: operatorFile,
    LANDFALL_COMPOSE: parts.compose,
    CHAT_URL: `${chat.url}/slack`,
    CHAT_TOKEN: '1234:telegram-token',
    ...options.environment,
  }
  const on = (port: number) => ({ PUBLIC_URL: `http://127.0.0.1:${port}`, ...base, PORT: String(port) })
  if (!blank) say('starting Landfall')
  const { port, started } = await onFreePort(async (free) => (blank ? undefined : startProcess(on(free))))
  let serving = started
  const environment = on(port)
  app.callbackUrls.push(`${environment.PUBLIC_URL}/sign-in/done`)
  const scenario: Scenario = {
    lab,
    github,
    chat,
    environment,
    operatorFile,
    get landfall() {
      if (!serving) throw new Error('Landfall was not started yet')
      return serving
    },
    async restart(otherwise = {}) {
      serving = await startProcess({ ...environment, ...otherwise.environment }, otherwise.through)
    },
    async stop() {
      await serving?.stop()
      await Promise.all([chat.close(), github.close(), lab.stop()])
    },
  }
  github.webhookUrl = `http://127.0.0.1:${port}/api/github/webhooks`
  return scenario
}

function operatorFor(hosts: Host[], chatUrl: string): OperatorFileText {
  return {
    version: 1,
    hosts: Object.fromEntries(
      hosts.map((host) => [host.name, { address: host.address, port: host.port, user: 'landfall', 'host-key': host.hostKey }]),
    ),
    registries: {},
    repositories: {
      'acme/*': { projects: ['*'], environments: { '*': hosts.map(({ name }) => name) }, notify: ['deploys', 'ops'] },
    },
    chat: {
      deploys: { slack: { url: { env: 'CHAT_URL' } } },
      ops: { telegram: { token: { env: 'CHAT_TOKEN' }, chat: '-100', api: chatUrl } },
    },
  }
}
