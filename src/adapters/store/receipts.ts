import type { Kysely } from 'kysely'
import type { Receipt } from '../../domain/receipt.ts'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { encode, parsed, read } from './stored/json.ts'
import { storedReceipt } from './stored/receipt.ts'
import type { Tables } from './tables.ts'

export function receipts({ db }: Database): Store['receipts'] {
  return {
    record: (receipt) => recordReceipt(db, receipt),

    async of(deployment) {
      const row = await db.selectFrom('receipts').select('receipt').where('deployment', '=', deployment).executeTakeFirst()
      return row && read(storedReceipt, parsed(row.receipt), `receipt of deployment ${deployment}`)
    },
  }
}

/** A receipt is written once: a deployment that is verified again after a crash keeps its first proof. */
export async function recordReceipt(db: Kysely<Tables>, receipt: Receipt): Promise<void> {
  await db
    .insertInto('receipts')
    .values({ deployment: receipt.deployment, receipt: encode(storedReceipt, receipt) })
    .onConflict((conflict) => conflict.column('deployment').doNothing())
    .execute()
}
