import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { CompiledQuery, type DatabaseConnection, type Driver, Kysely, SqliteDialect, SqliteDriver, sql } from 'kysely'
import { z } from 'zod'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

/** How long a statement waits for another process (a command of the CLI, a backup) before it fails. */
const busyMilliseconds = 5000

/**
 * Opens `landfall.db` in the folder, making both where they are missing, readable by their owner only.
 * Throws where the folder cannot be written or its file system has no shared memory for the write-ahead log.
 */
export function openSqlite(folder: string): Database {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'landfall.db')
  // SQLite makes files for everybody to read; one made before it opens keeps its mode, and -wal and -shm copy it.
  closeSync(openSync(file, 'a', 0o600))
  const connection = new DatabaseSync(file, { timeout: busyMilliseconds, enableForeignKeyConstraints: true })
  try {
    durable(connection)
  } catch (error) {
    connection.close()
    throw error
  }
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(connection) })
  return {
    kind: 'sqlite',
    db,
    now: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    lockRows: (query) => query,
    // Nobody else uses the one connection meanwhile.
    passing: (write) =>
      db.connection().execute(async (held) => {
        const usual = z.int().parse(connection.prepare('PRAGMA synchronous').get()?.synchronous)
        connection.exec('PRAGMA synchronous = NORMAL')
        try {
          return await write(held)
        } finally {
          connection.exec(`PRAGMA synchronous = ${usual}`)
        }
      }),
    // BEGIN IMMEDIATE has locked the file already.
    lockForMigration: async () => undefined,
  }
}

/** A commit is on the disk when it returns: GitHub does not send an acknowledged webhook again. */
function durable(connection: DatabaseSync): void {
  const mode = connection.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
  if (mode !== 'wal') throw new Error(`its file system does not allow a write-ahead log (journal mode "${mode}")`)
  connection.exec('PRAGMA synchronous = FULL')
}

/** Kysely's SQLite over Node's own; one connection, which Kysely hands out to one user at a time. */
class NodeSqliteDialect extends SqliteDialect {
  readonly #connection: DatabaseSync

  constructor(connection: DatabaseSync) {
    super({ database: asKyselyExpects(connection) })
    this.#connection = connection
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#connection)
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #connection: DatabaseSync

  constructor(connection: DatabaseSync) {
    super({ database: asKyselyExpects(connection) })
    this.#connection = connection
  }

  /** A deferred transaction that reads and then writes fails at once when another process wrote between; this one waits its turn. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  /** A full or failing disk may have ended the transaction already; rolling back twice would hide that error behind its own. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.isTransaction) await super.rollbackTransaction(connection)
  }
}

/** So many statements stay prepared, the latest used; the store has fewer, but for lists of different lengths. */
const mostPrepared = 200

/**
 * Kysely knows another SQLite package's shape: parameters as one list, and whether a statement returns rows. It prepares a statement
 * for each use, which takes longer than most of them run; here the same text is the same statement. None is used by two at once.
 */
function asKyselyExpects(connection: DatabaseSync) {
  const prepared = new Map<string, ReturnType<typeof prepare>>()
  return {
    close: () => connection.close(),
    prepare(text: string) {
      const statement = prepared.get(text) ?? prepare(text)
      prepared.delete(text)
      prepared.set(text, statement)
      const [oldest] = prepared.keys()
      if (oldest !== undefined && prepared.size > mostPrepared) prepared.delete(oldest)
      return statement
    },
  }

  function prepare(text: string) {
    const statement = connection.prepare(text)
    return {
      reader: statement.columns().length > 0,
      all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
      run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
      iterate: (parameters: readonly unknown[]) => statement.iterate(...values(parameters)),
    }
  }
}

/** Text, whole numbers and null are all the store ever binds. */
const values = (parameters: readonly unknown[]): SQLInputValue[] =>
  parameters.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value
    throw new TypeError(`a ${typeof value} cannot be stored`)
  })
