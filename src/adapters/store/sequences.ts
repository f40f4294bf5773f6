import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './tables.ts'

/**
 * Takes the next `count` numbers of a sequence and returns the last of them. Inside a transaction the row stays locked to its
 * end: whoever takes a higher number commits later. So the numbers are an order, and taking one is a lock among writers.
 * Numbers of transactions that fail are given out again; none is ever given out twice.
 */
export async function take(transaction: Kysely<Tables>, name: string, count = 1): Promise<number> {
  const row = await transaction
    .insertInto('sequences')
    .values({ name, value: count })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql<number>`sequences.value + excluded.value` }))
    .returning('value')
    .executeTakeFirstOrThrow()
  return z.int().positive().parse(row.value)
}

/** The last number taken; 0 where none was. */
export async function last(db: Kysely<Tables>, name: string): Promise<number> {
  const row = await db.selectFrom('sequences').select('value').where('name', '=', name).executeTakeFirst()
  return z
    .int()
    .nonnegative()
    .parse(row?.value ?? 0)
}
