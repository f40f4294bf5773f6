import { sql } from 'kysely'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'

export function sweeps(database: Database): Store['sweeps'] {
  return {
    async due(names) {
      const resting = await database.db.selectFrom('sweeps').select('name').where('due', '>', database.now).execute()
      const later = new Set(resting.map(({ name }) => name))
      return names.filter((name) => !later.has(name))
    },

    /** Passing: a sweep that is forgotten comes early. */
    async next(name, seconds) {
      const due = sql<number>`${database.now} + ${Math.round(seconds * 1000)}`
      await database.passing((db) =>
        db
          .insertInto('sweeps')
          .values({ name, due })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ due }))
          .execute(),
      )
    },
  }
}
