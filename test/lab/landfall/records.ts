import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { must } from '../run.ts'

/** Landfall's own records, seen past Landfall: what it took up, what it made of it, and a hand that can spoil them. */
export interface Records {
  /** In the order in which they were stored. */
  intents(): Promise<IntentRecord[]>
  deployments(): Promise<DeploymentRecord[]>
  /** Runs one statement; parameters are `$1`, `$2`… Returns its rows. */
  query(text: string, parameters?: (string | number | null)[]): Promise<Record<string, unknown>[]>
}

export type IntentRecord = z.infer<typeof intentRow>
const intentRow = z.object({
  id: z.string(),
  kind: z.string(),
  delivery: z.string(),
  ref: z.string().nullable(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** JSON; null while it is open. */
  outcome: z.string().nullable(),
})

export type DeploymentRecord = z.infer<typeof deploymentRow>
const deploymentRow = z.object({
  id: z.string(),
  repository: z.string(),
  kind: z.string(),
  revision: z.string().nullable(),
  state: z.string(),
})

/**
 * Of the Landfall that is started with this environment; it may be stopped.
 *
 * @param through what it is started through, where its data can be seen in no other way
 */
export function recordsOf(environment: Record<string, string>, through: readonly string[] = []): Records {
  const { DATABASE_URL: url, LANDFALL_DATA: folder = '' } = environment
  const query = url === undefined ? inFile(join(folder, 'landfall.db'), through) : onServer(url)
  return {
    query,
    intents: async () =>
      z.array(intentRow).parse(await query('select id, kind, delivery, ref, "before", "after", outcome from intents order by sequence')),
    deployments: async () =>
      z.array(deploymentRow).parse(await query('select id, repository, kind, revision, state from deployments order by sequence')),
  }
}

const rows = z.array(z.record(z.string(), z.unknown()))

/** In a process of its own: it may have to be elsewhere, and a file that is locked holds up that process alone. */
const reader = `
  const [file, text, parameters] = process.argv.slice(1)
  const database = new (require('node:sqlite').DatabaseSync)(file, { timeout: 5000 })
  process.stdout.write(JSON.stringify(database.prepare(text).all(...JSON.parse(parameters))))`

const inFile =
  (file: string, through: readonly string[]): Records['query'] =>
  async (text, parameters = []) => {
    const words = [file, text.replace(/\$(\d+)/g, '?$1'), JSON.stringify(parameters)]
    return rows.parse(JSON.parse(await must([...through, process.execPath, '-e', reader, ...words])))
  }

const onServer =
  (url: string): Records['query'] =>
  async (text, parameters = []) => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
    client.on('error', () => {}) // the server may be killed under it
    await client.connect()
    try {
      return rows.parse((await client.query(text, parameters)).rows)
    } finally {
      await client.end()
    }
  }
