import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Report, ReportKey, Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { mustHold } from './leases.ts'
import { present, read } from './stored/json.ts'
import type { Shape } from './stored/shape.ts'
import { storable } from './stored/text.ts'
import type { Tables } from './tables.ts'

/** Nothing that the columns could not hold: one odd row must not hold up what all others have to tell. */
const storedReport: z.ZodType<Report> = z.strictObject({
  subject: z.string(),
  surface: z.string(),
  version: z.number(),
  attempts: z.number(),
  begun: z.boolean(),
  memory: z.string().exactOptional(),
} satisfies Shape<Report>)

/**
 * What GitHub and chat should show, as a level and not as a list of messages: a surface wanted three times while GitHub was
 * down is published once, as things are then.
 */
export function reports(database: Database): Store['reports'] {
  const { db } = database
  const row = ({ subject, surface }: ReportKey) => ({ subject, surface })
  return {
    want: (wanted) => want(database, db, wanted),

    async due(limit) {
      const rows = await db
        .selectFrom('reports')
        .select(['subject', 'surface', 'wanted as version', 'attempts', 'memory', 'begun'])
        .whereRef('published', '<', 'wanted')
        .where('due', '<=', database.now)
        .orderBy('due')
        .limit(limit)
        .execute()
      return rows.map((report) =>
        read(storedReport, present({ ...report, begun: report.begun !== 0 }), `report ${report.surface} of ${report.subject}`),
      )
    },

    async begin(report, lease) {
      await db.transaction().execute(async (transaction) => {
        await mustHold(database, transaction, lease)
        await transaction
          .updateTable('reports')
          .set({ begun: 1 })
          .where((eb) => eb.and(row(report)))
          .execute()
      })
    },

    async doubt(report) {
      await db
        .updateTable('reports')
        .set((eb) => ({ begun: 1, wanted: eb('wanted', '+', 1) }))
        .where((eb) => eb.and(row(report)))
        .execute()
    },

    /** A version that is not newer than the published one changes nothing; no memory leaves the earlier memory. */
    async published(report, memory) {
      await db
        .updateTable('reports')
        .set({ published: report.version, attempts: 0, error: null, begun: 0, ...(memory !== undefined && { memory }) })
        .where((eb) => eb.and(row(report)))
        .where('published', '<', report.version)
        .execute()
    },

    async memory(key) {
      const found = await db
        .selectFrom('reports')
        .select('memory')
        .where((eb) => eb.and(row(key)))
        .executeTakeFirst()
      return found?.memory ?? undefined
    },

    async rest(report, seconds) {
      await db
        .updateTable('reports')
        .set((eb) => ({ wanted: eb('wanted', '+', 1), due: inSeconds(database, seconds) }))
        .where((eb) => eb.and(row(report)))
        .where('wanted', '=', report.version)
        .execute()
    },

    async failed(report, error, retryInSeconds) {
      await db
        .updateTable('reports')
        .set((eb) => ({
          attempts: eb('attempts', '+', 1),
          error: storable(error),
          due: inSeconds(database, retryInSeconds),
        }))
        .where((eb) => eb.and(row(report)))
        .execute()
    },
  }
}

const inSeconds = ({ now }: Database, seconds: number) => sql<number>`${now} + ${Math.round(seconds * 1000)}`

/**
 * A surface put off after failures stays put off, however often it is wanted meanwhile; one that only rests is due at once. So is one
 * that was published: when it was due before says nothing any more, and may lie ahead of a clock that was put back since.
 */
export async function want(database: Database, transaction: Kysely<Tables>, wanted: ReportKey[]): Promise<void> {
  const keys = new Map(wanted.map(({ subject, surface }) => [`${subject} ${surface}`, { subject, surface }]))
  if (keys.size === 0) return
  // In one order everywhere: two transactions that lock the same rows the other way round would wait for each other for ever.
  const rows = [...keys.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, key]) => key)
  await transaction
    .insertInto('reports')
    .values(rows.map((key) => ({ ...key, wanted: 1, published: 0, due: database.now, attempts: 0, memory: null, error: null, begun: 0 })))
    .onConflict((conflict) =>
      conflict.columns(['subject', 'surface']).doUpdateSet({
        wanted: sql<number>`reports.wanted + 1`,
        due: sql<number>`case
          when reports.published < reports.wanted and (reports.attempts > 0 or reports.due < ${database.now}) then reports.due
          else ${database.now} end`,
      }),
    )
    .execute()
}
