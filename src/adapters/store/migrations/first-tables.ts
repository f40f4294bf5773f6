import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

export async function firstTables(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const integer = database.kind === 'postgres' ? sql`bigint` : sql`integer`
  // SQLite stores anything anywhere unless told to be strict.
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  const statements = [
    sql`create table sequences (name text primary key, value ${integer} not null)${strict}`,
    sql`create table intents (
      id text primary key, sequence ${integer} not null unique, key text not null unique, kind text not null,
      repository text not null, installation ${integer} not null, actor text not null, delivery text not null,
      received_at text not null, ref text, before text, after text, environment text, comment text, outcome text)${strict}`,
    sql`create index intents_after on intents (after)`,
    sql`create index intents_open on intents (sequence) where outcome is null`,
    sql`create table deployments (
      id text primary key, sequence ${integer} not null unique, intent text not null references intents (id), kind text not null,
      repository text not null, installation ${integer} not null, project text not null, environment text not null,
      revision text, subject text, author text, branch text, actor text not null, pull_request ${integer}, comment text,
      state text not null, reason text, plan text, created_at text not null, started_at text, finished_at text)${strict}`,
    sql`create index deployments_state on deployments (state)`,
    sql`create index deployments_environment on deployments (repository, environment, sequence)`,
    sql`create table timeline (
      deployment text not null references deployments (id), position ${integer} not null, at text not null, step text not null,
      host text, text text not null, primary key (deployment, position))${strict}`,
    sql`create table receipts (deployment text primary key references deployments (id), receipt text not null)${strict}`,
    sql`create table leases (subject text primary key, holder text, number ${integer} not null, until ${integer} not null)${strict}`,
    sql`create table reports (
      subject text not null, surface text not null, wanted ${integer} not null, published ${integer} not null, due ${integer} not null,
      attempts ${integer} not null, memory text, error text, primary key (subject, surface))${strict}`,
    sql`create index reports_due on reports (due) where published < wanted`,
  ]
  for (const statement of statements) await statement.execute(transaction)
}
