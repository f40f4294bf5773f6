import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BastionRule } from '../../src/domain/configuration.ts'
import { authorize, deployUser, type Host } from './host.ts'
import { addUser, bootMachine, type Machine } from './machine.ts'
import { layPrivateCable } from './network.ts'
import { must } from './run.ts'
import type { Service } from './service.ts'
import { startSshd } from './sshd.ts'

/** A machine without Docker that others are reached through. */
export interface Bastion {
  /** As the operator's file has it. */
  rule: BastionRule
  machine: Machine
  sshd: Service
  /** Adds a line to the authorized_keys of its account. */
  authorize(line: string): Promise<void>
  /** Joins a host to it by a cable that nobody else is on; the host's address there. */
  join(host: Host): Promise<string>
  /** Lines of sshd's log with this text. */
  logged(text: string): Promise<string[]>
  /** Pulls the network cable to it: packets vanish, nobody is told. */
  unplug(): Promise<void>
  stop(): Promise<void>
}

/**
 * Boots a bastion; its files go to a folder under `parent`.
 * @param settings lines of its sshd_config
 */
export async function startBastion(name: string, parent: string, settings: string[] = []): Promise<Bastion> {
  const folder = join(parent, name)
  const machine = await bootMachine(name, folder, [])
  const { inside } = machine.cable
  let cables = 0
  try {
    await addUser(machine, deployUser.name, deployUser.id, 'bastion')
    const { sshd, hostKey } = await startSshd(machine, settings)
    return {
      rule: { name, address: inside, port: 22, user: deployUser.name, hostKey },
      machine,
      sshd,
      authorize: (line) => authorize(machine, line, deployUser.name),
      join: (host) => layPrivateCable(machine.init, host.machine.init, cables++),
      logged: async (text) => (await readFile(sshd.log, 'utf8')).split('\n').filter((line) => line.includes(text)),
      unplug: async () => void (await must(['nsenter', '-t', String(machine.init), '-n', '--', 'ip', 'link', 'set', 'eth0', 'down'])),
      stop: async () => {
        await machine.halt()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await machine.halt()
    throw error
  }
}
