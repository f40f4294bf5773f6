import { sql } from 'kysely'
import type { Log, Store } from '../../flow/ports.ts'
import { messageOf } from '../message-of.ts'
import { addressIn, type StoreSettings } from '../profile.ts'
import { adoptions } from './adoptions.ts'
import { FolderHeld, holdFolder } from './alone.ts'
import type { Database } from './database.ts'
import { deployments } from './deployments.ts'
import { environments } from './environments.ts'
import { intents } from './intents.ts'
import { leases, voidLeases } from './leases.ts'
import { locks } from './locks.ts'
import { type Migrated, migrate } from './migrations.ts'
import { pullPlans } from './pull-plans.ts'
import { receipts } from './receipts.ts'
import { recovery } from './recovery.ts'
import { replays } from './replays.ts'
import { reports } from './reports.ts'
import { secretAges } from './secret-ages.ts'
import { seen } from './seen.ts'
import { openSqlite } from './sqlite.ts'
import { sweeps } from './sweeps.ts'
import { tasks } from './tasks.ts'
import { timeline } from './timeline.ts'
import { verdicts } from './verdicts.ts'
import { wantedPlans } from './wanted-plans.ts'

/**
 * Opens the database and brings it to this version's tables. Throws, in words for the operator and without any password,
 * where it cannot be reached or written, or was written by a newer Landfall.
 *
 * @param serving that this process does the work: on SQLite it is the only one then, or this throws. So whoever held a lease there
 *   is dead, and what it left is continued at once. Commands beside it do without.
 */
export async function openStore(settings: StoreSettings, log: Log, { serving = false } = {}): Promise<Store> {
  let database: Database | undefined
  let hold: { release(): void } | undefined
  let problem: string
  let cause: unknown
  try {
    if (serving && settings.kind === 'sqlite') hold = holdFolder(settings.folder)
    database = settings.kind === 'sqlite' ? openSqlite(settings.folder) : await postgres(settings.url, log)
    const migrated = await prepare(settings, database, log)
    if (migrated.kind === 'ready') {
      if (hold) await voidLeases(database)
      return releasing(storeOver(database, log), hold)
    }
    problem = newer(migrated)
  } catch (error) {
    problem = error instanceof FolderHeld ? error.message : `cannot be opened: ${messageOf(error)}. ${remedyOf(settings)}.`
    cause = error
  }
  await database?.db.destroy().catch(() => undefined)
  hold?.release()
  throw new Error(`${placeOf(settings)}: ${problem}`, { cause })
}

/** The store, that gives its folder back when it is closed. */
const releasing = (store: Store, hold: { release(): void } | undefined): Store => ({
  ...store,
  async close() {
    await store.close()
    hold?.release()
  },
})

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
    locks: locks(database),
    verdicts: verdicts(database),
    tasks: tasks(database),
    adoptions: adoptions(database),
    secretAges: secretAges(database, log),
    pullPlans: pullPlans(database),
    wantedPlans: wantedPlans(database),
    recovery: recovery(database),
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
