import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { CheckRun, Status } from '../github/world.ts'
import type { Host, HostOptions } from '../host.ts'
import { type Laboratory, startLaboratory } from '../laboratory.ts'
import { type Scenario, startScenario } from './scenario.ts'
import { composeFile, type Merged, openShop, type Release, type Shop } from './shop.ts'

/** A scenario with one shop in it, for a suite whose rows share it and leave it working. */
export interface Town {
  scenario: Scenario
  shop: Shop
  host: Host
  /** Redis and PostgreSQL; only with `servers`. */
  servers: Laboratory | undefined
  /** The shop's files when all is well. */
  files: Record<string, string>
  /** Merges the shop's own files with these changes; GitHub has told of it when this resolves. */
  begin(release: Release): Promise<Merged>
  /** Waits until a merge stands behind another deployment. */
  queued(merged: Merged): Promise<CheckRun>
  /** Waits for the given end of a merge's commit status. */
  ended(merged: Merged, end: Status['state']): Promise<Status>
  /** Both. */
  merge(release: Release, end: Status['state']): Promise<{ merged: Merged; status: Status }>
  /** Merges a landfall.yml that cannot be used. */
  misconfigure(release: Release): Promise<{ merged: Merged; check: CheckRun }>
  /** Everything that a deployment would change on the host: containers, and what landfall-shell was told to do. */
  footprint(): Promise<string>
  /** Changes the operator's file and waits until Landfall goes by it. */
  changeOperator(change: (file: OperatorText) => void): Promise<void>
  close(): Promise<void>
}

const patience = 60

export type OperatorText = z.infer<typeof operatorText>
const operatorText = z.looseObject({
  hosts: z.record(z.string(), z.looseObject({ 'host-key': z.string() })),
  repositories: z.record(z.string(), z.looseObject({ allow: z.array(z.string()).optional() })),
})

export interface TownOptions {
  /** Puts Landfall on PostgreSQL and Redis instead of its own file. */
  servers?: boolean
  /** What is special about the host. */
  host?: Omit<HostOptions, 'name'>
  /** Further hosts, on which the shop does not run. */
  others?: HostOptions[]
  say?: (line: string) => void
}

/** Builds the town. */
export async function openTown(options: TownOptions = {}): Promise<Town> {
  const { servers: withServers = false, host = {}, others = [], say = () => {} } = options
  const servers = withServers ? await startLaboratory({ redis: true, postgres: true }) : undefined
  try {
    const environment = servers && { DATABASE_URL: await servers.postgres.createDatabase(), QUEUE_URL: servers.redis.url }
    const hosts = [{ name: 'web-1', ...host }, ...others]
    const scenario = await startScenario({ hosts, say, ...(environment && { environment }) })
    return await populate(scenario, servers)
  } catch (error) {
    await servers?.stop()
    throw error
  }
}

async function populate(scenario: Scenario, servers: Laboratory | undefined): Promise<Town> {
  const { lab, github } = scenario
  const host = lab.host('web-1')
  const files = shopFiles(lab.registry.address)
  const shop = await openShop(github, lab.registry, { name: 'shop', hosts: ['web-1'], files })
  const begin: Town['begin'] = (release) => shop.merge({ ...release, files: { ...files, ...release.files } })
  const ended: Town['ended'] = ({ sha }, end) => shop.repository.waitForStatus(sha, 'landfall/production', end, patience)
  return {
    scenario,
    shop,
    host,
    servers,
    files,

    begin,
    queued: ({ sha }) => shop.repository.waitForCheck(sha, 'Deploy to production', 'queued', patience),
    ended,
    async merge(release, end) {
      const merged = await begin(release)
      return { merged, status: await ended(merged, end) }
    },
    async misconfigure(release) {
      const merged = await begin(release)
      return { merged, check: await shop.repository.waitForCheck(merged.sha, 'Landfall configuration', 'failure', patience) }
    },

    // Clearing away comes after a deployment's end, and so at any time.
    footprint: () =>
      host.sh(
        'docker ps --all --no-trunc --format "{{.ID}} {{.Names}}" | sort; cat /var/lib/landfall/*/*/log 2>/dev/null | grep -v " prune " || true',
      ),

    async changeOperator(change) {
      const file = operatorText.parse(parse(readFileSync(scenario.operatorFile, 'utf8')))
      change(file)
      const before = scenario.landfall.log.length
      await writeFile(scenario.operatorFile, stringify(file))
      const [known] = github.deliveries
      // Landfall looks at its file when it needs it: an old delivery, told again, is a need that changes nothing else.
      const deadline = performance.now() + patience * 1000
      while (!scenario.landfall.log.slice(before).some(({ msg }) => msg === 'operator file reloaded')) {
        if (performance.now() > deadline) throw new Error('Landfall does not go by what the operator wrote')
        if (known) await github.redeliver(known.guid)
        await pause(200)
      }
    },

    async close() {
      await scenario.stop()
      await servers?.stop()
    },
  }
}

/** Files of a shop that is proved quickly and tells both chat channels. */
function shopFiles(registry: string): Record<string, string> {
  return {
    'compose.yml': composeFile(registry, 'shop'),
    'deploy/production.env': 'GREETING=hello\n',
    '.github/landfall.yml': landfallFile({ registry }),
  }
}

/** The shop's own landfall.yml, with something different in one place. */
export function landfallFile({
  registry,
  branch = 'main',
  hosts = '[web-1]',
  imageWithin = '15m',
  tag = '{sha}',
}: LandfallFileParts): string {
  return `version: 1
project: shop
compose: [compose.yml]
images:
  web: { repository: ${registry}/acme/shop, tag: ${JSON.stringify(tag)} }
defaults:
  image-within: ${imageWithin}
  verify:
    web: { port: 3000, health: /health, version: "/health#/version", within: 20s, soak: 1s }
    db: { soak: 1s }
environments:
  production: { branch: ${JSON.stringify(branch)}, hosts: ${hosts}, env: deploy/production.env }
notify: ["slack:deploys", "telegram:ops"]
`
}

export interface LandfallFileParts {
  registry: string
  branch?: string
  hosts?: string
  imageWithin?: string
  tag?: string
}

/** The text people read on a page, without its markup. */
export async function readPage(url: string | undefined | null): Promise<string> {
  if (!url) throw new Error('the status leads to no page')
  const page = await fetch(url)
  if (!page.ok) throw new Error(`${url} answers ${page.status}`)
  const entities: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' }
  return (await page.text())
    .replace(/<style[\s\S]*?<\/style>|<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity)
}
