import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** What ran by hand before the first deployment. */
export async function adoptions(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  await sql`create table adoptions (
    repository text not null, environment text not null, adoption text not null, primary key (repository, environment))${strict}`.execute(
    transaction,
  )
}
