import type { Kysely } from 'kysely'
import type { TaskRun } from '../../domain/one-off.ts'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { mustHold } from './leases.ts'
import { want } from './reports.ts'
import { encode, parsed, read } from './stored/json.ts'
import { storedTask } from './stored/task.ts'
import type { Tables } from './tables.ts'
import { appendEntries } from './timeline.ts'

export function tasks(database: Database): Store['tasks'] {
  const { db } = database
  return {
    async read(id) {
      const row = await db.selectFrom('tasks').select('run').where('id', '=', id).executeTakeFirst()
      return row && read(storedTask, parsed(row.run), `task ${id}`)
    },

    async due() {
      const rows = await db.selectFrom('tasks').select('id').where('ended', '=', 0).execute()
      return rows.map(({ id }) => id)
    },

    fix: (id, lease, at) =>
      db.transaction().execute(async (transaction) => {
        await mustHold(database, transaction, lease)
        await change(database, transaction, id, (task) => ({ ...task, at }))
      }),

    end: (id, lease, end, wanted, note) =>
      db.transaction().execute(async (transaction) => {
        await mustHold(database, transaction, lease)
        await change(database, transaction, id, (task) => ({ ...task, end }))
        if (note) await appendEntries(database, transaction, note.deployment, [note.entry])
        await want(database, transaction, wanted)
      }),
  }
}

/** Makes one, in the transaction that settles its intent. */
export async function insertTask(transaction: Kysely<Tables>, task: TaskRun): Promise<void> {
  await transaction
    .insertInto('tasks')
    .values({ id: task.id, run: encode(storedTask, task), ended: 0 })
    .execute()
}

/** One that has ended is left as it is. */
async function change(database: Database, transaction: Kysely<Tables>, id: string, by: (task: TaskRun) => TaskRun): Promise<void> {
  const open = transaction.selectFrom('tasks').select('run').where('id', '=', id).where('ended', '=', 0)
  const row = await database.lockRows(open).executeTakeFirst()
  if (!row) return
  const task = by(read(storedTask, parsed(row.run), `task ${id}`))
  await transaction
    .updateTable('tasks')
    .set({ run: encode(storedTask, task), ended: task.end ? 1 : 0 })
    .where('id', '=', id)
    .execute()
}
