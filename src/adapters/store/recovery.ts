import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { isTerminal } from '../../domain/deployment.ts'
import type { RecoveryIntent } from '../../domain/intent.ts'
import { fullName } from '../../domain/repository.ts'
import type { DeploymentPatch, RecoveryChange, Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { deploymentIn, patchColumns } from './deployment-rows.ts'
import { insertDeployments } from './deployments.ts'
import { generationOf } from './environments.ts'
import { recordReceipt } from './receipts.ts'
import { want } from './reports.ts'
import { keepAges } from './secret-ages.ts'
import { take } from './sequences.ts'
import { storedOutcome } from './stored/intent.ts'
import { encode, parsed } from './stored/json.ts'
import { storedPlan } from './stored/plan.ts'
import { storedReceipt } from './stored/receipt.ts'
import type { Tables } from './tables.ts'

/**
 * What a database has to learn from hosts that went on without it. It writes past the state machine and past leases: hosts
 * show how things ended, whatever a copy of the database thinks is under way.
 */
export function recovery(database: Database): Store['recovery'] {
  const { db } = database
  return {
    async planned(repository, environment) {
      const rows = await db
        .selectFrom('deployments')
        .select(['id', 'generation'])
        .where('repository', '=', repository)
        .where('environment', '=', environment)
        .where('generation', 'is not', null)
        .execute()
      return new Map(rows.map(({ id, generation }) => [z.int().positive().parse(generation), id]))
    },

    async turn(lease) {
      const row = await db.selectFrom('leases').select('number').where('subject', '=', lease).executeTakeFirst()
      return z
        .int()
        .nonnegative()
        .parse(row?.number ?? 0)
    },

    readPlan: (text) => storedPlan.safeParse(parsed(text)).data,
    readReceipt: (text) => storedReceipt.safeParse(parsed(text)).data,

    apply: (change) => db.transaction().execute((transaction) => apply(database, transaction, change)),
  }
}

async function apply(database: Database, transaction: Kysely<Tables>, change: RecoveryChange): Promise<void> {
  const { repository, environment, generation, ended, added, intent } = change
  if (generation !== undefined) await raise(transaction, generationOf(repository, environment), generation)
  await takeAway(transaction, change)
  for (const { id, state, patch } of ended) await end(database, transaction, id, { state, patch })
  const known = await knownOf(
    transaction,
    added.map(({ id }) => id),
  )
  const missing = added.filter(({ id }) => !known.has(id))
  if (intent && missing.length > 0) {
    await insertIntent(
      transaction,
      intent,
      missing.map(({ id }) => id),
    )
    await insertDeployments(transaction, missing)
    for (const deployment of missing) if (deployment.state === 'succeeded') await keepAges(database, transaction, deployment)
  }
  for (const receipt of change.receipts) await recordReceipt(transaction, receipt)
  await want(database, transaction, change.reports)
  for (const { subject, surface } of change.reports) {
    await transaction.updateTable('reports').set({ begun: 1 }).where('subject', '=', subject).where('surface', '=', surface).execute()
  }
}

/** Brings a sequence up to a number that was taken from it, as others remember. */
async function raise(transaction: Kysely<Tables>, name: string, value: number): Promise<void> {
  await transaction
    .insertInto('sequences')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }).where('sequences.value', '<', value))
    .execute()
}

/** Whoever works on the environment by what this database said before is told that it is theirs no more. */
async function takeAway(transaction: Kysely<Tables>, { lease, turn = 0, ended }: RecoveryChange): Promise<void> {
  if (turn === 0 && ended.length === 0) return
  const higher = sql<number>`case when number < ${turn} then ${turn} else number end + 1`
  await transaction.updateTable('leases').set({ holder: null, until: 0, number: higher }).where('subject', '=', lease).execute()
}

async function end(
  database: Database,
  transaction: Kysely<Tables>,
  id: string,
  { state, patch }: Pick<RecoveryChange['ended'][number], 'state' | 'patch'>,
): Promise<void> {
  const stored = transaction.selectFrom('deployments').selectAll().where('id', '=', id)
  const row = await database.lockRows(stored).executeTakeFirst()
  if (!row || isTerminal(deploymentIn(row).state)) return
  // A plan is fixed once; the hosts' is that of a deployment which had none yet in this copy.
  const { plan, ...rest } = patch
  const columns: DeploymentPatch = row.plan === null ? patch : rest
  const reason = patch.reason === undefined ? { reason: null } : {}
  const changed = await transaction
    .updateTable('deployments')
    .set({ ...reason, ...patchColumns(columns), state })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (state === 'succeeded') await keepAges(database, transaction, deploymentIn(changed))
}

async function knownOf(transaction: Kysely<Tables>, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await transaction.selectFrom('deployments').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

/** An intent that nobody gathers: its deployments are there already. */
export async function insertIntent(transaction: Kysely<Tables>, intent: RecoveryIntent, ids: string[]): Promise<void> {
  const { id, key, kind, repository, actor, delivery, receivedAt } = intent
  const columns = { id, key, kind, repository: fullName(repository), installation: repository.installation, actor, delivery }
  const absent = { ref: null, before: null, after: null, forced: null, found: null, environment: null, comment: null, command: null }
  const sequence = await take(transaction, 'intents')
  const outcome = encode(storedOutcome, { kind: 'deployments', ids })
  await transaction
    .insertInto('intents')
    .values({ ...columns, ...absent, sequence, received_at: receivedAt, outcome })
    .execute()
}
