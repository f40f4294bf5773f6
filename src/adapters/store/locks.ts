import { type Kysely, sql } from 'kysely'
import type { Lock } from '../../domain/gate.ts'
import type { NewLock, Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { storedLock } from './stored/gate.ts'
import { present, read } from './stored/json.ts'
import type { LockRow, Tables } from './tables.ts'

export function locks(database: Database): Store['locks'] {
  return {
    async of(repository) {
      const rows = await database.db
        .selectFrom('locks')
        .selectAll()
        .where('repository', '=', repository)
        .where((lock) => lock.or([lock('until', 'is', null), lock('until', '>', database.now)]))
        .orderBy('environment')
        .execute()
      return rows.map(lockIn)
    },

    end: (id) => liftLocks(database.db, [id]),
  }
}

/** In place of one that has run out: whether another stands was asked before, under the repository's lease. */
export async function setLock(database: Database, transaction: Kysely<Tables>, { lasts, ...lock }: NewLock): Promise<void> {
  const row = {
    repository: lock.repository,
    environment: lock.environment ?? '',
    id: lock.id,
    person: lock.person,
    reason: lock.reason,
    pull_request: lock.pullRequest ?? null,
    since: database.now,
    until: lasts === undefined ? null : sql<number>`${database.now} + ${Math.round(lasts * 1000)}`,
  }
  await transaction
    .insertInto('locks')
    .values(row)
    .onConflict((conflict) => conflict.columns(['repository', 'environment']).doUpdateSet(row))
    .execute()
}

export async function liftLocks(transaction: Kysely<Tables>, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await transaction.deleteFrom('locks').where('id', 'in', ids).execute()
}

function lockIn({ environment, pull_request: pullRequest, since, until, ...columns }: LockRow): Lock {
  const instant = (at: number | null) => (at === null ? null : new Date(Number(at)).toISOString())
  const fields = { ...columns, environment: environment || null, pullRequest, since: instant(since), until: instant(until) }
  return read(storedLock, present(fields), `lock ${columns.id}`)
}
