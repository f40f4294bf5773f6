import { existsSync, globSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { install, unpack } from './apt.ts'
import { cacheFolder } from './folders.ts'
import { holding } from './lock.ts'
import { run } from './run.ts'

/** A Docker Engine with its CLI and Compose, by the Debian suite it comes from: 26.1 with 2.26, or 28.x with 2.40. */
export type EngineVersion = 'trixie' | 'sid'

/** Where the programs of the laboratory are. */
export interface Parts {
  /** Folders laid over /usr for a host with this engine; empty where this machine's own will do. */
  engine: string[]
  /** The Docker CLI and the Compose binary, for use out here. */
  docker: string
  compose: string
  /** A static busybox: all that the test images hold. */
  busybox: string
  /** Folder of `initdb` and `postgres`. */
  postgres: string
  /** Present when asked for. */
  chromium?: string
  /** Libraries that stand between a program and the C library: what they say of the time and of disks. Present when asked for. */
  interposers?: { clock: string; files: string[] }
}

export interface PartsWanted {
  engine?: EngineVersion
  browser?: boolean
  interposers?: boolean
  ansible?: boolean
  /** HAProxy, nginx and Caddy. */
  balancers?: boolean
  /** Gets a line before each long step. */
  say?: (line: string) => void
}

/**
 * Makes sure that everything the laboratory runs is on this machine: installs what is missing from Debian, and unpacks
 * Engine and Compose into the cache folder. Quick when all is there; processes that prepare at the same time wait for each other.
 * @throws on a machine that is not Debian, without root, or without a mirror when one is needed
 */
export async function prepareParts({
  engine = 'trixie',
  browser = false,
  interposers = false,
  ansible = false,
  balancers = false,
  say = () => {},
}: PartsWanted = {}): Promise<Parts> {
  if (process.getuid?.() !== 0) throw new Error('laboratory: needs root for namespaces and the Docker daemon. Run this as root.')
  if (!existsSync('/usr/bin/apt-get')) throw new Error('laboratory: needs Debian 12 or 13 (no apt-get here). Run this on such a machine.')
  const cache = await cacheFolder()
  const missing = () =>
    missingPackages({
      ...needed,
      ...(browser && neededByBrowser),
      ...(interposers && neededByInterposers),
      ...(ansible && neededByAnsible),
      ...(balancers && neededByBalancers),
    })
  const own = engine === 'trixie' ? await installedEngine() : undefined
  const tree = join(cache, `engine-${engine}-${process.arch}`)
  const busybox = join(cache, `busybox-${process.arch}`)
  const complete = () => missing().length === 0 && existsSync(busybox) && (own !== undefined || existsSync(tree))
  if (!complete()) {
    await holding(join(cache, 'lock'), async () => {
      const packages = missing()
      if (packages.length > 0) {
        say(`installing ${packages.join(', ')}`)
        await install(packages)
      }
      if (!existsSync(busybox)) {
        say('fetching a static busybox')
        await unpack('trixie', ['busybox-static'], busybox)
      }
      if (!own && !existsSync(tree)) {
        say(`fetching Docker Engine and Compose from Debian ${engine} (about 90 MB)`)
        await unpack(engine, ['docker.io', 'docker-cli', 'docker-compose', 'containerd', 'tini'], tree)
        await mustRunHere(tree, engine)
      }
    })
  }
  const programs = own ?? { docker: join(tree, 'usr/bin/docker'), compose: join(tree, composePlugin) }
  return {
    engine: own ? [] : [tree],
    ...programs,
    busybox: join(busybox, 'usr/bin/busybox'),
    postgres: postgresFolder() ?? '',
    ...(browser && { chromium: '/usr/bin/chromium' }),
    ...(interposers && { interposers: { clock: clockLibrary() ?? '', files: fileLibraries } }),
  }
}

const composePlugin = 'usr/libexec/docker/cli-plugins/docker-compose'

/** Programs of a later suite may want a newer C library than this machine has: better said now than by a dead daemon. */
async function mustRunHere(tree: string, suite: EngineVersion): Promise<void> {
  for (const program of ['usr/sbin/dockerd', 'usr/bin/containerd', 'usr/bin/docker', composePlugin]) {
    const { code, stderr } = await run([join(tree, program), program === composePlugin ? 'version' : '--version'])
    if (code === 0) continue
    await rm(tree, { recursive: true, force: true })
    throw new Error(
      `laboratory: ${program} of Debian ${suite} does not run here. Use a newer Debian, or the engine "trixie".\n${stderr.trim()}`,
    )
  }
}

/** Debian package -> a file that shows it is there. Services come from packages so that their versions are Debian's. */
const needed: Record<string, () => boolean> = {
  'openssh-server': () => existsSync('/usr/sbin/sshd'),
  'openssh-client': () => existsSync('/usr/bin/ssh-keygen'),
  'docker-registry': () => existsSync('/usr/bin/docker-registry'),
  'redis-server': () => existsSync('/usr/bin/redis-server'),
  postgresql: () => postgresFolder() !== undefined,
  // Docker answers the names of services by way of a packet filter's rule in each container.
  iptables: () => existsSync('/usr/sbin/iptables'),
  runc: () => existsSync('/usr/sbin/runc') || existsSync('/usr/bin/runc'),
  curl: () => existsSync('/usr/bin/curl'),
  iproute2: () => existsSync('/usr/sbin/ip') || existsSync('/usr/bin/ip'),
  'ca-certificates': () => existsSync('/etc/ssl/certs/ca-certificates.crt'),
}

const neededByBrowser: typeof needed = { chromium: () => existsSync('/usr/bin/chromium') }

const neededByAnsible: typeof needed = { 'ansible-core': () => existsSync('/usr/bin/ansible-playbook') }

const neededByBalancers: typeof needed = {
  haproxy: () => existsSync('/usr/sbin/haproxy'),
  nginx: () => existsSync('/usr/sbin/nginx'),
  caddy: () => existsSync('/usr/bin/caddy'),
}

const fileLibraries = ['/usr/lib/fiu/fiu_run_preload.so', '/usr/lib/fiu/fiu_posix_preload.so']

const neededByInterposers: typeof needed = {
  faketime: () => clockLibrary() !== undefined,
  'fiu-utils': () => [...fileLibraries, '/usr/bin/fiu-ctrl'].every((file) => existsSync(file)),
}

const missingPackages = (packages: typeof needed): string[] => Object.keys(packages).filter((name) => !packages[name]?.())

/** Its folder is named after the machine's architecture. */
const clockLibrary = (): string | undefined => globSync('/usr/lib/*/faketime/libfaketime.so.1')[0]

function postgresFolder(): string | undefined {
  const versions = '/usr/lib/postgresql'
  if (!existsSync(versions)) return undefined
  const folders = readdirSync(versions).sort((a, b) => Number(b) - Number(a))
  return folders.map((version) => join(versions, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')))
}

/** This machine's own Engine and Compose, where both are from Debian 13 or newer. */
async function installedEngine(): Promise<Pick<Parts, 'docker' | 'compose'> | undefined> {
  const plugins = ['/usr/libexec/docker/cli-plugins', '/usr/lib/docker/cli-plugins'].map((folder) => join(folder, 'docker-compose'))
  const compose = plugins.find((file) => existsSync(file))
  if (!compose || !existsSync('/usr/bin/docker') || !existsSync('/usr/bin/containerd')) return undefined
  const engine = await run(['dockerd', '--version']).catch(() => undefined)
  const major = /version (\d+)\./.exec(engine?.stdout ?? '')?.[1]
  return Number(major) >= 26 ? { docker: '/usr/bin/docker', compose } : undefined
}
