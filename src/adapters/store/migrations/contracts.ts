import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Marked releases are few, and looked for at each deployment: without it every plan that ever was would be read. */
export async function contracts(_database: Database, transaction: Kysely<Tables>): Promise<void> {
  await sql`create index deployments_contracts on deployments (repository, environment, sequence)
    where plan like '%"contract":{%'`.execute(transaction)
}
