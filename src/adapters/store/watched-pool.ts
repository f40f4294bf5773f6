import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type pg from 'pg'
import { codeOf } from '../error-code.ts'

/** What Kysely tells commands apart by; of others it takes the rows alone. */
const commands = ['UPDATE', 'DELETE', 'INSERT', 'SELECT', 'MERGE', 'COMMIT', 'ROLLBACK'] as const

/** The server ends the session, or became one that cannot write: another connection may lead to another server. */
const leave = /^(08|57P|25006)/

/** No answer, as opposed to a refusal by the server. Its code says that waiting may mend it. */
class NoAnswer extends Error {
  override name = 'NoAnswer'
  readonly code = 'ECONNABORTED'
}

/**
 * The pool as Kysely uses it, without connections that fell silent. pg puts one back whose query was not answered in time, and
 * whoever gets it next waits behind that query for as long again.
 */
export function watchedPool(pool: pg.Pool): PostgresPool {
  const known = new WeakMap<pg.PoolClient, WatchedClient>()
  return {
    async connect() {
      const client = await pool.connect().catch((error: unknown) => Promise.reject(told(error)))
      const watched = known.get(client) ?? new WatchedClient(client)
      known.set(client, watched)
      return watched
    },
    end: () => pool.end(),
    options: pool.options,
  }
}

class WatchedClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient
  #lost: unknown

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(asked: string | PostgresCursor<R>, parameters: readonly unknown[] = []): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof asked !== 'string') throw new TypeError('the store reads no cursors')
    return this.#ask(asked, parameters)
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#lost !== undefined)
  }

  async #ask<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (this.#lost !== undefined) {
      // The server rolls back what a lost connection began. An error here would hide the one that says why it was lost.
      if (text === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] }
      throw this.#lost
    }
    try {
      const { command, rowCount, rows } = await this.#client.query(text, [...parameters])
      return { command: commands.find((one) => one === command) ?? 'SELECT', rowCount: rowCount ?? 0, rows }
    } catch (error) {
      const shown = told(error)
      if (shown instanceof NoAnswer || leave.test(codeOf(error))) this.#lost = shown
      throw shown
    }
  }
}

/** What the server says has a code, what the operating system says as well; without one pg itself gave up waiting. */
const told = (error: unknown): unknown =>
  error instanceof Error && codeOf(error) === '' ? new NoAnswer(error.message, { cause: error }) : error
