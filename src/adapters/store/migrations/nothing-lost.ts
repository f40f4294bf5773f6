import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Database } from '../database.ts'
import { parsed } from '../stored/json.ts'
import type { Tables } from '../tables.ts'

/** What looks at GitHub remember, what a report began, and ways to open work that read no plan. */
export async function nothingLost(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const integer = database.kind === 'postgres' ? sql`bigint` : sql`integer`
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  const statements = [
    sql`create table seen (repository text not null, place text not null, mark text not null, primary key (repository, place))${strict}`,
    sql`create table sweeps (name text primary key, due ${integer} not null)${strict}`,
    sql`create table replays (
      sequence ${integer} primary key, guid text not null, event text not null, missed_at text not null, status text not null,
      replayed_at text not null)${strict}`,
    sql`create index replays_guid on replays (guid)`,
    sql`alter table reports add column begun ${integer} not null default 0`,
    sql`alter table intents add column forced ${integer}`,
    sql`alter table intents add column found ${integer}`,
    sql`create table tellings (delivery text primary key, intent text not null references intents (id))${strict}`,
    sql`insert into tellings (delivery, intent) select delivery, min(id) from intents where kind = 'push' group by delivery`,
    sql`alter table leases add column since ${integer} not null default 0`,
    sql`drop index intents_open`,
    sql`create index intents_open on intents (repository, sequence) where outcome is null`,
    sql`alter table deployments add column generation ${integer}`,
    sql`create index deployments_generation on deployments (repository, environment, generation)`,
    sql`drop index deployments_state`,
    sql`create index deployments_revision on deployments (repository, environment, revision, sequence)`,
    sql`create index deployments_open on deployments (repository, environment, sequence)
      where state not in ('succeeded', 'failed', 'rolled-back', 'halted', 'superseded', 'cancelled', 'rejected')`,
  ]
  for (const statement of statements) await statement.execute(transaction)
  await fillGenerations(transaction)
}

/** So many plans are in memory at once. */
const page = 200

const withGeneration = z.object({ generation: z.int().positive() })

/** Not in SQL: one plan that is no JSON any more would keep Landfall from starting. */
async function fillGenerations(transaction: Kysely<Tables>): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await transaction
      .selectFrom('deployments')
      .select(['id', 'sequence', 'plan'])
      .where('plan', 'is not', null)
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(page)
      .execute()
    for (const { id, plan } of rows) {
      const read = withGeneration.safeParse(parsed(plan))
      if (!read.success) continue
      await transaction.updateTable('deployments').set({ generation: read.data.generation }).where('id', '=', id).execute()
    }
    const last = rows.at(-1)
    if (!last) return
    after = last.sequence
  }
}
