import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/** So long a start waits for another Landfall that is just ending. */
const patienceMilliseconds = 2000

const busy = z.object({ errcode: z.literal(5) })
const holder = z.object({ pid: z.int(), host: z.string(), since: z.string() })

/** A connection nobody refers to any more is closed, and its lock with it: what is held for ever has to be held on to. */
const held = new Set<DatabaseSync>()

/** Says in words for people that another process serves from the folder. */
export class FolderHeld extends Error {
  override name = 'FolderHeld'
}

/**
 * Makes this process the only one that serves from the folder, until it releases it or dies. The lock is the operating system's,
 * on a file of its own: a killed process holds nothing, a stopped one does, and process ids, which repeat in containers, decide
 * nothing. Throws FolderHeld where another one serves.
 *
 * SQLite takes the lock, since Node itself can lock no file. Nobody else may open that file: closing any handle on it gives up
 * all locks this process has on it.
 */
export function holdFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'landfall.lock')
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
  const lock = new DatabaseSync(file, { timeout: patienceMilliseconds })
  try {
    // Nothing is ever written there, so there is nothing to journal.
    lock.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    lock.close()
    throw busy.safeParse(error).success ? new FolderHeld(`${whoHolds(folder)}. ${remedy}.`) : error
  }
  sign(folder)
  held.add(lock)
  return {
    release() {
      held.delete(lock)
      lock.close()
    },
  }
}

/** Who took the lock last, for people only. */
const whoFile = (folder: string): string => join(folder, 'landfall.serving')

/** Best effort: a full disk is no reason not to start, and whoever comes second learns less then. */
function sign(folder: string): void {
  const who = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
  try {
    rmSync(whoFile(folder), { force: true })
    writeFileSync(whoFile(folder), `${JSON.stringify(who)}\n`, { mode: 0o600 })
  } catch {
    // Nobody is named then.
  }
}

function whoHolds(folder: string): string {
  const who = holder.safeParse(lastHolder(folder)).data
  const named = who ? `process ${who.pid} on ${who.host} since ${who.since}` : 'its process is not known'
  return `another Landfall serves from this folder (${named})`
}

function lastHolder(folder: string): unknown {
  try {
    return JSON.parse(readFileSync(whoFile(folder), 'utf8'))
  } catch {
    return undefined
  }
}

const remedy =
  'Stop that one first (one that is suspended has to go on or be killed), or give this one a folder of its own with LANDFALL_DATA. ' +
  'Several Landfalls share their work only on PostgreSQL and Redis'
