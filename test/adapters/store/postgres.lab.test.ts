import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../../src/adapters/store/open.ts'
import { openPostgres } from '../../../src/adapters/store/postgres.ts'
import type { Log, Store } from '../../../src/flow/ports.ts'
import { type Postgres, startPostgres } from '../../lab/postgres.ts'
import { storeContract } from './contract.ts'
import { push } from './records.ts'

let folder: string
let server: Postgres
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'landfall-postgres-'))
  server = await startPostgres(folder)
})
afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function run(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

storeContract('PostgreSQL', async () => {
  const url = await server.createDatabase()
  return {
    // Both at once on an empty database: the tables are made once.
    open: (log) => Promise.all([openStore({ kind: 'postgres', url }, log), openStore({ kind: 'postgres', url }, log)]),
    tamper: async (statement) => void (await run(url, statement)),
    cleanUp: async () => undefined,
  }
})

describe('PostgreSQL', () => {
  const logged: string[] = []
  const write = (message: string) => void logged.push(message)
  const log: Log = { info: write, warn: write, error: write }

  const withStore = async (work: (store: Store, url: string) => Promise<void>) => {
    const url = await server.createDatabase()
    const store = await openStore({ kind: 'postgres', url }, log)
    try {
      await work(store, url)
    } finally {
      await store.close()
    }
  }

  test('a server that goes away acknowledges nothing; when it is back, everything acknowledged is there and work goes on', () =>
    withStore(async (store) => {
      const before = push({ ref: 'refs/heads/before' })
      await store.intents.accept(before)
      await server.kill()
      const lost = push({ ref: 'refs/heads/lost' })
      await expect(store.intents.accept(lost)).rejects.toThrow()
      await expect(store.ping()).rejects.toThrow()
      await server.start()
      expect(await store.intents.accept(lost)).toBe('accepted')
      expect(await store.intents.open()).toEqual([before.id, lost.id])
      expect(logged).toContain('database connection lost')
    }))

  test('a server that is silent costs an error before GitHub gives up on the webhook', () =>
    withStore(async (store) => {
      await store.ping() // so that there is a connection to fall silent
      server.pause()
      const began = performance.now()
      try {
        await expect(store.intents.accept(push({ ref: 'refs/heads/silent' }))).rejects.toThrow()
        expect(performance.now() - began).toBeLessThan(10_000)
      } finally {
        server.resume()
      }
      expect(await store.intents.accept(push({ ref: 'refs/heads/silent' }))).toMatch(/accepted|known/)
    }))

  test('a server that would lose commits in a power cut by its own settings waits for the disk under Landfall', async () => {
    const url = await server.createDatabase()
    const name = new URL(url).pathname.slice(1)
    await run(url, `alter database "${name}" set synchronous_commit = off`)
    await run(url, `alter database "${name}" set default_transaction_isolation = 'serializable'`)
    const database = openPostgres(url, log)
    const show = async (setting: string) =>
      (await sql<Record<string, string>>`show ${sql.raw(setting)}`.execute(database.db)).rows[0]?.[setting]
    expect(await show('synchronous_commit')).toBe('on')
    expect(await show('transaction_isolation')).toBe('read committed')
    await database.db.destroy()
  })

  test('a database of a newer Landfall is refused', () =>
    withStore(async (_store, url) => {
      await run(url, 'update landfall_schema set version = 99')
      await expect(openStore({ kind: 'postgres', url }, log)).rejects.toThrow(
        'it was written by a newer Landfall (its tables have version 99',
      )
    }))

  test.each([
    ['with nobody listening', (url: URL) => (url.port = '1'), 'ECONNREFUSED'],
    ['without such a database', (url: URL) => (url.pathname = '/nowhere'), 'database "nowhere" does not exist'],
  ])('a server %s is named, with what to do and without its password', async (_why, change, detail) => {
    const url = new URL(await server.createDatabase())
    url.password = 'hunter2'
    change(url)
    const error: unknown = await openStore({ kind: 'postgres', url: url.href }, log).catch((reason: unknown) => reason)
    expect(String(error)).toContain(`database at ${url.host}${url.pathname}: cannot be opened: `)
    expect(String(error)).toContain(detail)
    expect(String(error)).toContain('Check that PostgreSQL runs there')
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2')
  })
})
