import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cgroupOf, removeCgroups } from './cgroups.ts'
import { type Cable, layCable } from './network.ts'
import { type Program, startProgram, until } from './program.ts'
import { must, type Result, type RunOptions, run } from './run.ts'

/** A Debian server made of namespaces: own processes, mounts, network and name; programs shared with this machine. */
export interface Machine {
  name: string
  /** Everything of it, logs included. */
  folder: string
  /** Process 1 of the machine, as seen from out here. */
  init: number
  cable: Cable
  /** Parent of its containers' control groups. */
  cgroup: string
  /** Where a file of the machine lies out here. `/usr` (except `/usr/local`), `/proc`, `/sys` and `/dev` exist inside only. */
  path(inside: string): string
  run(argv: string[], options?: RunOptions): Promise<Result>
  /** Starts a program inside; its pid is that of the real process, seen from out here. */
  start(name: string, command: string[]): Program
  /** Cuts the power: every process and mount of the machine is gone at once. Its folder stays. */
  halt(): Promise<void>
}

/**
 * Boots a machine named `name` whose files lie under `folder`; the folder above is its laboratory's.
 * @param software folders laid over this machine's `/usr`, such as an unpacked Docker Engine
 */
export async function bootMachine(name: string, folder: string, software: string[]): Promise<Machine> {
  const root = join(folder, 'root')
  await layOutRoot(root, name)
  const booted = join(root, 'run/booted')
  await rm(booted, { force: true })
  const holder = startProgram({
    name: `host ${name}`,
    command: [
      ...['unshare', '--mount', '--pid', '--net', '--uts', '--fork', '--kill-child'],
      ...['sh', join(import.meta.dirname, 'machine-boot.sh'), root, lowerFolders(software), name],
    ],
    log: join(folder, 'boot.log'),
    wraps: true,
  })
  await until(holder, async () => existsSync(booted))
  const init = holder.pid
  const cgroup = cgroupOf(dirname(folder), name)
  const inside = ['nsenter', '-t', String(init), '-m', '-u', '-n', '-p', '--']
  return {
    name,
    folder,
    init,
    cable: await layCable(init),
    cgroup,
    path: (file) => (file.startsWith('/usr/local/') ? join(root, '.usr-local', file.slice('/usr/local/'.length)) : join(root, file)),
    run: (argv, options) => run([...inside, ...argv], options),
    start: (program, command) =>
      startProgram({
        name: `${program} of host ${name}`,
        command: [...inside, ...command],
        log: join(folder, `${program}.log`),
        wraps: true,
      }),
    halt: async () => {
      await holder.end('SIGKILL')
      await removeCgroups(cgroup)
    },
  }
}

const lowerFolders = (software: string[]) => [...software.map((tree) => join(tree, 'usr')), '/usr'].join(':')

/** The folders of a fresh Debian, with a copy of this machine's /etc: users and groups added there stay there. */
async function layOutRoot(root: string, name: string): Promise<void> {
  if (existsSync(root)) return // booted again after a power cut: nothing may be lost
  const folders = [
    'usr',
    'proc',
    'sys',
    'dev',
    'mnt',
    'tmp',
    'run/sshd',
    'var/lib',
    'var/log',
    'var/tmp',
    'home',
    'root',
    'opt',
    'srv',
    'etc',
  ]
  const local = ['bin', 'sbin', 'lib', 'share', 'etc'].map((folder) => `.usr-local/${folder}`)
  await Promise.all([...folders, ...local].map((folder) => mkdir(join(root, folder), { recursive: true })))
  await Promise.all([chmod(join(root, 'tmp'), 0o1777), chmod(join(root, 'var/tmp'), 0o1777), chmod(join(root, 'root'), 0o700)])
  for (const merged of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${merged}`, join(root, merged))
  await symlink('/run', join(root, 'var/run'))
  await must(['cp', '-a', '/etc/.', join(root, 'etc')])
  await Promise.all(notCopied.map((file) => rm(join(root, 'etc', file), { recursive: true, force: true })))
  await writeFile(join(root, 'etc/hostname'), `${name}\n`)
  await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost ${name}\n`)
}

/** What says how this machine itself is run. */
const notCopied = ['docker', 'ssh', 'systemd', 'apt', 'postgresql', 'redis', 'cron.d']

/** Adds a unix user with a home folder and no password, in the group `group`; names that are there already are replaced. */
export async function addUser(machine: Machine, name: string, id: number, group: string): Promise<void> {
  const set = async (file: string, key: string, rest: string) => {
    const path = machine.path(`/etc/${file}`)
    const others = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith(`${key}:`))
    await writeFile(path, `${[...others, `${key}:${rest}`].join('\n')}\n`)
  }
  await set('passwd', name, `x:${id}:${id}::/home/${name}:/bin/bash`)
  await set('shadow', name, '*:19000:0:99999:7:::')
  await set('group', name, `x:${id}:`)
  await set('group', group, `x:${id + 1}:${name}`)
  await mkdir(machine.path(`/home/${name}`), { recursive: true })
  await chown(machine.path(`/home/${name}`), id, id)
}
