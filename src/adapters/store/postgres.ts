import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Log } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'
import { watchedPool } from './watched-pool.ts'

/** Any fixed number will do; it spells "landfall" on a telephone. */
const migrationLock = 52633255

/** Type number of `bigint`, which pg hands out as text because of values beyond 2^53; there are none here. */
const bigint = 20

/**
 * Opens a pool on the database at the URL. Connections are made as they are needed: an unreachable server shows at the
 * first query. Every single wait is bounded; what a webhook waits in all, `intents.accept` bounds.
 *
 * @param patient for migrations alone: queries may take as long as they need
 */
export function openPostgres(url: string, log: Log, { patient = false } = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'landfall',
    max: 10,
    connectionTimeoutMillis: 5000,
    ...(!patient && { query_timeout: 7500 }),
    // A connection whose server vanished without a word is not used for longer than this.
    maxLifetimeSeconds: 60,
    keepAlive: true,
    // Before anybody gets it: where this fails the connection is thrown away, not lost.
    onConnect: prepareConnection,
    types: { getTypeParser: (type, format) => (type === bigint ? Number : pg.types.getTypeParser(type, format)) },
  })
  // A lost connection is an event of the client, in use or idle, and for idle ones of the pool as well. Without listeners on
  // both it would end the process; whoever was using it gets an error anyway, and the next query opens a new one.
  pool.on('connect', (client) => client.on('error', (error) => log.warn('database connection lost', { error: error.message })))
  pool.on('error', () => undefined)
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: watchedPool(pool) }) })
  return {
    kind: 'postgres',
    db,
    now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    lockRows: (query) => query.forUpdate(),
    // Here holders may outlive the database's machine, and the wait is no wait of this process.
    passing: (write) => write(db),
    async lockForMigration(transaction) {
      // Two statements: the limit of one is fixed when it begins.
      await sql`select set_config('statement_timeout', '0', true)`.execute(transaction)
      await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction)
    },
  }
}

/**
 * What the store relies on, whatever the server's defaults are: a commit that survives power loss (never weaker than the
 * server's own setting), row locks that see the newest row, and no lock held for long by a process that stopped half-way.
 */
async function prepareConnection(client: pg.ClientBase): Promise<void> {
  await client.query(`select
    set_config('synchronous_commit', case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('statement_timeout', '7000', false),
    set_config('idle_in_transaction_session_timeout', '10000', false)`)
}
