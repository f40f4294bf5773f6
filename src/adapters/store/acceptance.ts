import type { Kysely } from 'kysely'
import type { Database } from './database.ts'
import { type BranchHistory, isOpenEnded, toldBefore, type Wish } from './same-wish.ts'
import { take } from './sequences.ts'
import type { IntentRow, Tables } from './tables.ts'

/** An intent as a row that waits for its number. */
export type Candidate = Omit<IntentRow, 'sequence'>

type Transaction = Kysely<Tables>

/**
 * Stores intents in one transaction; answers in their order. A delivery that is made again under its id tells nothing new, for
 * ever; what else is the same wish, `same-wish.ts` says for pushes, and the key for commands.
 */
export async function acceptAll(database: Database, candidates: Candidate[]): Promise<('accepted' | 'known')[]> {
  return database.db.transaction().execute(async (transaction) => {
    // Taking the numbers first also makes every other acceptance wait: nobody stores the same wish between reading and writing.
    const last = await take(transaction, 'intents', candidates.length)
    const rows = candidates.map((candidate, index) => ({ ...candidate, sequence: last - candidates.length + 1 + index }))
    const told = await Told.by(transaction, rows)
    const answers: ('accepted' | 'known')[] = []
    for (const row of rows) answers.push(await told.hear(row))
    await told.store()
    return answers
  })
}

/** What was told until now: by stored intents, and by those that are about to be stored. */
class Told {
  readonly #transaction: Transaction
  /** By branch and commit, in the order of storing. */
  readonly #arrivals: Map<string, Wish[]>
  readonly #keys: Set<string>
  /** Which wish a delivery told of. */
  readonly #deliveries: Map<string, Wish>
  readonly #fresh: IntentRow[] = []
  readonly #learned = new Set<Wish>()
  readonly #tellings: Tables['tellings'][] = []

  static async by(transaction: Transaction, rows: IntentRow[]): Promise<Told> {
    const [stored, deliveries] = [await alike(transaction, rows), await deliveredBefore(transaction, rows)]
    return new Told(transaction, stored, deliveries)
  }

  private constructor(transaction: Transaction, stored: Wish[], deliveries: Map<string, Wish>) {
    this.#transaction = transaction
    this.#arrivals = Map.groupBy(stored, (wish) => arrival(wish, wish.after))
    this.#keys = new Set(stored.map(({ key }) => key))
    this.#deliveries = deliveries
  }

  async hear(row: IntentRow): Promise<'accepted' | 'known'> {
    if (row.after === null) return this.#keys.has(row.key) ? 'known' : this.#accept(row)
    const delivered = this.#deliveries.get(row.delivery)
    if (delivered && arrival(delivered, delivered.after) === arrival(row, row.after)) return 'known'
    const known = await toldBefore(row, this.#historyOf(row))
    this.#deliveries.set(row.delivery, known ?? row)
    this.#tellings.push({ delivery: row.delivery, intent: (known ?? row).id })
    if (!known) return this.#accept(row)
    this.#learn(known, row)
    return 'known'
  }

  async store(): Promise<void> {
    if (this.#fresh.length > 0) await this.#transaction.insertInto('intents').values(this.#fresh).execute()
    for (const { id, before, forced, found, actor } of this.#learned) {
      await this.#transaction.updateTable('intents').set({ before, forced, found, actor }).where('id', '=', id).execute()
    }
    if (this.#tellings.length === 0) return
    const inserted = this.#transaction.insertInto('tellings').values(this.#tellings)
    await inserted.onConflict((conflict) => conflict.column('delivery').doNothing()).execute()
  }

  #accept(row: IntentRow): 'accepted' {
    // The same move made again has the same key; keys stay unique by the number.
    if (this.#keys.has(row.key)) row.key = `${row.key} #${row.sequence}`
    this.#keys.add(row.key)
    this.#fresh.push(row)
    const place = arrival(row, row.after)
    this.#arrivals.set(place, [...(this.#arrivals.get(place) ?? []), row])
    return 'accepted'
  }

  /** A merge or a find learns where the branch was from the push itself, a find also whose push it was. */
  #learn(known: Wish, { before, forced, found, actor }: Wish): void {
    if (before === null || found !== null || !isOpenEnded(known)) return
    Object.assign(known, { before, forced, found, ...(known.found !== null && { actor }) })
    if (!this.#fresh.some(({ id }) => id === known.id)) this.#learned.add(known)
  }

  #historyOf(row: IntentRow): BranchHistory {
    return {
      to: (commit) => this.#arrivals.get(arrival(row, commit)) ?? [],
      since: async ({ sequence }) => {
        const stored = await since(this.#transaction, row, sequence)
        const fresh = this.#fresh.filter((one) => one.sequence > sequence && one.repository === row.repository && one.ref === row.ref)
        return [...stored, ...fresh]
      },
    }
  }
}

const arrival = ({ repository, ref }: Pick<Wish, 'repository' | 'ref'>, commit: string | null): string => `${repository} ${ref} ${commit}`

const columns = ['id', 'sequence', 'key', 'repository', 'ref', 'before', 'after', 'forced', 'found', 'actor', 'outcome'] as const

/** Stored intents with the key of one of these, or at one end of their moves. */
async function alike(transaction: Transaction, rows: IntentRow[]): Promise<Wish[]> {
  const commits = [...new Set(rows.flatMap(({ before, after }) => [before, after]))].filter((commit) => commit !== null)
  const keys = [...new Set(rows.map(({ key }) => key))]
  const repositories = [...new Set(rows.map(({ repository }) => repository))]
  return transaction
    .selectFrom('intents')
    .select(columns)
    .where('repository', 'in', repositories)
    .where((row) => row.or([row('key', 'in', keys), ...(commits.length > 0 ? [row('after', 'in', commits)] : [])]))
    .orderBy('sequence')
    .execute()
}

async function deliveredBefore(transaction: Transaction, rows: IntentRow[]): Promise<Map<string, Wish>> {
  const deliveries = rows.flatMap(({ after, delivery }) => (after === null ? [] : [delivery]))
  if (deliveries.length === 0) return new Map()
  const told = await transaction
    .selectFrom('tellings')
    .innerJoin('intents', 'intents.id', 'tellings.intent')
    .select(['tellings.delivery as by', ...columns.map((column) => `intents.${column}` as const)])
    .where('tellings.delivery', 'in', deliveries)
    .execute()
  return new Map(told.map(({ by, ...wish }) => [by, wish]))
}

/** Stored pushes to the same branch with higher numbers. */
async function since(transaction: Transaction, { repository, ref }: IntentRow, sequence: number): Promise<Wish[]> {
  return transaction
    .selectFrom('intents')
    .select(columns)
    .where('sequence', '>', sequence)
    .where('repository', '=', repository)
    .where('ref', '=', ref)
    .orderBy('sequence')
    .execute()
}
