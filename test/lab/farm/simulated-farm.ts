import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newKeyPair } from '../../../src/adapters/ssh/new-key.ts'
import type { HostRule } from '../../../src/domain/configuration.ts'
import { forkProgram } from '../forked.ts'
import { farmAddresses, farmName } from './addresses.ts'
import { recordedAnswers } from './recorded.ts'
import { listening, type Manner, type Simulation } from './simulation.ts'

export interface SimulatedFarm {
  /** In the order of the manners given. */
  hosts: HostRule[]
  /** Of the process they live in. */
  pid: number
  stop(): Promise<void>
}

/**
 * Thousands of hosts in one process that speaks SSH: each with an address and a host key of its own, whoever logs in is welcome, and
 * landfall-shell's answers come from a record. Their file goes to a folder under `parent`.
 * @param address of all of them, which then differ by their ports
 */
export async function startSimulatedFarm(parent: string, manners: readonly Manner[], address?: string): Promise<SimulatedFarm> {
  const folder = join(parent, 'simulated-farm')
  await mkdir(folder, { recursive: true })
  const keys = manners.map(() => newKeyPair())
  const addresses = address === undefined ? farmAddresses(manners.length) : manners.map(() => address)
  const hosts = manners.map((manner, index) => ({ address: addresses[index] ?? '', hostKey: keys[index]?.private ?? '', manner }))
  const told: Simulation = { hosts, answers: recordedAnswers }
  const file = join(folder, 'hosts.json')
  await writeFile(file, JSON.stringify(told), { mode: 0o600 })
  const child = forkProgram(join(import.meta.dirname, 'simulated-process.ts'), [file])
  const { ports } = await child.next(listening)
  return {
    hosts: ports.map((port, index) => ({
      name: farmName(index),
      address: addresses[index] ?? '',
      port,
      user: 'deploy',
      hostKey: keys[index]?.public.trim() ?? '',
    })),
    pid: child.pid,
    stop: child.stop,
  }
}
