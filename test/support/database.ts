import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Database } from '../../src/adapters/store/database.ts'
import { migrate } from '../../src/adapters/store/migrations.ts'
import { storeOver } from '../../src/adapters/store/open.ts'
import { openSqlite } from '../../src/adapters/store/sqlite.ts'
import type { Clock, Store } from '../../src/flow/ports.ts'
import { ManualClock } from './manual-clock.ts'

/** The real store over a database of its own, whose clock is the given one. */
export interface TestDatabase {
  store: Store
  /** How many intents are open, deployments and soaks unfinished and reports due. */
  openWork(): Promise<number>
  /** A backup as operators make it: a file of its own, as the database is now. */
  backUp(): Promise<string>
  close(): Promise<void>
}

/** Empty databases whose tests are over. Statements stay prepared on them: that and the tables take as long as a whole test. */
const free: Opened[] = []

/** @param backup what it is restored from; an empty database without */
export async function openDatabase(clock: Clock, backup?: string): Promise<TestDatabase> {
  const opened = (backup === undefined ? free.pop() : undefined) ?? (await openFrom(backup))
  const { database } = opened
  const { db } = database
  opened.clock = clock
  const backups: string[] = []
  return {
    store: storeOver(database, { info() {}, warn() {}, error() {} }),
    async openWork() {
      const { rows } = await sql<{ open: number }>`select
        (select count(*) from intents where outcome is null) +
        (select count(*) from deployments where finished_at is null) +
        (select count(*) from deployments where soak = 'under-way') +
        (select count(*) from tasks where ended = 0) +
        (select count(*) from reports where published < wanted and due <= ${database.now}) as open`.execute(db)
      return rows[0]?.open ?? 0
    },
    async backUp() {
      const folder = newFolder()
      backups.push(folder)
      const file = join(folder, 'backup.db')
      await sql`vacuum into ${sql.lit(file)}`.execute(db)
      return file
    },
    async close() {
      for (const folder of backups) rmSync(folder, { recursive: true })
      await empty(database)
      free.push(opened)
    },
  }
}

interface Opened {
  database: Database
  clock: Clock
}

/** Gone from the file system at once, so that nothing is left of a test that is ended: it has its files open. */
async function openFrom(backup: string | undefined): Promise<Opened> {
  const opened = { clock: new ManualClock() }
  const folder = newFolder()
  if (backup !== undefined) copyFileSync(backup, join(folder, 'landfall.db'))
  const database = Object.defineProperty({ ...openSqlite(folder) }, 'now', { get: () => sql<number>`${opened.clock.now().getTime()}` })
  await migrate(database)
  rmSync(folder, { recursive: true })
  return Object.assign(opened, { database })
}

/** In memory where the machine has such a place: a busy disk would stretch every test. */
const newFolder = () => mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'landfall-town-'))

/** As it was when it was made. */
async function empty({ db }: Database): Promise<void> {
  const tables = (await db.introspection.getTables()).filter(({ name }) => name !== 'landfall_schema')
  await db.transaction().execute(async (transaction) => {
    await sql`pragma defer_foreign_keys = on`.execute(transaction)
    for (const { name } of tables) await sql`delete from ${sql.table(name)}`.execute(transaction)
  })
}
