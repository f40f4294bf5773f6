import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { sshHosts } from '../../../src/adapters/ssh/hosts.ts'
import type { HostRule } from '../../../src/domain/configuration.ts'
import { Secret } from '../../../src/domain/secret.ts'
import type { CommandResult } from '../../../src/flow/ports.ts'
import type { Command } from '../../../src/host/command.ts'
import { fleet, type Sending, type Sent, sending } from './sending.ts'

/** Landfall's way to many hosts in a process of its own: the adapter as the server uses it, and nothing beside it. */
const file = z.string().parse(process.argv[2])
const { hosts, login } = fleet.parse(JSON.parse(readFileSync(file, 'utf8')))
let connections = sshHosts(new Secret(login))

process.on('disconnect', () => process.exit())
process.on('message', (message) => void send(sending.parse(message)))
process.send?.('ready')

async function send({ orders, inStep, cold, only }: Sending): Promise<void> {
  const commands = orders.map((order): Command => ({ ...order, stdin: Buffer.from(order.stdin, 'base64') }))
  const told = hosts.filter(({ name }) => only === undefined || only.includes(name))
  if (cold) {
    await connections.close()
    connections = sshHosts(new Secret(login))
  }
  const began = performance.now()
  const since = () => (performance.now() - began) / 1000
  const done = new Map<string, Sent['hosts'][number]>()
  /** A host in trouble is told nothing more. */
  const give = async (host: HostRule, some: readonly Command[]): Promise<void> => {
    for (const command of some) {
      if (done.get(host.name)?.trouble !== undefined) return
      const trouble = troubleIn(await connections.run(host, command))
      done.set(host.name, { name: host.name, seconds: since(), ...(trouble !== undefined && { trouble: `${command.verb}: ${trouble}` }) })
    }
  }
  for (const some of inStep ? commands.map((command) => [command]) : [commands]) await Promise.all(told.map((host) => give(host, some)))
  const said: Sent = { seconds: since(), hosts: told.flatMap(({ name }) => done.get(name) ?? []) }
  process.send?.(said)
}

function troubleIn(result: CommandResult): string | undefined {
  if (result.kind !== 'exited') return 'detail' in result ? `${result.kind}: ${result.detail}` : result.kind
  return result.code === 0 ? undefined : `exit code ${result.code}. ${result.stderr}`
}
