import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Plans of pull requests that are still to be computed; of those that were, what they were computed for, to be told without reading them. */
export async function wantedPlans(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const integer = database.kind === 'postgres' ? sql`bigint` : sql`integer`
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  const field = (name: string) =>
    database.kind === 'postgres' ? sql`plan::json->>${sql.lit(name)}` : sql`json_extract(plan, ${sql.lit(`$.${name}`)})`
  const statements = [
    sql`create table wanted_plans (
      repository text not null, number ${integer} not null, installation ${integer} not null, asked ${integer} not null,
      version ${integer} not null, tries ${integer} not null, due ${integer} not null, primary key (repository, number))${strict}`,
    sql`alter table pull_plans add column head text not null default ''`,
    sql`alter table pull_plans add column base text not null default ''`,
    sql`alter table pull_plans add column kept ${integer} not null default 0`,
    sql`update pull_plans set head = ${field('head')}, base = ${field('base')}, kept = ${database.now}`,
  ]
  for (const statement of statements) await statement.execute(transaction)
}
