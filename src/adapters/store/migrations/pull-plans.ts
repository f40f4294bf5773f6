import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** What merging a pull request would do, as it was computed last. */
export async function pullPlans(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const integer = database.kind === 'postgres' ? sql`bigint` : sql`integer`
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  await sql`create table pull_plans (
    repository text not null, number ${integer} not null, plan text not null, primary key (repository, number))${strict}`.execute(
    transaction,
  )
}
