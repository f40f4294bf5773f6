import { fullName } from '../../domain/repository.ts'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { want } from './reports.ts'
import { encode, parsed, read } from './stored/json.ts'
import { storedPullPlan } from './stored/pull-plan.ts'

export function pullPlans(database: Database): Store['pullPlans'] {
  const { db } = database
  return {
    async of(repository, number) {
      const query = db.selectFrom('pull_plans').select('plan').where('repository', '=', repository).where('number', '=', number)
      const row = await query.executeTakeFirst()
      return row && read(storedPullPlan, parsed(row.plan), `plan of ${repository}#${number}`)
    },

    async keep(computed, wanted = []) {
      const plan = encode(storedPullPlan, computed)
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('pull_plans')
          .values({ repository: fullName(computed.repository), number: computed.number, plan })
          .onConflict((conflict) => conflict.columns(['repository', 'number']).doUpdateSet({ plan }))
          .execute()
        await want(database, transaction, wanted)
      })
    },
  }
}
