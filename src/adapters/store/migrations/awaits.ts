import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Hosts that were away when a deployment was verified. */
export async function awaits(_database: Database, transaction: Kysely<Tables>): Promise<void> {
  await sql`alter table deployments add column awaits text`.execute(transaction)
  await sql`create index deployments_awaiting on deployments (repository, environment) where awaits is not null`.execute(transaction)
}
