import type { Kysely, RawBuilder } from 'kysely'
import type { Tables } from './tables.ts'

/** An open database and the few things in which SQLite and PostgreSQL differ for the store. */
export interface Database {
  kind: 'sqlite' | 'postgres'
  db: Kysely<Tables>
  /** The database's own clock as an SQL expression: milliseconds since 1970. No process's clock decides over leases. */
  now: RawBuilder<number>
  /**
   * Locks the selected rows until the transaction ends. Nothing to do on SQLite, where a write transaction has the whole
   * database to itself from its first statement.
   */
  lockRows: <Query extends { forUpdate(): Query }>(query: Query) => Query
  /**
   * Runs a write that a power cut may take back, as long as nothing else is lost: traces, and leases, whose holders are gone then
   * as well. Waiting for the disk takes longer than all else SQLite does. A process that is killed loses nothing.
   */
  passing: <T>(write: (db: Kysely<Tables>) => Promise<T>) => Promise<T>
  /** What makes this process the only one that migrates; held until the transaction ends. */
  lockForMigration: (transaction: Kysely<Tables>) => Promise<void>
}
