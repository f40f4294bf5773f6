import { readFileSync, watch } from 'node:fs'
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Host } from '../../lab/host.ts'

/** One start of `docker compose up` for the project on the host, by who stood before Compose and watched. */
export interface Write {
  /** Milliseconds since 1970. */
  at: number
  /** The release whose files Compose was given. */
  release: number
  /** What landfall-shell was doing: `switch` or `restore`; empty where it was gone already. */
  verb: string
  /** Generation and turn of the order; 0 where nobody could be asked. */
  generation: number
  turn: number
  /** Process ids of other writers that were at work for the same project at that moment. */
  beside: number[]
}

/** A service's container that was begun while another of the same service still ran, by Docker's own account. */
export interface Twins {
  service: string
  at: number
  names: string[]
}

/** Looks at a project on a host without asking Landfall, all through a run. */
export interface HostWatch {
  writes(): Write[]
  twins: Twins[]
  /** Names of containers that were begun to run once and end, in their order. */
  once: string[]
  onWrite(listener: () => void): void
  close(): Promise<void>
}

const folder = '/run/watch'
const record = join(folder, 'writers')

/** Puts the watcher before Compose on a host, which may have gates there already. */
export async function installWatch(host: Host): Promise<void> {
  await mkdir(host.path(join(folder, 'pids')), { recursive: true })
  for (const open of [folder, join(folder, 'pids')]) await chmod(host.path(open), 0o777)
  await writeFile(host.path(record), '', { mode: 0o666 })
  await chmod(host.path(record), 0o666)
  const plugin = host.path('/usr/local/lib/docker/cli-plugins/docker-compose')
  await mkdir(join(plugin, '..'), { recursive: true })
  await rm(plugin, { force: true })
  await copyFile(join(import.meta.dirname, 'writer-watch.sh'), plugin)
  await chmod(plugin, 0o755)
}

export function watchHost(host: Host, project: string): HostWatch {
  const listeners = new Set<() => void>()
  const lines = () =>
    readFileSync(host.path(record), 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, , of]) => of === project)
  let seen = lines().length
  const watcher = watch(host.path(folder), () => {
    const now = lines().length
    if (now > seen) for (const listener of listeners) listener()
    seen = now
  })
  const containers = watchContainers(host, project)
  return {
    writes: () => lines().map(writeIn),
    twins: containers.twins,
    once: containers.once,
    onWrite: (listener) => void listeners.add(listener),
    async close() {
      watcher.close()
      await containers.close()
    },
  }
}

function writeIn([at = '', , , release = '', others = '-', ...caller]: string[]): Write {
  const order = caller.slice(caller.indexOf('--work') + 1)
  const [verb = '', , , generation, turn] = caller.includes('--work') ? order : []
  return {
    at: Number(BigInt(at) / 1_000_000n),
    release: Number(release),
    verb,
    generation: Number(generation ?? 0),
    turn: Number(turn ?? 0),
    beside: others
      .split(',')
      .filter((pid) => /^\d+$/.test(pid))
      .map(Number),
  }
}

const event = z.object({
  Action: z.string(),
  timeNano: z.number(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
})
const listed = z.array(z.object({ Id: z.string(), Names: z.array(z.string()), Labels: z.record(z.string(), z.string()) }))

const onceLabel = 'landfall.once'
const serviceLabel = 'com.docker.compose.service'

/** Follows Docker's events as long as there is a Docker; after each of its deaths, what runs is asked anew. */
function watchContainers(host: Host, project: string): { twins: Twins[]; once: string[]; close(): Promise<void> } {
  const socketPath = host.path('/run/docker.sock')
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }))
  const stopping = new AbortController()
  /** By id. */
  const running = new Map<string, { service: string; name: string }>()
  const twins: Twins[] = []
  const once: string[] = []
  const ended = new Set<string>()

  const hear = ({ Action, timeNano, Actor: { ID, Attributes } }: z.infer<typeof event>) => {
    if (Action === 'die' || Action === 'destroy') {
      running.delete(ID)
      ended.add(ID)
    }
    if (Action !== 'start') return
    ended.delete(ID)
    const [service = '', name = ''] = [Attributes[serviceLabel], Attributes.name]
    if (Attributes[onceLabel] !== undefined) return void once.push(name)
    const others = [...running].filter(([id, other]) => id !== ID && other.service === service)
    if (others.length > 0) twins.push({ service, at: timeNano / 1e6, names: [name, ...others.map(([, other]) => other.name)] })
    running.set(ID, { service, name })
  }

  const follow = (): Promise<void> =>
    new Promise((resolve) => {
      const path = `/events?filters=${encodeURIComponent(JSON.stringify({ type: ['container'], label: [`com.docker.compose.project=${project}`] }))}`
      const asked = request({ socketPath, path, signal: stopping.signal }, async (response) => {
        response.on('error', () => resolve())
        response.on('close', () => resolve())
        const lines = createInterface({ input: response })
        lines.on('error', () => resolve())
        lines.on('line', (line) => hear(event.parse(JSON.parse(line))))
        // From here on nothing is missed; what was begun before is asked for.
        for (const { Id, Names, Labels } of await list().catch(() => [])) {
          if (!ended.has(Id) && Labels[onceLabel] === undefined)
            running.set(Id, { service: Labels[serviceLabel] ?? '', name: Names[0] ?? '' })
        }
      })
      asked.on('error', () => resolve())
      asked.end()
    })

  const list = async (): Promise<z.infer<typeof listed>> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const asked = request({ socketPath, path: `/containers/json?filters=${filters}` }, async (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
    return listed.parse(JSON.parse(await promise))
  }

  const following = (async () => {
    while (!stopping.signal.aborted) {
      running.clear()
      ended.clear()
      await follow()
      await pause(50)
    }
  })()
  return {
    twins,
    once,
    async close() {
      stopping.abort()
      await following
    },
  }
}
