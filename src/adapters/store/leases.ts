import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { type Lease, LeaseLost, type Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

export function leases(database: Database): Store['leases'] {
  const lasting = (seconds: number) => ({ since: database.now, until: sql<number>`${database.now} + ${Math.round(seconds * 1000)}` })
  return {
    async claim(subject, holder, seconds) {
      // One statement: of many that claim at once, the row lets one through. Rows stay for ever, so that numbers only grow.
      const row = await database.passing((db) =>
        db
          .insertInto('leases')
          .values({ subject, holder, number: 1, ...lasting(seconds) })
          .onConflict((conflict) =>
            conflict
              .column('subject')
              .doUpdateSet({ holder, number: sql<number>`leases.number + 1`, ...lasting(seconds) })
              .where((lease) =>
                lease.or([
                  lease('leases.until', '<=', database.now),
                  // A lease from the future: the database's clock was put back, and nobody should wait until it is there again.
                  lease('leases.since', '>', database.now),
                  lease('leases.holder', '=', holder),
                ]),
              ),
          )
          .returning('number')
          .executeTakeFirst(),
      )
      return row && { subject, holder, number: z.int().positive().parse(row.number) }
    },

    /** A lease that ran out may be renewed as long as nobody else has taken it. */
    async renew(lease, seconds) {
      const changed = await database.passing((db) =>
        db
          .updateTable('leases')
          .set(lasting(seconds))
          .where((row) => row.and(columns(lease)))
          .executeTakeFirst(),
      )
      return changed.numUpdatedRows > 0n
    },

    async holds(lease) {
      const row = await database.db
        .selectFrom('leases')
        .select('number')
        .where((eb) => eb.and(columns(lease)))
        .executeTakeFirst()
      return row !== undefined
    },

    async release(lease) {
      await database.passing((db) =>
        db
          .updateTable('leases')
          .set({ holder: null, since: 0, until: 0 })
          .where((row) => row.and(columns(lease)))
          .execute(),
      )
    },
  }
}

const columns = ({ subject, holder, number }: Lease) => ({ subject, holder, number })

/** Throws LeaseLost unless the lease is the newest on its subject; nobody else can claim it before the transaction ends. */
export async function mustHold(database: Database, transaction: Kysely<Tables>, lease: Lease): Promise<void> {
  const newest = transaction
    .selectFrom('leases')
    .select('number')
    .where((row) => row.and(columns(lease)))
  const row = await database.lockRows(newest).executeTakeFirst()
  if (!row) throw new LeaseLost(`${lease.subject}: the lease ${lease.number} of ${lease.holder} was taken over or given back`)
}

/** Takes back every lease, where nobody who holds one can be alive. Their numbers stay, so that numbers only grow. */
export async function voidLeases(database: Database): Promise<void> {
  await database.passing((db) =>
    db.updateTable('leases').set({ holder: null, since: 0, until: 0 }).where('holder', 'is not', null).execute(),
  )
}
