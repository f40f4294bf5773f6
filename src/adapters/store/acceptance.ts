import type { Kysely } from 'kysely'
import type { Database } from './database.ts'
import { take } from './sequences.ts'
import type { IntentRow, Tables } from './tables.ts'

/** The columns that decide whether two intents are the same wish. */
export type Wish = Pick<IntentRow, 'id' | 'key' | 'repository' | 'ref' | 'before' | 'after'>

/**
 * Whether two intents ask for the same. A merge is told twice, by `push` and by `pull_request`, and only the push says
 * where the branch was: an unknown `before` matches any. Two known ones must be equal, since a branch may come to the same
 * commit from another side.
 */
export function sameWish(one: Wish, other: Wish): boolean {
  if (one.key === other.key) return true
  if (one.after === null || one.after !== other.after) return false
  if (one.repository !== other.repository || one.ref !== other.ref) return false
  return one.before === null || other.before === null || one.before === other.before
}

/** An intent as a row that waits for its number. */
export type Candidate = Omit<IntentRow, 'sequence'>

/** Stores intents in one transaction; answers in their order. */
export async function acceptAll(database: Database, candidates: Candidate[]): Promise<('accepted' | 'known')[]> {
  return database.db.transaction().execute(async (transaction) => {
    // Taking the numbers first also makes every other acceptance wait: nobody stores the same wish between reading and writing.
    const last = await take(transaction, 'intents', candidates.length)
    const rows = candidates.map((candidate, index) => ({ ...candidate, sequence: last - candidates.length + 1 + index }))
    const { answers, fresh, learned } = sort(rows, await alike(transaction, rows))
    if (fresh.length > 0) await transaction.insertInto('intents').values(fresh).execute()
    for (const { id, before } of learned) await transaction.updateTable('intents').set({ before }).where('id', '=', id).execute()
    return answers
  })
}

/** Stored intents that may be the same wish as one of these. */
async function alike(transaction: Kysely<Tables>, rows: IntentRow[]): Promise<Wish[]> {
  const afters = rows.flatMap(({ after }) => after ?? [])
  return transaction
    .selectFrom('intents')
    .select(['id', 'key', 'repository', 'ref', 'before', 'after'])
    .where((row) => {
      const sameKey = row(
        'key',
        'in',
        rows.map(({ key }) => key),
      )
      return afters.length === 0 ? sameKey : row.or([sameKey, row('after', 'in', afters)])
    })
    .execute()
}

/** Which are new, and which stored ones learn their `before` from a second telling. */
function sort(rows: IntentRow[], stored: Wish[]) {
  const fresh: IntentRow[] = []
  const learned: Wish[] = []
  const answers = rows.map((row) => {
    const earlier = stored.find((wish) => sameWish(wish, row)) ?? fresh.find((wish) => sameWish(wish, row))
    if (!earlier) {
      fresh.push(row)
      return 'accepted' as const
    }
    if (earlier.before === null && row.before !== null) {
      earlier.before = row.before
      if (stored.includes(earlier)) learned.push(earlier)
    }
    return 'known' as const
  })
  return { answers, fresh, learned }
}
