import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** What deployments would do, shown while their gates are closed; and who people were when they said something of it. */
export async function proposals(_database: Database, transaction: Kysely<Tables>): Promise<void> {
  const statements = [
    sql`alter table deployments add column closed text`,
    sql`alter table deployments add column proposal text`,
    sql`alter table deployments add column asked text`,
    sql`alter table intents add column said_at text`,
    sql`alter table intents add column deployment text`,
    sql`alter table intents add column shown text`,
    sql`alter table verdicts add column role text`,
    sql`alter table verdicts add column teams text`,
  ]
  for (const statement of statements) await statement.execute(transaction)
}
