import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { HostRule } from '../../../src/domain/configuration.ts'
import type { Command } from '../../../src/host/command.ts'
import { forkProgram } from '../../lab/forked.ts'
import { startFlags } from '../../lab/landfall/process.ts'
import { inputOf } from './orders.ts'
import { type Fleet, type Sending, type Sent, sent } from './sending.ts'
import type { Side } from './side.ts'

/** Landfall's own connections to many hosts. */
export interface ThroughLandfall extends Side {
  pid: number
  /** The same, and what became of each host, whatever it was. */
  send(orders: readonly Command[], how: Omit<Sending, 'orders'>): Promise<Sent>
}

/** Starts the sending process, with the flags of `npm start`. Its file goes to `folder`. */
export async function openThroughLandfall(folder: string, hosts: readonly HostRule[], login: string): Promise<ThroughLandfall> {
  const file = join(folder, 'fleet.json')
  const told: Fleet = { hosts: hosts.map(({ name, address, port, user, hostKey }) => ({ name, address, port, user, hostKey })), login }
  await writeFile(file, JSON.stringify(told), { mode: 0o600 })
  const sender = forkProgram(join(import.meta.dirname, 'sender.ts'), [file], startFlags)
  await sender.next(z.literal('ready'))
  const send: ThroughLandfall['send'] = async (orders, how) => {
    const words = orders.map((order) => ({ ...order, stdin: Buffer.from(inputOf(order)).toString('base64') }))
    sender.send({ ...how, orders: words } satisfies Sending)
    return sender.next(sent)
  }
  return {
    pid: sender.pid,
    send,
    async carryOut(orders, { cold }) {
      const said = await send(orders, { inStep: true, cold })
      const failed = said.hosts.find(({ trouble }) => trouble !== undefined)
      if (failed) throw new Error(`Landfall did not get through to ${failed.name}: ${failed.trouble}`)
      return said.seconds
    },
    close: sender.stop,
  }
}
