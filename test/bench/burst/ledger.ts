import pg from 'pg'
import { z } from 'zod'
import { commentOf, moveOf, type Origin, taggedBy } from './delivery.ts'
import type { Told } from './traffic.ts'

/**
 * What somebody wants, as one line: `acme/shop refs/heads/main a -> b`, `acme/shop comment 12`. A merged pull request and the push of
 * the same merge want the same.
 */
type Wish = string

/** What the answers of a burst and the database have to say to each other. */
export interface Ledger {
  /** Wishes that were answered with 2xx and are not in the database. */
  lost: Wish[]
  /** Wishes that are there more than once. */
  doubled: Wish[]
  /** Wishes that nobody had. */
  strange: Wish[]
  /** Wishes in the database. */
  stored: number
}

/** The wish behind a webhook; undefined where there is nothing to do by design: others' repositories, talk, what was only opened. */
export function wishOf(told: Told, origin: Origin, served: boolean): Wish | undefined {
  if (!served) return undefined
  if (told.kind === 'push' || told.kind === 'merged') return move(told.repository, `refs/heads/${told.branch}`, moveOf(told, origin).after)
  if (told.kind === 'tag') return move(told.repository, taggedBy.ref, taggedBy.after)
  if (told.kind === 'command') return `${told.repository} comment ${commentOf(told, origin)}`
  return undefined
}

const move = (repository: string, ref: string, after: string): Wish => `${repository} ${ref} ${after}`

/**
 * Compares, reading the database from outside.
 *
 * @param asked wishes of every webhook that was sent, with its status: 0 where it was not answered
 */
export async function ledgerOf(databaseUrl: string, asked: readonly { wish: Wish; status: number }[]): Promise<Ledger> {
  const stored = await wishesIn(databaseUrl)
  const times = new Map<Wish, number>()
  for (const wish of stored) times.set(wish, (times.get(wish) ?? 0) + 1)
  const acknowledged = new Set(asked.filter(({ status }) => status >= 200 && status < 300).map(({ wish }) => wish))
  const known = new Set(asked.map(({ wish }) => wish))
  return {
    lost: [...acknowledged].filter((wish) => !times.has(wish)),
    doubled: [...times].filter(([, count]) => count > 1).map(([wish]) => wish),
    strange: [...times.keys()].filter((wish) => !known.has(wish)),
    stored: stored.length,
  }
}

const row = z.object({ repository: z.string(), ref: z.string().nullable(), after: z.string().nullable(), comment: z.string().nullable() })
const comment = z.object({ id: z.number() })

async function wishesIn(databaseUrl: string): Promise<Wish[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query('select repository, ref, after, comment from intents')
    return rows.map((found: unknown) => {
      const { repository, ref, after, comment: text } = row.parse(found)
      if (text !== null) return `${repository} comment ${comment.parse(JSON.parse(text)).id}`
      return move(repository, ref ?? '', after ?? '')
    })
  } finally {
    await client.end()
  }
}
