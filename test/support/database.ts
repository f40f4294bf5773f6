import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { migrate } from '../../src/adapters/store/migrations.ts'
import { storeOver } from '../../src/adapters/store/open.ts'
import { openSqlite } from '../../src/adapters/store/sqlite.ts'
import type { Clock, Store } from '../../src/flow/ports.ts'

/** The real store over a database of its own, whose clock is the given one. */
export interface TestDatabase {
  store: Store
  /** How many intents are open, deployments unfinished and reports due. */
  openWork(): Promise<number>
  /** A backup as operators make it: a file of its own, as the database is now. */
  backUp(): Promise<string>
  close(): Promise<void>
}

/** @param backup what it is restored from; an empty database without */
export async function openDatabase(clock: Clock, backup?: string): Promise<TestDatabase> {
  // In memory where the machine has such a folder: a busy disk would stretch every test.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'landfall-town-'))
  if (backup !== undefined) copyFileSync(backup, join(folder, 'landfall.db'))
  const opened = openSqlite(folder)
  const { db } = opened
  const now = () => sql<number>`${clock.now().getTime()}`
  const database = Object.defineProperty({ ...opened }, 'now', { get: now })
  await migrate(database)
  const backups: string[] = []
  return {
    store: storeOver(database, { info() {}, warn() {}, error() {} }),
    async openWork() {
      const { rows } = await sql<{ open: number }>`select
        (select count(*) from intents where outcome is null) +
        (select count(*) from deployments where finished_at is null) +
        (select count(*) from reports where published < wanted and due <= ${now()}) as open`.execute(db)
      return rows[0]?.open ?? 0
    },
    async backUp() {
      const file = join(folder, `backup-${backups.length + 1}.db`)
      backups.push(file)
      await sql`vacuum into ${sql.lit(file)}`.execute(db)
      return file
    },
    async close() {
      await db.destroy()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
