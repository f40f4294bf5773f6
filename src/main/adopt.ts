import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { inventoryFile } from '../adapters/inventory-file.ts'
import { createErrorLogger, logPort } from '../adapters/log.ts'
import { profile } from '../adapters/profile.ts'
import { inProcessQueue } from '../adapters/queue/in-process.ts'
import { sshConnections } from '../adapters/ssh/connections.ts'
import { openLoginKey } from '../adapters/ssh/login-key.ts'
import { openStore } from '../adapters/store/open.ts'
import { adoptVerb } from '../cli/adopt.ts'
import { adopt } from '../flow/adoption/adopt.ts'
import type { Ports } from '../flow/ports.ts'
import { adminTools } from './host.ts'
import { keptFolder } from './kept-folder.ts'
import { outsideHere } from './outside-here.ts'
import { operatorFile } from './records.ts'
import { userName } from './user-name.ts'

/** `landfall adopt`, with the environment that Landfall is started with. Only looking takes no more than its login key. */
export async function adoptProjects(argv: string[], print: (line: string) => void): Promise<number> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const login = await openLoginKey(keptFolder())
  const connections = sshConnections(login.privateKey)
  let close = async () => {}
  try {
    return await adoptVerb(argv, {
      ...adminTools(connections),
      inventory: inventoryFile(operatorFile()),
      user: userName(),
      async adopt(...given) {
        const ports = await everything()
        close = async () => {
          await ports.hosts.close()
          await ports.store.close()
        }
        return adopt(...given, { ...ports, randomBytes })
      },
      print,
    })
  } finally {
    await close()
    await connections.close()
  }
}

/** Whoever serves goes by the database and the operator's file; nobody has to be woken. */
async function everything(): Promise<Ports> {
  const { DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl } = process.env
  const chosen = profile({ folder: keptFolder(), ...(databaseUrl && { databaseUrl }), ...(queueUrl && { queueUrl }) })
  if (chosen.kind === 'invalid') throw new Error(chosen.messages.join('\n'))
  const log = logPort(createErrorLogger())
  return outsideHere({ store: await openStore(chosen.value.store, log), queue: inProcessQueue(log) }, log)
}
