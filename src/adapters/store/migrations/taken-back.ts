import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** What a rollback takes back before it is over, and which wishes were there before a deployment ended. */
export async function takenBack(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const integer = database.kind === 'postgres' ? sql`bigint` : sql`integer`
  const statements = [
    sql`alter table deployments add column taken_back text`,
    sql`alter table deployments add column ended_after ${integer}`,
    sql`create index deployments_ended on deployments (repository, environment, ended_after) where ended_after is not null`,
  ]
  for (const statement of statements) await statement.execute(transaction)
}
