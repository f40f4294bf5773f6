import { sql } from 'kysely'
import { fullName } from '../../domain/repository.ts'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { want } from './reports.ts'
import { encode, parsed, read } from './stored/json.ts'
import { storedPullPlan } from './stored/pull-plan.ts'

/** In milliseconds: 90 days. */
const keptFor = 90 * 24 * 60 * 60 * 1000

export function pullPlans(database: Database): Store['pullPlans'] {
  const { db } = database
  return {
    async of(repository, number) {
      const query = db.selectFrom('pull_plans').select('plan').where('repository', '=', repository).where('number', '=', number)
      const row = await query.executeTakeFirst()
      return row && read(storedPullPlan, parsed(row.plan), `plan of ${repository}#${number}`)
    },

    async sidesOf(repository, numbers) {
      if (numbers.length === 0) return new Map()
      const rows = await db
        .selectFrom('pull_plans')
        .select(['number', 'head', 'base'])
        .where('repository', '=', repository)
        .where('number', 'in', numbers)
        .execute()
      return new Map(rows.map(({ number, head, base }) => [number, { head, base }]))
    },

    async keep(computed, wanted = []) {
      const plan = encode(storedPullPlan, computed)
      const { number, head, base } = computed
      const row = { plan, head, base, kept: database.now }
      await db.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('pull_plans')
          .values({ repository: fullName(computed.repository), number, ...row })
          .onConflict((conflict) => conflict.columns(['repository', 'number']).doUpdateSet(row))
          .execute()
        // Nobody may have told that a pull request was closed.
        await transaction.deleteFrom('pull_plans').where('kept', '<', sql<number>`${database.now} - ${keptFor}`).execute()
        await want(database, transaction, wanted)
      })
    },

    async forget(repository, number) {
      await database.passing((connection) =>
        connection.deleteFrom('pull_plans').where('repository', '=', repository).where('number', '=', number).execute(),
      )
    },
  }
}
