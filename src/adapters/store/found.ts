import type { Kysely } from 'kysely'
import { fullName } from '../../domain/repository.ts'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { insertDeployments } from './deployments.ts'
import { mustHold } from './leases.ts'
import { recordReceipt } from './receipts.ts'
import { insertIntent } from './recovery.ts'
import { want } from './reports.ts'
import { last, take } from './sequences.ts'
import type { Tables } from './tables.ts'

type Found = Parameters<Store['deployments']['found']>[0]

/** Stores what happened on hosts without Landfall. */
export const recordFound =
  (database: Database): Store['deployments']['found'] =>
  (found, lease) =>
    database.db.transaction().execute(async (transaction) => {
      await mustHold(database, transaction, lease)
      const ids = found.deployments.map(({ id }) => id)
      await insertIntent(transaction, found.intent, ids)
      await insertDeployments(transaction, found.deployments)
      // Nobody knew of it before: whatever was wished for until now was wished for without.
      const known = { ended_after: await last(transaction, 'intents') }
      await transaction.updateTable('deployments').set(known).where('id', 'in', ids).execute()
      await putBehind(database, transaction, found)
      for (const receipt of found.receipts) await recordReceipt(transaction, receipt)
      await want(database, transaction, found.reports)
    })

/** Those that wait take new numbers in their order: they come after what has happened. */
async function putBehind(database: Database, transaction: Kysely<Tables>, { intent: { repository }, deployments }: Found): Promise<void> {
  const environments = [...new Set(deployments.map(({ environment }) => environment))]
  const waiting = transaction
    .selectFrom('deployments')
    .select('id')
    .where('repository', '=', fullName(repository))
    .where('environment', 'in', environments)
    .where('state', 'in', ['queued', 'waiting'])
    .orderBy('sequence')
  for (const { id } of await database.lockRows(waiting).execute()) {
    const sequence = await take(transaction, 'deployments')
    await transaction.updateTable('deployments').set({ sequence }).where('id', '=', id).execute()
  }
}
