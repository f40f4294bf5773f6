import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { TimelineEntry } from '../../domain/deployment.ts'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { want } from './reports.ts'
import { storedEntry } from './stored/deployment.ts'
import { present, read } from './stored/json.ts'
import { storable } from './stored/text.ts'
import type { Tables } from './tables.ts'

/** Entries per statement: PostgreSQL and SQLite bound the parameters of one. */
const chunk = 1000

export function timeline(database: Database): Store['timeline'] {
  const { db } = database
  return {
    async append(deployment, entries, wanted = []) {
      if (entries.length === 0) return
      await database.passing((held) =>
        held.transaction().execute(async (transaction) => {
          await appendEntries(database, transaction, deployment, entries)
          await want(database, transaction, wanted)
        }),
      )
    },

    async read(deployment) {
      const rows = await db
        .selectFrom('timeline')
        .select(['at', 'step', 'host', 'text'])
        .where('deployment', '=', deployment)
        .orderBy('position')
        .execute()
      return rows.map((row) => read(storedEntry, present(row), `timeline of deployment ${deployment}`))
    },
  }
}

/** Adds the entries behind those that are there, in the order of the calls and not of the entries' clocks. */
export async function appendEntries(
  database: Database,
  transaction: Kysely<Tables>,
  deployment: string,
  entries: readonly TimelineEntry[],
): Promise<void> {
  const owner = transaction.selectFrom('deployments').select('id').where('id', '=', deployment)
  await database.lockRows(owner).executeTakeFirstOrThrow(() => new Error(`deployment ${deployment} is not in the database`))
  const { end } = await transaction
    .selectFrom('timeline')
    .select((eb) => eb.fn.coalesce(eb.fn.max('position'), eb.lit(0)).as('end'))
    .where('deployment', '=', deployment)
    .executeTakeFirstOrThrow()
  const start = z.int().nonnegative().parse(end) + 1
  const rows = entries.map(({ at, step, host, text }, index) => ({
    deployment,
    position: start + index,
    at,
    step,
    host: host ?? null,
    text: storable(text),
  }))
  for (let from = 0; from < rows.length; from += chunk) {
    await transaction
      .insertInto('timeline')
      .values(rows.slice(from, from + chunk))
      .execute()
  }
}
