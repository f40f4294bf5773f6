import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** One answer for each comment, whatever its commands led to; and what a pull request brought is found by its number. */
export async function answers(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const id = database.kind === 'postgres' ? sql`(s.comment::json->>'id')` : sql`json_extract(s.comment, '$.id')`
  const integer = database.kind === 'postgres' ? sql`bigint` : sql`integer`
  const moved = (kind: string, table: string) => sql`insert into reports
    (subject, surface, wanted, published, due, attempts, memory, error, begun)
    select 'comment:' || s.repository || '#' || ${id}, r.surface, r.wanted, r.published, r.due, r.attempts, r.memory, r.error, r.begun
    from reports r join ${sql.table(table)} s on r.subject = ${sql.lit(kind)} || s.id
    where r.surface in ('answer', 'reaction') and s.comment is not null
    on conflict do nothing`
  const statements = [
    sql`alter table deployments add column told_in text`,
    sql`alter table deployments add column retried ${integer}`,
    sql`create index deployments_pull on deployments (repository, pull_request, sequence) where pull_request is not null`,
    moved('deployment:', 'deployments'),
    moved('intent:', 'intents'),
    sql`delete from reports where surface in ('answer', 'reaction') and subject not like 'comment:%'`,
  ]
  for (const statement of statements) await statement.execute(transaction)
}
