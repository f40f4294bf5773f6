import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Tasks that somebody wanted run; what has ended is kept for its answer. */
export async function tasks(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  await sql`create table tasks (id text primary key, run text not null, ended integer not null)${strict}`.execute(transaction)
  await sql`create index tasks_open on tasks (id) where ended = 0`.execute(transaction)
}
