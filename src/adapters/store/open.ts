import { sql } from 'kysely'
import type { Log, Store } from '../../flow/ports.ts'
import { messageOf } from '../message-of.ts'
import { addressIn, type StoreSettings } from '../profile.ts'
import type { Database } from './database.ts'
import { deployments } from './deployments.ts'
import { environments } from './environments.ts'
import { intents } from './intents.ts'
import { leases } from './leases.ts'
import { type Migrated, migrate } from './migrations.ts'
import { receipts } from './receipts.ts'
import { replays } from './replays.ts'
import { reports } from './reports.ts'
import { seen } from './seen.ts'
import { openSqlite } from './sqlite.ts'
import { sweeps } from './sweeps.ts'
import { timeline } from './timeline.ts'

/**
 * Opens the database and brings it to this version's tables. Throws, in words for the operator and without any password,
 * where it cannot be reached or written, or was written by a newer Landfall.
 */
export async function openStore(settings: StoreSettings, log: Log): Promise<Store> {
  let database: Database | undefined
  let problem: string
  let cause: unknown
  try {
    database = settings.kind === 'sqlite' ? openSqlite(settings.folder) : await postgres(settings.url, log)
    const migrated = await prepare(settings, database, log)
    if (migrated.kind === 'ready') return storeOver(database, log)
    problem = newer(migrated)
  } catch (error) {
    problem = `cannot be opened: ${messageOf(error)}. ${remedyOf(settings)}.`
    cause = error
  }
  await database?.db.destroy().catch(() => undefined)
  throw new Error(`${placeOf(settings)}: ${problem}`, { cause })
}

/** Changing large tables may take minutes; PostgreSQL does it over a connection that is allowed to. */
async function prepare(settings: StoreSettings, database: Database, log: Log): Promise<Migrated> {
  if (settings.kind === 'sqlite') return migrate(database)
  const patient = await postgres(settings.url, log, { patient: true })
  return migrate(patient).finally(() => patient.db.destroy())
}

/** Loaded where it is used: a Landfall on SQLite does without its client. */
const postgres = async (...given: Parameters<typeof import('./postgres.ts').openPostgres>): Promise<Database> =>
  (await import('./postgres.ts')).openPostgres(...given)

const newer = ({ present, known }: { present: number; known: number }): string =>
  `it was written by a newer Landfall (its tables have version ${present}, this Landfall knows ${known}). ` +
  'Start the newer version, or restore the backup made before it was installed.'

/** The store over a database that has its tables. */
export function storeOver(database: Database, log: Log): Store {
  return {
    intents: intents(database, log),
    deployments: deployments(database, log),
    timeline: timeline(database),
    receipts: receipts(database),
    environments: environments(database),
    leases: leases(database),
    reports: reports(database),
    seen: seen(database),
    sweeps: sweeps(database),
    replays: replays(database),
    async ping() {
      await sql`select 1`.execute(database.db)
    },
    close: () => database.db.destroy(),
  }
}

const placeOf = (settings: StoreSettings): string =>
  settings.kind === 'sqlite' ? `database in ${settings.folder}` : `database at ${addressIn(settings.url)}`

const remedyOf = (settings: StoreSettings): string =>
  settings.kind === 'sqlite'
    ? 'Check that the folder is on a local disk with room on it and that the user Landfall runs as may write there'
    : 'Check that PostgreSQL runs there and that the user, password and database in DATABASE_URL are right'
