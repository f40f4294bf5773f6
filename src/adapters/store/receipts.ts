import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { encode, parsed, read } from './stored/json.ts'
import { storedReceipt } from './stored/receipt.ts'

export function receipts({ db }: Database): Store['receipts'] {
  return {
    /** A receipt is written once: a deployment that is verified again after a crash keeps its first proof. */
    async record(receipt) {
      await db
        .insertInto('receipts')
        .values({ deployment: receipt.deployment, receipt: encode(storedReceipt, receipt) })
        .onConflict((conflict) => conflict.column('deployment').doNothing())
        .execute()
    },

    async of(deployment) {
      const row = await db.selectFrom('receipts').select('receipt').where('deployment', '=', deployment).executeTakeFirst()
      return row && read(storedReceipt, parsed(row.receipt), `receipt of deployment ${deployment}`)
    },
  }
}
