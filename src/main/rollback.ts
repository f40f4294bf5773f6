import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemClock } from '../adapters/clock.ts'
import { createErrorLogger, logPort } from '../adapters/log.ts'
import { profile } from '../adapters/profile.ts'
import { inProcessQueue } from '../adapters/queue/in-process.ts'
import { openStore } from '../adapters/store/open.ts'
import { rollbackVerb } from '../cli/rollback.ts'
import { askForRollback } from '../flow/operate.ts'
import type { Ports } from '../flow/ports.ts'
import { seeThrough } from '../flow/see-through.ts'
import { keptFolder } from './kept-folder.ts'
import { leaseSeconds } from './outside.ts'
import { outsideHere } from './outside-here.ts'
import { userName } from './user-name.ts'

/** `landfall rollback`, with the environment that Landfall is started with. */
export async function rollBack(argv: string[], print: (line: string) => void): Promise<number> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  const folder = keptFolder()
  const { DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl } = process.env
  const chosen = profile({ folder, ...(databaseUrl && { databaseUrl }), ...(queueUrl && { queueUrl }) })
  if (chosen.kind === 'invalid') throw new Error(chosen.messages.join('\n'))
  const log = logPort(createErrorLogger())
  const store = await openStore(chosen.value.store, log)
  // Nobody listens here: whoever serves looks into the database each second, also where the queue is down.
  const kept = { store, queue: inProcessQueue(log) }
  const ports = { ...kept, clock: systemClock, ids: randomUUID, log }
  const enough = new AbortController()
  const stop = () => enough.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  let outside: Ports | undefined
  try {
    return await rollbackVerb(argv, {
      user: userName(),
      ask: (wanted) => askForRollback(wanted, ports),
      see: (deployment, say) =>
        seeThrough(
          deployment,
          {
            say,
            holder: `operator-${hostname()}-${process.pid}`,
            leaseSeconds,
            enough: enough.signal,
            async outside() {
              outside ??= await outsideHere(kept, log, ['No Landfall took it up, and it cannot be done here:'])
              return outside
            },
          },
          ports,
        ),
      print,
    })
  } finally {
    await outside?.hosts.close()
    await store.close()
  }
}
