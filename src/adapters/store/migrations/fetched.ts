import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Which hosts fetched the images of what waits. */
export async function fetched(_database: Database, transaction: Kysely<Tables>): Promise<void> {
  await sql`alter table deployments add column fetched text`.execute(transaction)
}
