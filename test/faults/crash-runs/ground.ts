import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { openIdentities } from '../../../src/adapters/identities.ts'
import { type Gates, installGates } from '../../lab/gates.ts'
import type { Host } from '../../lab/host.ts'
import { type Laboratory, startLaboratory } from '../../lab/laboratory.ts'
import { bootstrapHost } from '../../lab/landfall/bootstrap.ts'
import { prepareParts } from '../../lab/parts.ts'
import type { Profile } from '../towns.ts'
import { installWatch } from './host-watch.ts'
import type { Place } from './rules.ts'

/** A bootstrapped host, and what holds up what arrives there. */
export interface Spot {
  host: Host
  gates: Gates
}

/** What all runs stand on: one laboratory with hosts for each place, and the keys of the Landfall they were bootstrapped for. */
export interface Ground {
  lab: Laboratory
  spots: Record<Place, readonly Spot[]>
  /** What a Landfall of this profile is started with: a data folder of its own with the keys in it, an empty database. */
  environment(name: string, profile: Profile): Promise<Record<string, string>>
  /** Where Landfall's keys are, of which every data folder holds a copy. */
  keys: string
  /** Takes everything of a project off the hosts. */
  clear(project: string): Promise<void>
  close(): Promise<void>
}

const places = { production: ['web-1', 'web-2', 'web-3'], staging: ['staging-1'] } as const satisfies Record<Place, readonly string[]>

export const allSpots = (spots: Ground['spots']): Spot[] => Object.values(spots).flat()

/** The login without which the registry gives nothing away: every pull leaves one on the host for as long as it lasts. */
const login = { username: 'landfall', password: 'registry-password' }

export async function openGround(say: (line: string) => void = () => {}): Promise<Ground> {
  say('bringing up four hosts with sshd and Docker, a registry, PostgreSQL and Redis')
  const lab = await startLaboratory({ hosts: [...places.production, ...places.staging], registry: true, redis: true, postgres: true })
  try {
    const keys = join(lab.folder, 'keys')
    lab.registry.requireBasic(login)
    const spotOn = async (name: string): Promise<Spot> => {
      const host = lab.host(name)
      await keepContainers(host)
      await bootstrapHost(host, keys)
      const gates = await installGates(host)
      await installWatch(host)
      return { host, gates }
    }
    // One after the other: the first makes the keys.
    const [first, ...others] = places.production
    const production = [await spotOn(first), ...(await Promise.all(others.map(spotOn)))]
    await openIdentities(keys)
    const spots = { production, staging: await Promise.all(places.staging.map(spotOn)) }
    const operatorFile = join(lab.folder, 'operator.yml')
    await writeFile(operatorFile, stringify(operator(spots, lab.registry.address)))
    const { compose } = await prepareParts()
    return {
      lab,
      spots,
      keys,
      async environment(name, profile) {
        const folder = join(lab.folder, 'data', name)
        await mkdir(join(folder, '..'), { recursive: true })
        await cp(keys, folder, { recursive: true })
        if (profile === 'several machines') await lab.redis.flush()
        return {
          LANDFALL_DATA: folder,
          LANDFALL_OPERATOR: operatorFile,
          LANDFALL_COMPOSE: compose,
          LANDFALL_POLL_SECONDS: '1',
          LANDFALL_GITHUB_PACE: 'none',
          REGISTRY_PASSWORD: login.password,
          PORT: '0',
          PUBLIC_URL: 'https://landfall.example.com',
          ...(profile === 'several machines' && { DATABASE_URL: await lab.postgres.createDatabase(), QUEUE_URL: lab.redis.url }),
        }
      },
      clear: async (project) => void (await Promise.all(allSpots(spots).map(({ host }) => clear(host, project)))),
      close: () => lab.stop(),
    }
  } catch (error) {
    await lab.stop()
    throw error
  }
}

/** Containers outlive their Docker: without this setting, one that was killed ends them when it comes back, and starts none again. */
async function keepContainers(host: Host): Promise<void> {
  const file = host.path('/etc/docker/daemon.json')
  const settings = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')))
  await writeFile(file, JSON.stringify({ ...settings, 'live-restore': true }))
  await host.engine.stop()
  await host.engine.start()
}

function operator(spots: Ground['spots'], registry: string) {
  const hosts = allSpots(spots).map(({ host }) => host)
  const environments = Object.entries(spots).map(([place, own]) => [place, own.map(({ host }) => host.name)])
  const grant = { projects: ['*'], environments: Object.fromEntries(environments), registries: [registry], notify: ['deploys'] }
  return {
    version: 1,
    hosts: Object.fromEntries(
      hosts.map(({ name, address, port, hostKey }) => [name, { address, port, user: 'landfall', 'host-key': hostKey }]),
    ),
    registries: { [registry]: { username: login.username, password: { env: 'REGISTRY_PASSWORD' } } },
    repositories: { 'acme/*': grant },
    chat: { deploys: { slack: { url: { env: 'CHAT_URL' } } } },
  }
}

async function clear(host: Host, project: string): Promise<void> {
  const filter = `--filter label=com.docker.compose.project=${project}`
  await host.sh(`
    ids=$(docker ps -aq ${filter}); [ -z "$ids" ] || docker rm -fv $ids >/dev/null
    names=$(docker volume ls -q ${filter}); [ -z "$names" ] || docker volume rm $names >/dev/null
    ids=$(docker network ls -q ${filter}); [ -z "$ids" ] || docker network rm $ids >/dev/null
    ids=$(docker images -q '*/acme/${project}' | sort -u); [ -z "$ids" ] || docker rmi -f $ids >/dev/null
    rm -rf /var/lib/landfall/${project} /run/watch/pids/*; : >/run/watch/writers`)
}
