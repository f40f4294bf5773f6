import { appendFile, chown, mkdir, rm } from 'node:fs/promises'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { openDoorway } from './doorway.ts'
import { type ImageStore, startEngine } from './engine.ts'
import { addUser, bootMachine, type Machine } from './machine.ts'
import { type EngineVersion, prepareParts } from './parts.ts'
import { must, type Result, type RunOptions } from './run.ts'
import type { Service } from './service.ts'
import { newHostKey, startSshd } from './sshd.ts'

export interface HostOptions {
  name: string
  /** `classic` where absent. */
  images?: ImageStore
  /** `trixie` where absent: Engine 26.1 and Compose 2.26. */
  engine?: EngineVersion
  /** Docker's data lie on a disk of so many MiB; on this machine's own where absent. */
  disk?: number
}

/** A server with sshd and Docker, as Landfall meets them; see README.md. */
export interface Host {
  name: string
  address: string
  port: number
  /** A user in the group `docker`, without other rights. `root` may log in too. */
  user: string
  /** `ssh-ed25519 AAAA…`, as it is now. */
  readonly hostKey: string
  /** For a Docker CLI out here: `unix:///…/run/docker.sock` */
  dockerHost: string
  machine: Machine
  sshd: Service
  engine: Service
  /** Where a file of the host lies out here. */
  path(inside: string): string
  /** Adds a line to the user's authorized_keys; `command="…"` and other options included. */
  authorize(line: string, user?: string): Promise<void>
  /** Runs a command on the host, without ssh; as root unless a user is named. */
  exec(argv: string[], options?: RunOptions & { user?: string }): Promise<Result>
  /** Runs a shell script there as root; returns its output. @throws when it fails */
  sh(script: string): Promise<string>
  /** Runs `docker …` there; returns its output. @throws when it fails */
  docker(...args: string[]): Promise<string>
  /** Gives sshd a new host key and restarts it; returns the key. */
  changeHostKey(): Promise<string>
  /** Pulls the network cable: packets vanish, nobody is told. */
  unplug(): Promise<void>
  plugIn(): Promise<void>
  /** Makes 127.0.0.1:`port` on the host arrive at a server out here. */
  reach(port: number, server: Server): Promise<void>
  /** Cuts the power and removes everything. */
  stop(): Promise<void>
}

export const deployUser = { name: 'deploy', id: 4700 }

/** Boots a host and starts its sshd and engine; its files go to a folder under `parent`. */
export async function startHost(options: HostOptions, parent: string): Promise<Host> {
  const { name, images = 'classic', engine: version = 'trixie', disk } = options
  const parts = await prepareParts({ engine: version })
  const folder = join(parent, name)
  const machine = await bootMachine(name, folder, parts.engine)
  const inside = machine.cable.inside
  const doorways: Server[] = []
  try {
    await addUser(machine, deployUser.name, deployUser.id, 'docker')
    if (disk !== undefined) await mountDisk(machine, '/var/lib/docker', disk)
    const [{ sshd, ...ssh }, engine] = await Promise.all([startSshd(machine), startEngine(machine, images)])
    let hostKey = ssh.hostKey
    const exec: Host['exec'] = (argv, { user, ...rest } = {}) =>
      machine.run(user ? ['setpriv', '--reuid', user, '--regid', user, '--init-groups', '--', ...argv] : argv, rest)
    const succeed = async (argv: string[]) => {
      const { code, stdout, stderr } = await exec(argv)
      if (code !== 0) throw new Error(`host ${name}: \`${argv.join(' ')}\` ended with ${code}.\n${stderr.trimEnd()}`)
      return stdout
    }
    const link = (state: 'up' | 'down') => must(['nsenter', '-t', String(machine.init), '-n', '--', 'ip', 'link', 'set', 'eth0', state])
    return {
      name,
      address: inside,
      port: 22,
      user: deployUser.name,
      get hostKey() {
        return hostKey
      },
      dockerHost: `unix://${machine.path('/run/docker.sock')}`,
      machine,
      sshd,
      engine,
      path: machine.path,
      authorize: (line, user = deployUser.name) => authorize(machine, line, user),
      exec,
      sh: (script) => succeed(['sh', '-c', script]),
      docker: (...args) => succeed(['docker', ...args]),
      changeHostKey: async () => {
        hostKey = await newHostKey(machine)
        await sshd.stop()
        await sshd.start()
        return hostKey
      },
      unplug: async () => void (await link('down')),
      plugIn: async () => {
        await link('up')
        await must(['nsenter', '-t', String(machine.init), '-n', '--', 'ip', 'route', 'replace', 'default', 'via', machine.cable.outside])
      },
      reach: async (port, server) => void doorways.push(await openDoorway(machine.init, port, server)),
      stop: async () => {
        for (const doorway of doorways) doorway.close()
        await machine.halt()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await machine.halt()
    throw error
  }
}

/** Lets a key in, by its line of authorized_keys. */
export async function authorize(machine: Machine, line: string, user: string): Promise<void> {
  const [home, id] = user === 'root' ? ['/root', 0] : [`/home/${user}`, deployUser.id]
  const folder = machine.path(`${home}/.ssh`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await appendFile(join(folder, 'authorized_keys'), `${line.trim()}\n`, { mode: 0o600 })
  await chown(folder, id, id)
  await chown(join(folder, 'authorized_keys'), id, id)
}

/** A disk of its own, in memory; it goes with the machine. */
async function mountDisk(machine: Machine, folder: string, mebibytes: number): Promise<void> {
  const words = ['sh', '-c', 'mkdir -p "$1" && mount -t tmpfs -o "size=$2m" disk "$1"', 'sh', folder, String(mebibytes)]
  const { code, stderr } = await machine.run(words)
  if (code !== 0) throw new Error(`laboratory: no disk at ${folder}: ${stderr.trim()}`)
}
