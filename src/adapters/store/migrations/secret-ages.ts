import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Since when secrets have the values they have, and when people were reminded of those that are old. */
export async function secretAges(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const integer = database.kind === 'postgres' ? sql`bigint` : sql`integer`
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  await sql`create table secret_ages (
    repository text not null, environment text not null, ages text not null, version ${integer} not null,
    due ${integer}, reminded text, primary key (repository, environment))${strict}`.execute(transaction)
}
