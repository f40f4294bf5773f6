import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { testApp } from '../../lab/github/app.ts'
import type { TestRepository } from '../../lab/github/repository.ts'
import { type GitHubStandIn, startGitHub } from '../../lab/github/stand-in.ts'
import { type ChatReceiver, startChat } from '../../lab/landfall/chat.ts'
import { type Records, recordsOf } from '../../lab/landfall/records.ts'
import { composeFile, openShop } from '../../lab/landfall/shop.ts'
import { eventually } from '../eventually.ts'
import { beforeText, obeying } from './before.ts'
import { type Fleet, rolloutText } from './fleet.ts'
import type { Ground, Spot } from './ground.ts'
import { type HostWatch, watchHost } from './host-watch.ts'
import { type Landfalls, landfalls } from './landfalls.ts'
import { type People, peopleOf } from './people.ts'
import type { Random } from './random.ts'
import { environmentsText, type Place, type Rules } from './rules.ts'
import type { Script, Strike } from './script.ts'
import { hasSecrets, knowing, openVault, secretsText } from './secrets.ts'
import { hasSettings, withSettings } from './settings.ts'
import { createSteps, type Steps, stepAtGitHub, stepInLog } from './steps.ts'
import { type Waiting, waitingIn } from './waiting.ts'

/** A run's own town: a repository, a database, Landfalls and a GitHub that nothing before knows of. */
export interface RunTown {
  ground: Ground
  project: string
  rules: Rules | undefined
  fleet: Fleet | undefined
  /** Whether the database mounts a file of the repository. */
  settings: boolean
  /** Whether production has a secret. */
  secrets: boolean
  repository: TestRepository
  github: GitHubStandIn
  chat: ChatReceiver
  records: Records
  landfalls: Landfalls
  people: People
  steps: Steps
  /** Where the project runs. */
  places: readonly Place[]
  /** Its hosts, by where they are. */
  spots: Record<Place, readonly WatchedSpot[]>
  waiting: Waiting
  close(): Promise<void>
}

/** A host of the run, and who watches the project there. */
export interface WatchedSpot extends Spot {
  watch: HostWatch
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

export async function openRunTown(
  ground: Ground,
  { seed, profile, rules, fleet, before }: Pick<Script, 'seed' | 'profile' | 'rules' | 'fleet' | 'before'>,
  { random, program }: { random: Random; program: string | undefined },
): Promise<RunTown> {
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
  const watched = (spot: Spot): WatchedSpot => ({ ...spot, watch: watchHost(spot.host, project) })
  const production = ground.spots.production.slice(0, fleet?.hosts ?? 1).map(watched)
  const spots = { production, staging: rules ? ground.spots.staging.map(watched) : [] }
  const watches = Object.values(spots)
    .flat()
    .map(({ watch }) => watch)
  for (const watch of watches) watch.onWrite(() => steps.hear('Compose begins'))
  github.onRequest((request) => {
    const step = stepAtGitHub(request)
    if (step) steps.hear(step)
  })
  const servers = landfalls({
    names: profile === 'one machine' ? ['A'] : ['A', 'B'],
    environment,
    program,
    onLine(line, by) {
      const step = stepInLog(line)
      if (step) steps.hear(step, by)
    },
    aim(url) {
      github.webhookUrl = url
    },
  })
  const close = async () => {
    await Promise.all([...watches.map((watch) => watch.close()), chat.close(), github.close()])
    await ground.clear(project)
  }
  try {
    const namesOf = (place: Place) => spots[place].map(({ host }) => host.name)
    const hosts = { production: namesOf('production'), staging: namesOf('staging') }
    const [settings, secrets] = [hasSettings(seed), hasSecrets(seed)]
    const written = filesOf(
      project,
      registry.address,
      environmentsText(rules, hosts, `${rolloutText(fleet)}${beforeText(before)}${secretsText(secrets)}`),
      { before, secrets },
    )
    const files = settings ? withSettings(written) : written
    const shop = await openShop(github, registry, { name: project, hosts: hosts.production, files })
    for (const person of ['lisa', 'peter']) shop.repository.addCollaborator(person, 'write')
    await servers.open()
    const vault = secrets ? await openVault(ground.keys, shop.repository.fullName) : undefined
    const people = peopleOf(shop, github, registry, { rules, fleet, random, vault })
    return {
      ground,
      project,
      rules,
      fleet,
      settings,
      secrets,
      repository: shop.repository,
      github,
      chat,
      records,
      landfalls: servers,
      people,
      steps,
      places: rules ? ['staging', 'production'] : ['production'],
      spots,
      waiting: waitingIn(records, people, { rules, fleet }),
      close,
    }
  } catch (error) {
    await Promise.allSettled([servers.close(), close()])
    throw error
  }
}

/** The host that a strike is meant for. */
export function spotOf({ spots }: Pick<RunTown, 'spots'>, { place, host }: Pick<Strike, 'place' | 'host'>): WatchedSpot {
  const spot = spots[place][host]
  if (!spot) throw new Error(`${place} has no host ${host + 1}`)
  return spot
}

/** Waits until Landfall has looked at the repository once: what was commented before that is history to it, and no wish. */
export const lookedAt = ({ records, repository }: RunTown): Promise<true> =>
  eventually('a first look at the repository', async () => {
    const seen = await records.query(`select 1 as there from seen where repository = $1 and place = 'first look'`, [repository.fullName])
    return seen.length > 0 ? true : undefined
  })

/** A shop as others have it, with restart policies, and with versions that fail soon. */
function filesOf(
  project: string,
  registry: string,
  environments: string,
  { before, secrets }: Pick<RunTown, 'secrets'> & Pick<Script, 'before'>,
): Record<string, string> {
  return {
    'compose.yml': knowing(obeying(composeFile(registry, project), before), secrets).replaceAll(
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
${environments}notify: ["slack:deploys"]
`,
  }
}
