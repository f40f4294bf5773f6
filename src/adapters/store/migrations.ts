import { type Kysely, sql } from 'kysely'
import type { Database } from './database.ts'
import { adoptions } from './migrations/adoptions.ts'
import { answers } from './migrations/answers.ts'
import { awaits } from './migrations/awaits.ts'
import { contracts } from './migrations/contracts.ts'
import { fetched } from './migrations/fetched.ts'
import { firstTables } from './migrations/first-tables.ts'
import { gates } from './migrations/gates.ts'
import { nothingLost } from './migrations/nothing-lost.ts'
import { proposals } from './migrations/proposals.ts'
import { pullPlans } from './migrations/pull-plans.ts'
import { secretAges } from './migrations/secret-ages.ts'
import { soakBehind } from './migrations/soak-behind.ts'
import { tags } from './migrations/tags.ts'
import { takenBack } from './migrations/taken-back.ts'
import { tasks } from './migrations/tasks.ts'
import { wantedPlans } from './migrations/wanted-plans.ts'
import { waves } from './migrations/waves.ts'
import { wordsOfEach } from './migrations/words-of-each.ts'
import type { Tables } from './tables.ts'

type Migration = (database: Database, transaction: Kysely<Tables>) => Promise<void>

/** In order, for ever: an entry that was released is never changed, only followed by another. */
const migrations: Migration[] = [
  firstTables,
  nothingLost,
  gates,
  proposals,
  soakBehind,
  pullPlans,
  wantedPlans,
  tags,
  answers,
  takenBack,
  waves,
  fetched,
  awaits,
  wordsOfEach,
  tasks,
  adoptions,
  secretAges,
  contracts,
]

/** `newer`: a later Landfall wrote it, with tables of version `present`; nothing was changed. */
export type Migrated = { kind: 'ready' } | { kind: 'newer'; present: number; known: number }

/**
 * Brings the database to this version's tables, in one transaction and under a lock: two processes starting together
 * migrate once.
 */
export async function migrate(database: Database): Promise<Migrated> {
  return database.db.transaction().execute(async (transaction) => {
    await database.lockForMigration(transaction)
    await sql`create table if not exists landfall_schema (version integer not null)`.execute(transaction)
    const { rows } = await sql<{ version: number }>`select version from landfall_schema`.execute(transaction)
    const present = rows[0]?.version ?? 0
    if (present > migrations.length) return { kind: 'newer', present, known: migrations.length }
    for (const migration of migrations.slice(present)) await migration(database, transaction)
    if (rows.length === 0) await sql`insert into landfall_schema (version) values (${migrations.length})`.execute(transaction)
    else if (present < migrations.length) await sql`update landfall_schema set version = ${migrations.length}`.execute(transaction)
    return { kind: 'ready' }
  })
}
