import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** The tag that brought a deployment. */
export async function tags(_database: Database, transaction: Kysely<Tables>): Promise<void> {
  await sql`alter table deployments add column tag text`.execute(transaction)
}
