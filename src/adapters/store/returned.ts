import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { patchColumns } from './deployment-rows.ts'
import { insertDeployments } from './deployments.ts'
import { mustHold } from './leases.ts'
import { insertIntent } from './recovery.ts'
import { want } from './reports.ts'

/** Records that what was watched did not stay well, and the rollback that comes of it. */
export const recordReturned =
  (database: Database): Store['deployments']['returned'] =>
  ({ intent, rollback, watched, why, reports }, lease) =>
    database.db.transaction().execute(async (transaction) => {
      await mustHold(database, transaction, lease)
      await insertIntent(transaction, intent, [rollback.id])
      await insertDeployments(transaction, [rollback])
      const soak = patchColumns({ soak: { state: 'unwell', reason: why } })
      await transaction.updateTable('deployments').set(soak).where('id', '=', watched).execute()
      await want(database, transaction, reports)
    })
