import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Locks, and what people say of deployments that wait. */
export async function gates(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const integer = database.kind === 'postgres' ? sql`bigint` : sql`integer`
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  const statements = [
    sql`create table locks (
      repository text not null, environment text not null, id text not null unique, person text not null, reason text not null,
      pull_request ${integer}, since ${integer} not null, until ${integer}, primary key (repository, environment))${strict}`,
    sql`create table verdicts (
      deployment text not null references deployments (id), person text not null, verdict text not null, revision text,
      content text not null, reason text, at text not null, primary key (deployment, person, verdict))${strict}`,
    sql`alter table intents add column command text`,
  ]
  for (const statement of statements) await statement.execute(transaction)
}
