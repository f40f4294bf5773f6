import type { Kysely } from 'kysely'
import type { Verdict } from '../../domain/gate.ts'
import type { Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { storedTeams, storedVerdict } from './stored/gate.ts'
import { encode, parsed, present, read } from './stored/json.ts'
import type { Tables } from './tables.ts'

export function verdicts({ db }: Database): Store['verdicts'] {
  return {
    async of(deployment) {
      const rows = await db
        .selectFrom('verdicts')
        .selectAll()
        .where('deployment', '=', deployment)
        .orderBy('at')
        .orderBy('person')
        .execute()
      return rows.map((row) =>
        read(
          storedVerdict,
          present({ ...row, role: row.role ?? 'none', teams: parsed(row.teams ?? '[]') }),
          `verdict of ${row.person} on deployment ${deployment}`,
        ),
      )
    },
  }
}

/** A person's newer word takes the place of the same word on the same proposal. */
export async function insertVerdict(transaction: Kysely<Tables>, verdict: Verdict): Promise<void> {
  const { reason = null, revision = null, ...valid } = storedVerdict.parse(verdict)
  const row = { ...valid, teams: encode(storedTeams, valid.teams), reason, revision }
  await transaction
    .insertInto('verdicts')
    .values(row)
    .onConflict((conflict) => conflict.columns(['deployment', 'person', 'verdict', 'content']).doUpdateSet(row))
    .execute()
}
