import { z } from 'zod'
import type { Replay, Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { take } from './sequences.ts'
import { read } from './stored/json.ts'
import { instant, name, type Shape, text } from './stored/shape.ts'

const storedReplay: z.ZodType<Replay> = z.strictObject({
  guid: name,
  event: text,
  missedAt: name,
  status: text,
  replayedAt: instant,
} satisfies Shape<Replay>)

/** GUIDs in one question: databases bound the parameters of one statement. */
const chunk = 500

export function replays({ db }: Database): Store['replays'] {
  return {
    async record(replay) {
      const { guid, event, missedAt, status, replayedAt } = storedReplay.parse(replay)
      await db.transaction().execute(async (transaction) => {
        const sequence = await take(transaction, 'replays')
        const row = { sequence, guid, event, missed_at: missedAt, status, replayed_at: replayedAt }
        await transaction.insertInto('replays').values(row).execute()
      })
    },

    async tries(guids) {
      const tries = new Map<string, number>()
      for (let from = 0; from < guids.length; from += chunk) {
        const rows = await db
          .selectFrom('replays')
          .select((eb) => ['guid', eb.fn.countAll<number>().as('tries')])
          .where('guid', 'in', guids.slice(from, from + chunk))
          .groupBy('guid')
          .execute()
        for (const { guid, tries: counted } of rows) tries.set(guid, z.int().parse(counted))
      }
      return tries
    },

    async recent(limit) {
      const rows = await db.selectFrom('replays').selectAll().orderBy('sequence', 'desc').limit(limit).execute()
      return rows.map(({ guid, event, missed_at: missedAt, status, replayed_at: replayedAt }) =>
        read(storedReplay, { guid, event, missedAt, status, replayedAt }, `replay of delivery ${guid}`),
      )
    },
  }
}
