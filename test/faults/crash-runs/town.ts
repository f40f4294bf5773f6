import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { testApp } from '../../lab/github/app.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { type ChatReceiver, startChat } from '../../lab/landfall/chat.ts'
import { type Records, recordsOf } from '../../lab/landfall/records.ts'
import { composeFile, openShop } from '../../lab/landfall/shop.ts'
import { eventually } from '../eventually.ts'
import { openWork } from '../settled.ts'
import type { Ground } from './ground.ts'
import { type HostWatch, watchHost } from './host-watch.ts'
import { type Landfalls, landfalls } from './landfalls.ts'
import { type People, peopleOf } from './people.ts'
import type { Random } from './random.ts'
import type { Script } from './script.ts'
import { createSteps, type Steps, stepAtGitHub, stepInLog } from './steps.ts'

/** A run's own town: a repository, a database, Landfalls and a GitHub that nothing before knows of. */
export interface RunTown {
  ground: Ground
  project: string
  repository: TestRepository
  github: GitHubStandIn
  chat: ChatReceiver
  records: Records
  landfalls: Landfalls
  people: People
  steps: Steps
  watch: HostWatch
  /** Waits until Landfall has nothing left to do or to tell; false where that took longer. */
  quiet(seconds: number): Promise<boolean>
  close(): Promise<void>
}

const manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write', 'admin'])),
  default_events: z.array(z.string()),
})

/** One App for all runs: making its key takes longer than all the rest. */
const app = (() => {
  const { default_permissions: permissions, default_events: events } = manifest.parse(parse(readFileSync('app.yml', 'utf8')))
  return testApp({ permissions, events })
})()

export async function openRunTown(ground: Ground, { seed, profile }: Pick<Script, 'seed' | 'profile'>, random: Random): Promise<RunTown> {
  const project = `run-${seed}`
  await ground.clear(project)
  const { registry } = ground.lab
  const [github, chat, base] = await Promise.all([
    startGitHub({ app }),
    startChat(),
    ground.environment(`${project}-${Date.now()}`, profile),
  ])
  const environment = {
    ...base,
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: app.secret,
    GITHUB_API_URL: github.url,
    CHAT_URL: `${chat.url}/slack`,
  }
  const records = recordsOf(environment)
  const steps = createSteps()
  const watch = watchHost(ground.host, project)
  watch.onWrite(() => steps.hear('Compose begins'))
  github.onRequest((request) => {
    const step = stepAtGitHub(request)
    if (step) steps.hear(step)
  })
  const servers = landfalls({
    names: profile === 'one machine' ? ['A'] : ['A', 'B'],
    environment,
    onLine(line, by) {
      const step = stepInLog(line)
      if (step) steps.hear(step, by)
    },
    aim(url) {
      github.webhookUrl = url
    },
  })
  const close = async () => {
    await Promise.all([watch.close(), chat.close(), github.close()])
    await ground.clear(project)
  }
  try {
    const shop = await openShop(github, registry, { name: project, hosts: [ground.host.name], files: filesOf(project, registry.address) })
    await servers.open()
    return {
      ground,
      project,
      repository: shop.repository,
      github,
      chat,
      records,
      landfalls: servers,
      people: peopleOf(shop, github, registry, random),
      steps,
      watch,
      async quiet(seconds) {
        for (const deadline = performance.now() + seconds * 1000; performance.now() < deadline; await pause(100)) {
          // The database may be down just now.
          const open = await openWork(records).catch(() => ['?'])
          if (open.length === 0) return true
        }
        return false
      },
      close,
    }
  } catch (error) {
    await Promise.allSettled([servers.close(), close()])
    throw error
  }
}

/** Waits until Landfall has looked at the repository once: what was commented before that is history to it, and no wish. */
export const lookedAt = ({ records, repository }: RunTown): Promise<true> =>
  eventually('a first look at the repository', async () => {
    const seen = await records.query(`select 1 as there from seen where repository = $1 and place = 'first look'`, [repository.fullName])
    return seen.length > 0 ? true : undefined
  })

/** A shop as others have it, with restart policies, and with versions that fail soon. */
function filesOf(project: string, registry: string): Record<string, string> {
  return {
    'compose.yml': composeFile(registry, project).replaceAll(
      '    init: true',
      '    init: true\n    restart: unless-stopped\n    stop_grace_period: 3s',
    ),
    '.github/landfall.yml': `version: 1
project: ${project}
compose: [compose.yml]
images:
  web: { repository: ${registry}/acme/${project} }
defaults:
  verify:
    web: { port: 3000, health: /health, version: "/health#/version", within: 6s, soak: 0s }
    db: { within: 10s, soak: 0s }
environments:
  production: { branch: main, hosts: [web-1], env: deploy/production.env }
notify: ["slack:deploys"]
`,
  }
}
