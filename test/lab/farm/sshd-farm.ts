import { chmod, chown, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import type { HostRule } from '../../../src/domain/configuration.ts'
import { allowedSigners } from '../../../src/host/bootstrap-script.ts'
import { onFreePort } from '../free-port.ts'
import { prepareParts } from '../parts.ts'
import { startProgram, systemPath, until } from '../program.ts'
import { type Service, service } from '../service.ts'
import { greets } from '../sshd.ts'
import { farmAddresses, farmName } from './addresses.ts'
import { recordedCompose, recordedDocker } from './recorded.ts'

/** Public keys, `ssh-ed25519 AAAA…`. */
export interface FarmKeys {
  /** Logs in to landfall-shell and to nothing else. */
  login: string
  /** What landfall-shell believes. */
  signing: string
  /** Logs in to an ordinary shell: for who works without landfall-shell's forced command. */
  administrator: string
}

/** A host of the farm. */
export interface FarmHost extends HostRule {
  /** Folder of landfall-shell's releases. */
  root: string
  sshd: Service
}

export interface SshdFarm {
  hosts: FarmHost[]
  /** landfall-shell, the same file for all. */
  shell: string
  stop(): Promise<void>
}

/**
 * Many hosts at the price of an sshd each: real logins, host keys of their own, the real landfall-shell, and a `docker` that answers from
 * a record. They share this machine's files and a user without rights, and are reached on its loopback net alone. Their files go to a
 * folder under `parent`, which that user must be able to pass.
 */
export async function startSshdFarm(parent: string, count: number, keys: FarmKeys): Promise<SshdFarm> {
  await prepareParts()
  const folder = join(parent, 'farm')
  const shell = join(folder, 'landfall-shell')
  await chmod(parent, 0o711)
  await layOutPrograms(folder, shell)
  const made = await Promise.all(farmAddresses(count).map((address, index) => layOutHost(folder, shell, { address, index, keys })))
  const { port, started } = await onFreePort(async (port) => {
    const starting = await Promise.allSettled(made.map((host) => startHost(folder, host, port)))
    const running = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const failed = starting.find((one) => one.status === 'rejected')
    if (!failed) return running
    await stopAll(running)
    throw failed.reason
  })
  return {
    hosts: made.map(({ name, address, root, hostKey }, index) => {
      const sshd = started[index]
      if (!sshd) throw new Error(`laboratory: ${name} has no sshd`)
      return { name, address, port, user: farmUser.name, hostKey, root, sshd }
    }),
    shell,
    stop: () => stopAll(started),
  }
}

const stopAll = async (services: Service[]): Promise<void> => {
  for (const one of services) await one.stop()
}

/** Known to the farm's sshds only, by an /etc/passwd of their own. */
const farmUser = { name: 'deploy', id: 4700 }

async function layOutPrograms(folder: string, shell: string): Promise<void> {
  const [home, programs, plugins] = [join(folder, 'home'), join(folder, 'programs'), join(folder, 'docker/cli-plugins')]
  for (const path of [home, programs, plugins, '/run/sshd']) await mkdir(path, { recursive: true, mode: 0o755 })
  await chown(home, farmUser.id, farmUser.id)
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith(`${farmUser.name}:`))
  const own = `${farmUser.name}:*:${farmUser.id}:${farmUser.id}::${home}:/bin/sh`
  await writeFile(join(folder, 'passwd'), `${[...users, own].join('\n')}\n`)
  await copyFile(join(import.meta.dirname, '../../../src/host/landfall-shell.sh'), shell)
  await writeFile(join(programs, 'docker'), recordedDocker, { mode: 0o755 })
  await writeFile(join(plugins, 'docker-compose'), recordedCompose, { mode: 0o755 })
}

interface MadeHost {
  name: string
  address: string
  folder: string
  root: string
  hostKey: string
}

/** Its folder, with a host key of its own and what its sshd and landfall-shell read. */
async function layOutHost(
  farm: string,
  shell: string,
  { address, index, keys }: { address: string; index: number; keys: FarmKeys },
): Promise<MadeHost> {
  const name = farmName(index)
  const folder = join(farm, name)
  const root = join(folder, 'releases')
  const hostKey = newKeyPair()
  await mkdir(root, { recursive: true })
  await chown(root, farmUser.id, farmUser.id)
  await writeFile(join(root, 'allowed_signers'), allowedSigners(keys.signing))
  await writeFile(join(folder, 'host_key'), hostKey.private, { mode: 0o600 })
  const authorized = [`restrict,command="${shell} --root ${root}" ${keys.login}`, `restrict ${keys.administrator}`]
  await writeFile(join(folder, 'authorized_keys'), `${authorized.join('\n')}\n`)
  return { name, address, folder, root, hostKey: hostKey.public.trim() }
}

/** In Debian's default manner, MaxStartups and MaxSessions included. */
function startHost(farm: string, { name, address, folder }: MadeHost, port: number): Promise<Service> {
  const settings = {
    ListenAddress: address,
    Port: port,
    HostKey: join(folder, 'host_key'),
    AuthorizedKeysFile: join(folder, 'authorized_keys'),
    PidFile: 'none',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PermitRootLogin: 'no',
    StrictModes: 'no',
    UsePAM: 'no',
    PrintMotd: 'no',
    SetEnv: `PATH=${join(farm, 'programs')}:${systemPath} DOCKER_CONFIG=${join(farm, 'docker')}`,
  }
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])
  return service(
    async () => {
      const program = startProgram({
        name: `sshd of ${name}`,
        command: ['unshare', '--mount', 'sh', '-c', withOwnUsers, 'sh', join(farm, 'passwd'), '-D', '-e', '-f', 'none', ...flags],
        log: join(folder, 'sshd.log'),
      })
      await until(program, () => greets(address, port))
      return program
    },
    { helpers: ['sshd', 'sshd-session'] },
  )
}

/** Becomes sshd where /etc/passwd is another file; nobody else on this machine sees it. */
const withOwnUsers = 'mount --bind "$1" /etc/passwd && shift && exec /usr/sbin/sshd "$@"'
