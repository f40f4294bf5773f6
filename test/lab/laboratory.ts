import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hireJanitor, onInterruption } from './endings.ts'
import { type Host, type HostOptions, startHost } from './host.ts'
import { type EngineVersion, prepareParts } from './parts.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type Redis, startRedis } from './redis.ts'
import { type Registry, startRegistry } from './registry.ts'

export interface LaboratoryOptions {
  hosts?: (string | HostOptions)[]
  registry?: boolean
  redis?: boolean | { maxmemoryPolicy: string }
  postgres?: boolean
  /** Gets a line before each long step, such as the first download. */
  say?: (line: string) => void
}

/** Real parts, all in one folder; see README.md. */
export interface Laboratory {
  folder: string
  hosts: Host[]
  /** @throws when there is no host of that name */
  host(name: string): Host
  /** @throws when it was not asked for; so do the next two */
  readonly registry: Registry
  readonly redis: Redis
  readonly postgres: Postgres
  /** Stops all it started and removes its folder. Also done on SIGINT, SIGTERM and when the process ends. */
  stop(): Promise<void>
}

/** Prepares what is missing on this machine and starts everything asked for, side by side. */
export async function startLaboratory(options: LaboratoryOptions = {}): Promise<Laboratory> {
  const wanted = (options.hosts ?? []).map((host) => (typeof host === 'string' ? { name: host } : host))
  await prepare(wanted, options.say)
  const folder = await mkdtemp(join(tmpdir(), 'landfall-lab-'))
  const dismissJanitor = hireJanitor(folder)
  const stops: (() => Promise<void>)[] = []
  const stop = onceOnly(async () => {
    stopListening()
    await Promise.all(stops.map((stopPart) => stopPart()))
    await rm(folder, { recursive: true, force: true })
    dismissJanitor()
  })
  const stopListening = onInterruption(stop)
  const counted = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting
    stops.push(() => part.stop())
    return part
  }
  const registry = options.registry ? counted(startRegistry(folder)) : undefined
  const redis = options.redis ? counted(startRedis(folder, options.redis === true ? {} : options.redis)) : undefined
  const postgres = options.postgres ? counted(startPostgres(folder)) : undefined
  const hosts = wanted.map((host) => counted(startHost(host, folder)))
  // All settle before a failure counts: what is still starting could not be stopped.
  await Promise.allSettled([registry, redis, postgres, ...hosts])
  try {
    return await assemble({ folder, hosts, registry, redis, postgres, stop })
  } catch (error) {
    await stop()
    throw error
  }
}

async function prepare(hosts: HostOptions[], say: LaboratoryOptions['say']): Promise<void> {
  const engines = new Set<EngineVersion>(['trixie', ...hosts.map(({ engine = 'trixie' }) => engine)])
  for (const engine of engines) await prepareParts({ engine, ...(say && { say }) })
}

interface Starting {
  folder: string
  hosts: Promise<Host>[]
  registry: Promise<Registry> | undefined
  redis: Promise<Redis> | undefined
  postgres: Promise<Postgres> | undefined
  stop: () => Promise<void>
}

async function assemble({ folder, stop, ...starting }: Starting): Promise<Laboratory> {
  const [hosts, registry, redis, postgres] = await Promise.all([
    Promise.all(starting.hosts),
    starting.registry,
    starting.redis,
    starting.postgres,
  ])
  if (registry) await Promise.all(hosts.map((host) => host.reach(registry.port, registry.server)))
  const present = <T>(part: T | undefined, name: string): T => {
    if (part === undefined) throw new Error(`laboratory: no ${name} was started. Ask for it in startLaboratory.`)
    return part
  }
  return {
    folder,
    hosts,
    stop,
    host: (name) =>
      present(
        hosts.find((host) => host.name === name),
        `host "${name}"`,
      ),
    get registry() {
      return present(registry, 'registry')
    },
    get redis() {
      return present(redis, 'Redis')
    },
    get postgres() {
      return present(postgres, 'PostgreSQL')
    },
  }
}

const onceOnly = (work: () => Promise<void>) => {
  let running: Promise<void> | undefined
  return () => {
    running ??= work()
    return running
  }
}
