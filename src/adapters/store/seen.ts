import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'

export function seen(database: Database): Store['seen'] {
  return {
    async of(repository) {
      const rows = await database.db.selectFrom('seen').select(['place', 'mark']).where('repository', '=', repository).execute()
      return new Map(rows.map(({ place, mark }) => [place, mark]))
    },

    /** Passing: where a mark is lost the same is found once more, and is a wish that is known. */
    async record(repository, place, mark) {
      await database.passing((db) =>
        db
          .insertInto('seen')
          .values({ repository, place, mark })
          .onConflict((conflict) => conflict.columns(['repository', 'place']).doUpdateSet({ mark }))
          .execute(),
      )
    },
  }
}
