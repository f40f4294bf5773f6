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
import { openOutside } from './outside.ts'
import { operatorFile } from './records.ts'
import { readSettings } from './settings.ts'
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

async function everything(): Promise<Ports> {
  const read = readSettings(process.env)
  if (read.kind !== 'ready') {
    const wrong = read.kind === 'invalid' ? read.messages : ['Nothing of the App is configured here.']
    throw new Error([...wrong, 'Run this where and as Landfall is started.'].join('\n'))
  }
  const { DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl } = process.env
  const chosen = profile({ folder: keptFolder(), ...(databaseUrl && { databaseUrl }), ...(queueUrl && { queueUrl }) })
  if (chosen.kind === 'invalid') throw new Error(chosen.messages.join('\n'))
  const log = logPort(createErrorLogger())
  const store = await openStore(chosen.value.store, log)
  const around = { searchPath: process.env.PATH ?? '', home: process.env.HOME, compose: process.env.LANDFALL_COMPOSE }
  const opened = await openOutside(read.settings, { ...around, environment: process.env }, log, async () => ({
    store,
    queue: inProcessQueue(log),
  }))
  return opened.ports
}
