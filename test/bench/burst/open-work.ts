import pg from 'pg'
import { z } from 'zod'

const counts = z.object({ intents: z.coerce.number(), deployments: z.coerce.number(), reports: z.coerce.number() })

/** What is still to be done, read from the database. */
export async function openWork(databaseUrl: string): Promise<z.infer<typeof counts>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query(`select
      (select count(*) from intents where outcome is null) as intents,
      (select count(*) from deployments where finished_at is null) as deployments,
      (select count(*) from reports where published < wanted) as reports`)
    return counts.parse(rows[0])
  } finally {
    await client.end()
  }
}
