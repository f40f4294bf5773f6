import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { systemClock } from '../adapters/clock.ts'
import { createLogger, logPort } from '../adapters/log.ts'
import { watchOperatorFile } from '../adapters/operator-file.ts'
import { profile } from '../adapters/profile.ts'
import { openSigner } from '../adapters/signer.ts'
import { type Connections, sshConnections } from '../adapters/ssh/connections.ts'
import { hostsOver } from '../adapters/ssh/hosts.ts'
import { type LoginKey, openLoginKey } from '../adapters/ssh/login-key.ts'
import { openStore } from '../adapters/store/open.ts'
import { parseOperatorFile } from '../config/operator-file.ts'
import type { Ports } from '../flow/ports.ts'
import { keptFolder } from './kept-folder.ts'

type Records = Pick<Ports, 'store' | 'hosts' | 'operator' | 'signer' | 'clock' | 'ids' | 'log'>

/** What hosts are reached with. */
export interface Access {
  login: LoginKey
  connections: Connections
}

export const operatorFile = (): string => resolve(process.env.LANDFALL_OPERATOR ?? 'operator.yml')

/** With what is stored here, Landfall's keys and its hosts, and without GitHub. */
export async function overRecords(act: (ports: Records, access: Access) => Promise<number>): Promise<number> {
  const folder = keptFolder('; if its keys were lost too, run `landfall host bootstrap` for each host first')
  const log = logPort(createLogger('error'))
  const operator = watchOperatorFile(operatorFile(), parseOperatorFile, log)
  const { DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl } = process.env
  const chosen = profile({ folder, ...(databaseUrl && { databaseUrl }), ...(queueUrl && { queueUrl }) })
  if (chosen.kind === 'invalid') throw new Error(chosen.messages.join('\n'))
  const [login, signer, store] = await Promise.all([openLoginKey(folder), openSigner(folder), openStore(chosen.value.store, log)])
  const connections = sshConnections(login.privateKey)
  const hosts = hostsOver(connections)
  try {
    return await act({ store, hosts, operator, signer, clock: systemClock, ids: randomUUID, log }, { login, connections })
  } finally {
    await Promise.all([connections.close(), store.close()])
  }
}
