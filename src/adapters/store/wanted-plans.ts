import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { fullName } from '../../domain/repository.ts'
import type { Store, WantedPlan } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { read } from './stored/json.ts'
import { repositoryIn, storedRepository } from './stored/repository.ts'
import { count, type Shape } from './stored/shape.ts'
import type { Tables } from './tables.ts'

const storedWish: z.ZodType<WantedPlan> = z.strictObject({
  repository: storedRepository,
  number: count,
  asked: z.boolean(),
  version: count,
  tries: count,
} satisfies Shape<WantedPlan>)

/**
 * Passing, but for what a person asked for: a wish that is forgotten is found again by the next look at GitHub, and one that is
 * remembered too long is planned once more.
 */
export function wantedPlans(database: Database): Store['wantedPlans'] {
  const { db, passing } = database
  return {
    async want(repository, number, { asked = false } = {}) {
      const installation = repository.installation
      const row = { repository: fullName(repository), number, installation, asked: asked ? 1 : 0, version: 1, tries: 0, due: database.now }
      const write = (connection: Kysely<Tables>) =>
        connection
          .insertInto('wanted_plans')
          .values(row)
          .onConflict((conflict) =>
            conflict.columns(['repository', 'number']).doUpdateSet({
              installation,
              ...(asked && { asked: 1 }),
              version: sql<number>`wanted_plans.version + 1`,
              tries: 0,
              due: database.now,
            }),
          )
          .execute()
      await (asked ? write(db) : passing(write))
    },

    async due() {
      const rows = await db.selectFrom('wanted_plans').select('repository').distinct().where('due', '<=', database.now).execute()
      return rows.map(({ repository }) => repository)
    },

    async dueOf(name, limit) {
      const rows = await db
        .selectFrom('wanted_plans')
        .selectAll()
        .where('repository', '=', name)
        .where('due', '<=', database.now)
        .orderBy('due')
        .orderBy('number')
        .limit(limit)
        .execute()
      return rows.map(({ repository, installation, number, asked, version, tries }) =>
        read(
          storedWish,
          { repository: repositoryIn({ repository, installation }), number, asked: asked !== 0, version, tries },
          `wanted plan of ${repository}#${number}`,
        ),
      )
    },

    async numbersOf(repository) {
      const rows = await db.selectFrom('wanted_plans').select('number').where('repository', '=', repository).execute()
      return rows.map(({ number }) => number)
    },

    async done({ repository, number, version }) {
      await passing((connection) =>
        connection
          .deleteFrom('wanted_plans')
          .where('repository', '=', fullName(repository))
          .where('number', '=', number)
          .where('version', '=', version)
          .execute(),
      )
    },

    async putOff({ repository, number, version, asked }, seconds) {
      const due = sql<number>`${database.now} + ${Math.round(seconds * 1000)}`
      await passing((connection) =>
        connection
          .updateTable('wanted_plans')
          .set((eb) => ({ tries: eb('tries', '+', 1), due, asked: asked ? 1 : 0 }))
          .where('repository', '=', fullName(repository))
          .where('number', '=', number)
          .where('version', '=', version)
          .execute(),
      )
    },
  }
}
