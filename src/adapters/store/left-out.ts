import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../../flow/ports.ts'

/** Rows read at once: databases bound the parameters of one statement, and plans are large. */
const chunk = 100

/** Trusted records that nobody lists; beyond it they are read again. */
const mostTrusted = 10_000

/**
 * Records of one kind that cannot be read: another version of Landfall or somebody's hand wrote them. One of them must not hold up
 * the others, so it is left out wherever it was not asked for by its id. The log says so once, with the reason, and again after
 * each start. A record that is mended is taken in again by itself.
 */
export class LeftOut {
  readonly #what: string
  readonly #log: Log
  readonly #ids = new Set<string>()
  /** By list: the number up to which its records were read already. */
  readonly #readTo = new Map<string, number>()
  /** Records this process wrote itself and that were not listed since. */
  readonly #trusted = new Set<string>()
  #turn = 0

  /** @param what names the kind in the log: `intent` */
  constructor(what: string, log: Log) {
    this.#what = what
    this.#log = log
  }

  /** Reads a record; throws where it cannot be read. */
  read<T>(id: string, read: () => T): T {
    try {
      const record = read()
      this.#ids.delete(id)
      return record
    } catch (error) {
      if (!this.#ids.has(id)) this.#log.error(`stored ${this.#what} left out`, { [this.#what]: id, error })
      this.#ids.add(id)
      throw error
    }
  }

  /** Spares a record that was just written its first reading: in a burst there are thousands, and each is read soon anyway. */
  trust(id: string): void {
    if (this.#trusted.size >= mostTrusted) this.#trusted.clear()
    this.#trusted.add(id)
  }

  /** Those records of a list that can be read. */
  readable<Row extends { id: string }, T>(rows: readonly Row[], read: (row: Row) => T): T[] {
    return rows.flatMap((row) => {
      try {
        return [this.read(row.id, () => read(row))]
      } catch {
        return []
      }
    })
  }

  /**
   * Those of a list that can be read, without reading it whole each time: a record is read when it is listed first, since numbers
   * only grow, and of those left out one each time.
   *
   * @param list names the list
   * @param listed what is on it now
   * @param reread reads records by their ids, through `readable`
   */
  async sift<Listed extends { id: string; sequence: number }>(
    list: string,
    listed: readonly Listed[],
    reread: (ids: string[]) => Promise<unknown>,
  ): Promise<Listed[]> {
    const readTo = this.#readTo.get(list) ?? 0
    const broken = listed.filter(({ id, sequence }) => sequence <= readTo && this.#ids.has(id))
    const fresh = listed.filter(({ sequence }) => sequence > readTo)
    const unread = fresh.filter(({ id }) => !this.#trusted.delete(id))
    if (broken.length > 0) unread.push(...broken.slice(this.#turn++ % broken.length).slice(0, 1))
    for (let from = 0; from < unread.length; from += chunk) {
      await reread(unread.slice(from, from + chunk).map(({ id }) => id))
      // SQLite answers without letting anybody else have a turn.
      await nextTurn()
    }
    for (const { sequence } of fresh) this.#readTo.set(list, Math.max(sequence, this.#readTo.get(list) ?? 0))
    return listed.filter(({ id }) => !this.#ids.has(id))
  }
}
