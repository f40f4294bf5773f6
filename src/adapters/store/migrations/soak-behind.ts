import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Soaks that go on after a rollback was verified. */
export async function soakBehind(_database: Database, transaction: Kysely<Tables>): Promise<void> {
  const statements = [
    sql`alter table deployments add column soak text`,
    sql`alter table deployments add column soak_reason text`,
    sql`create index deployments_soaking on deployments (id) where soak = 'under-way'`,
  ]
  for (const statement of statements) await statement.execute(transaction)
}
