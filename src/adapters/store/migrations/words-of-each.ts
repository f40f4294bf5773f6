import { type Kysely, sql } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Whoever approved a proposal and then its canary said two things, and both are kept. */
export async function wordsOfEach(database: Database, transaction: Kysely<Tables>): Promise<void> {
  const strict = database.kind === 'postgres' ? sql`` : sql` strict`
  const columns = sql.raw('deployment, person, verdict, revision, content, reason, at, role, teams')
  const statements = [
    sql`create table words (
      deployment text not null references deployments (id), person text not null, verdict text not null, revision text, content text not null,
      reason text, at text not null, role text, teams text, primary key (deployment, person, verdict, content))${strict}`,
    sql`insert into words (${columns}) select ${columns} from verdicts`,
    sql`drop table verdicts`,
    sql`alter table words rename to verdicts`,
  ]
  for (const statement of statements) await statement.execute(transaction)
}
