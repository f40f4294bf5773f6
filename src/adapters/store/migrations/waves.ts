import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** How far deployments have come through their waves. */
export async function waves(_database: Database, transaction: Kysely<Tables>): Promise<void> {
  await sql`alter table deployments add column rollout text`.execute(transaction)
}
