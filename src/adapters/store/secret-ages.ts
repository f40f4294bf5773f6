import type { Kysely } from 'kysely'
import type { Deployment } from '../../domain/deployment.ts'
import { fullName } from '../../domain/repository.ts'
import { agesAfter, type SecretAges } from '../../domain/secret-age.ts'
import type { DueAges, Log, Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { mustHold } from './leases.ts'
import { LeftOut } from './left-out.ts'
import { want } from './reports.ts'
import { encode, parsed, read } from './stored/json.ts'
import { storedSecretAges } from './stored/secret-age.ts'
import type { SecretAgesRow, Tables } from './tables.ts'

export function secretAges(database: Database, log: Log): Store['secretAges'] {
  const { db } = database
  const leftOut = new LeftOut('ages of secrets', log)
  const readable = <T>(rows: SecretAgesRow[], as: (row: SecretAgesRow) => T): T[] =>
    leftOut.readable(
      rows.map((row) => ({ ...row, id: `${row.repository} ${row.environment}` })),
      as,
    )
  return {
    async of(repository, environment) {
      const [ages] = readable(await at(db, repository, environment).execute(), agesIn)
      return ages
    },

    async due(now) {
      const rows = await db.selectFrom('secret_ages').selectAll().where('due', '<=', now.getTime()).orderBy('due').execute()
      return readable(rows, dueIn)
    },

    looked: ({ repository, environment, version }, lease, { next, reminded, wanted }) =>
      db.transaction().execute(async (transaction) => {
        await mustHold(database, transaction, lease)
        const changed = await transaction
          .updateTable('secret_ages')
          .set({ due: next ?? null, ...(reminded !== undefined && { reminded }) })
          .where('repository', '=', repository)
          .where('environment', '=', environment)
          .where('version', '=', version)
          .returning('version')
          .executeTakeFirst()
        if (changed) await want(database, transaction, wanted)
      }),
  }
}

/**
 * Keeps what a deployment that succeeded says of its secrets, in the transaction that lets it succeed; they are looked at anew then. What
 * cannot be read of before is forgotten: no deployment fails for the age of a secret.
 */
export async function keepAges(
  database: Database,
  transaction: Kysely<Tables>,
  { repository: of, environment, plan, finishedAt, createdAt }: Deployment,
): Promise<void> {
  if (!plan?.secretKeys) return
  const repository = fullName(of)
  const row = await database.lockRows(at(transaction, repository, environment)).executeTakeFirst()
  const before = row && storedSecretAges.safeParse(parsed(row.ages)).data
  const after = agesAfter(before, plan, finishedAt ?? createdAt)
  // Where there never was a secret there is nothing to forget.
  if (!after || (!row && after.keys.length === 0)) return
  const ages = encode(storedSecretAges, after)
  const version = (row?.version ?? 0) + 1
  await transaction
    .insertInto('secret_ages')
    .values({ repository, environment, ages, version, due: 0, reminded: null })
    .onConflict((conflict) => conflict.columns(['repository', 'environment']).doUpdateSet({ ages, version, due: 0 }))
    .execute()
}

const at = (db: Kysely<Tables>, repository: string, environment: string) =>
  db.selectFrom('secret_ages').selectAll().where('repository', '=', repository).where('environment', '=', environment)

const agesIn = ({ repository, environment, ages }: SecretAgesRow): SecretAges =>
  read(storedSecretAges, parsed(ages), `ages of secrets of ${repository} ${environment}`)

const dueIn = (row: SecretAgesRow): DueAges => ({
  repository: row.repository,
  environment: row.environment,
  ages: agesIn(row),
  version: row.version,
  ...(row.reminded !== null && { reminded: row.reminded }),
})
