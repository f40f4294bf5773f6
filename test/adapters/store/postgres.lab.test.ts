import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../../src/adapters/store/open.ts'
import { openPostgres } from '../../../src/adapters/store/postgres.ts'
import type { Log, Store } from '../../../src/flow/ports.ts'
import { passes } from '../../../src/flow/trouble.ts'
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

  const withStore = async <T>(work: (store: Store, url: string) => Promise<T>): Promise<T> => {
    const url = await server.createDatabase()
    const store = await openStore({ kind: 'postgres', url }, log)
    try {
      return await work(store, url)
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

  /** What accepting a push came to, and after how many seconds. */
  async function accepting(store: Store, ref: string) {
    const began = performance.now()
    const outcome = await store.intents.accept(push({ ref })).catch((error: unknown) => (passes(error) ? 'may be tried again' : error))
    return { outcome, seconds: (performance.now() - began) / 1000 }
  }

  test('a server that is silent costs an error before GitHub gives up on the webhook, and no connection is used that fell silent', () =>
    withStore(async (store) => {
      await store.ping() // so that there is a connection to fall silent
      server.pause()
      try {
        const { outcome, seconds } = await accepting(store, 'refs/heads/silent')
        expect(outcome).toBe('may be tried again')
        expect(seconds).toBeLessThan(9)
      } finally {
        server.resume()
      }
      const again = await accepting(store, 'refs/heads/silent')
      expect(again.outcome).toMatch(/accepted|known/)
      expect(again.seconds).toBeLessThan(3)
    }))

  describe('in the middle of accepting', () => {
    /** Somebody else has what accepting needs; `meanwhile` happens while it waits for that inside its transaction. */
    const whileAccepting = (meanwhile: (url: string) => Promise<void> | void) =>
      withStore(async (store, url) => {
        await store.intents.accept(push({ ref: 'refs/heads/first' }))
        const other = new pg.Client({ connectionString: url })
        other.on('error', () => undefined)
        await other.connect()
        await other.query('begin')
        await other.query("update sequences set value = value where name = 'intents'")
        const accepted = accepting(store, 'refs/heads/held')
        const waits = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'landfall'"
        while ((await other.query(waits)).rows.length === 0);
        await meanwhile(url)
        const result = await accepted
        server.resume()
        await server.start()
        await other.end().catch(() => undefined)
        expect((await accepting(store, 'refs/heads/later')).outcome).toBe('accepted')
        const again = await accepting(store, 'refs/heads/held')
        expect(await store.intents.open()).toHaveLength(3)
        return { ...result, again: again.outcome }
      })

    const nothing = /^accepted$/
    test.each<[what: string, meanwhile: (url: string) => Promise<void> | void, longest: number, again: RegExp]>([
      ['a lock nobody gives back', () => undefined, 9, nothing],
      ['a server that falls silent', () => server.pause(), 9, nothing],
      ['a server that is killed', () => server.kill(), 2, nothing],
      // It may end the other session first, and the commit be done before it ends ours: nobody hears of that.
      ['a server that is stopped', () => server.stop(), 2, /^(accepted|known)$/],
      [
        'an administrator who ends the session',
        async (url) => void (await run(url, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'landfall'")),
        2,
        nothing,
      ],
    ])('%s costs an error in time, that says to try again: then it is stored, once', async (_what, meanwhile, longest, told) => {
      const { outcome, seconds, again } = await whileAccepting(meanwhile)
      expect(again).toMatch(told)
      expect(outcome).toBe('may be tried again')
      expect(seconds).toBeLessThan(longest)
    })
  })

  test('a standby takes nothing until it is the primary, and then at once', () =>
    withStore(async (store, url) => {
      const name = new URL(url).pathname.slice(1)
      const elsewhere = Object.assign(new URL(url), { pathname: '/postgres' }).href
      const failOver = (setting: string) =>
        run(
          elsewhere,
          `alter database "${name}" ${setting}; select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
        )
      await store.ping()
      await failOver('set default_transaction_read_only = on')
      // The first may still find the connection that was ended.
      for (const _ of [1, 2]) expect((await accepting(store, 'refs/heads/standby')).outcome).toBe('may be tried again')
      await run(elsewhere, `alter database "${name}" reset default_transaction_read_only`)
      expect((await accepting(store, 'refs/heads/standby')).outcome).toBe('accepted')
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
