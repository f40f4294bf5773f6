import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { deploymentIn } from './deployment-rows.ts'
import { lockDeployment } from './deployments.ts'
import { mustHold } from './leases.ts'
import { want } from './reports.ts'
import { storedFetched } from './stored/deployment.ts'
import { encode } from './stored/json.ts'

/** Notes what hosts fetched in advance, as long as the deployment waits for it. */
export const noteFetched =
  (database: Database): Store['deployments']['fetched'] =>
  (id, lease, fetched, wanted) =>
    database.db.transaction().execute(async (transaction) => {
      await mustHold(database, transaction, lease)
      const { state, proposal } = deploymentIn(await lockDeployment(database, transaction, id))
      if (state !== 'waiting' || proposal?.content !== fetched.content) return false
      await transaction
        .updateTable('deployments')
        .set({ fetched: encode(storedFetched, fetched) })
        .where('id', '=', id)
        .execute()
      await want(database, transaction, wanted)
      return true
    })
