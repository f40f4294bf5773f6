import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CompiledQuery, type KyselyPlugin, SqliteQueryCompiler, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../../../src/adapters/store/migrations.ts'
import { openStore, storeOver } from '../../../src/adapters/store/open.ts'
import { openSqlite } from '../../../src/adapters/store/sqlite.ts'
import type { Log } from '../../../src/flow/ports.ts'
import { push, rollback } from './records.ts'

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-store-'))
})
afterEach(() => rm(folder, { recursive: true }))
/** Remembers every question in SQL. */
const recording = (asked: string[]): KyselyPlugin => ({
  transformQuery({ node, queryId }) {
    asked.push(new SqliteQueryCompiler().compileQuery(node, queryId).sql)
    return node
  },
  transformResult: async ({ result }) => result,
})
const open = (where = folder) => openStore({ kind: 'sqlite', folder: where }, silent)

test('what was stored is there after closing and opening again', async () => {
  const store = await open(join(folder, 'made', 'here'))
  const wish = push()
  await store.intents.accept(wish)
  await store.close()
  const again = await open(join(folder, 'made', 'here'))
  expect(await again.intents.read(wish.id)).toEqual(wish)
  await again.close()
})

test('the file is for its owner only and waits for the disk at every commit', async () => {
  const database = openSqlite(folder)
  await migrate(database)
  const pragma = async (name: string) =>
    Object.values((await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(database.db)).rows[0] ?? {})[0]
  expect(await pragma('journal_mode')).toBe('wal')
  expect(await pragma('synchronous')).toBe(2)
  expect(await pragma('foreign_keys')).toBe(1)
  for (const file of ['landfall.db', 'landfall.db-wal']) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600)
  await database.db.destroy()
})

test('what is asked every second, and at each deployment, is answered from an index of what counts, not from all there ever was', async () => {
  const asked: string[] = []
  const database = openSqlite(folder)
  const { db } = database
  await migrate(database)
  const store = storeOver({ ...database, db: db.withPlugin(recording(asked)) }, silent)
  await store.intents.due()
  await store.deployments.due()
  await store.deployments.open('acme/shop', 'production')
  await store.deployments.contracts('acme/shop', 'production')
  const steps = []
  for (const question of asked) {
    const { rows } = await db.executeQuery<{ detail: string }>(CompiledQuery.raw(`explain query plan ${question}`))
    steps.push(...rows.map(({ detail }) => detail))
  }
  expect(steps).toEqual([
    'SCAN intents USING INDEX intents_open',
    'SCAN deployments USING INDEX deployments_open',
    'SEARCH deployments USING INDEX deployments_open (repository=? AND environment=?)',
    'SEARCH deployments USING INDEX deployments_contracts (repository=? AND environment=?)',
  ])
  await store.close()
})

test('a full disk acknowledges nothing, harms nothing that is stored, and is survived', async () => {
  const database = openSqlite(folder)
  await migrate(database)
  const store = storeOver(database, silent)
  const before = push({ ref: 'refs/heads/before' })
  await store.intents.accept(before)
  await sql`pragma max_page_count = 1`.execute(database.db) // SQLite's own limit: the file may not grow any more.
  const bulky = rollback({ command: { kind: 'rollback', environment: 'long'.repeat(5000) } })
  await expect(store.intents.accept(bulky)).rejects.toThrow('full')
  expect(await store.intents.read(bulky.id)).toBeUndefined()
  await sql`pragma max_page_count = 1000000`.execute(database.db)
  expect(await store.intents.accept(bulky)).toBe('accepted')
  expect(await store.intents.open()).toEqual([before.id, bulky.id])
  await store.close()
})

test('a database of a newer Landfall is refused and left alone', async () => {
  await (await open()).close()
  const connection = new DatabaseSync(join(folder, 'landfall.db'))
  connection.exec('update landfall_schema set version = 99')
  await expect(open()).rejects.toThrow(
    /^database in .*: it was written by a newer Landfall \(its tables have version 99, this Landfall knows \d+\)\. Start the newer/,
  )
  expect(connection.prepare('select version from landfall_schema').get()).toEqual({ version: 99 })
  connection.close()
})

test('a file that is no database, and a folder that cannot be one, are named', async () => {
  await writeFile(join(folder, 'landfall.db'), 'not a database at all, but long enough to look like one')
  await expect(open()).rejects.toThrow(`database in ${folder}: cannot be opened: file is not a database. Check that the folder`)
  await expect(open('/dev/null/data')).rejects.toThrow('database in /dev/null/data: cannot be opened: ENOTDIR')
})

test('a copy made while Landfall runs, as the operations guide says, is a whole database', async () => {
  const store = await open()
  const wish = push({ ref: 'refs/heads/copied' })
  await store.intents.accept(wish)
  const connection = new DatabaseSync(join(folder, 'landfall.db'))
  const restored = await mkdtemp(join(folder, 'restored-'))
  connection.exec(`vacuum into '${join(restored, 'landfall.db')}'`)
  connection.close()
  await store.intents.accept(push({ ref: 'refs/heads/later' }))
  await store.close()
  const copy = await open(restored)
  expect(await copy.intents.open()).toEqual([wish.id])
  await copy.close()
})
