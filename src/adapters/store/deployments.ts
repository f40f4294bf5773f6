import { type Kysely, sql } from 'kysely'
import { type Deployment, follow, isTerminal, type State, states } from '../../domain/deployment.ts'
import type { CommentRef } from '../../domain/intent.ts'
import type { DeploymentPatch, Lease, Log, ReportKey, Store } from '../../flow/ports.ts'
import type { Database } from './database.ts'
import { deploymentIn, deploymentRow, patchColumns } from './deployment-rows.ts'
import { noteFetched } from './fetched.ts'
import { recordFound } from './found.ts'
import { mustHold } from './leases.ts'
import { LeftOut } from './left-out.ts'
import { want } from './reports.ts'
import { recordReturned } from './returned.ts'
import { keepAges } from './secret-ages.ts'
import { last, take } from './sequences.ts'
import { storedComments } from './stored/intent.ts'
import { encode } from './stored/json.ts'
import type { DeploymentRow, Tables } from './tables.ts'

/** Word for word the condition of the index on open deployments, or SQLite does not use it. */
const isOpen = sql<boolean>`state not in (${sql.join(states.filter(isTerminal).map((state) => sql.lit(state)))})`

/** The same for the index on soaks. */
const isSoaking = sql<boolean>`soak = 'under-way'`

/** And for the one on hosts that are waited for. */
const isAwaiting = sql<boolean>`awaits is not null`

/** And for the one on marks. As plans are stored: within a text in one the quotes would not stand alone. */
const hasContract = sql<boolean>`plan like '%"contract":{%'`

/** Only the newest that came to hosts counts. */
const mostContracts = 50

/** A commit that came and went more often than this is asked about in vain; what it shows then is the latest all the same. */
const mostConcerning = 50

/** What came through one pull request is mostly deployed once to each environment. */
const mostOfPull = 100

export function deployments(database: Database, log: Log): Store['deployments'] {
  const { db } = database
  const all = () => db.selectFrom('deployments').selectAll()
  const leftOut = new LeftOut('deployment', log)
  const readable = (rows: DeploymentRow[]) => leftOut.readable(rows, deploymentIn)
  return {
    async read(id) {
      const row = await all().where('id', '=', id).executeTakeFirst()
      return row && leftOut.read(id, () => deploymentIn(row))
    },

    async open(repository, environment) {
      const rows = all().where('repository', '=', repository).where('environment', '=', environment).where(isOpen)
      return readable(await rows.orderBy('sequence').execute())
    },

    async underWayAt(repository, environment, intent) {
      const there = () => all().where('repository', '=', repository).where('environment', '=', environment)
      const stored = db.selectFrom('intents').select('sequence').where('id', '=', intent)
      // In this order, or one that ends in between is in neither.
      const open = await there().where(isOpen).execute()
      const ended = await there().where('ended_after', '>=', stored).execute()
      const each = new Map([...open, ...ended].map((row) => [row.id, row]))
      return readable([...each.values()].toSorted((one, other) => one.sequence - other.sequence))
    },

    async due(repository) {
      const open = db
        .selectFrom('deployments')
        .select(['id', 'sequence', 'repository', 'environment'])
        .where(isOpen)
        // The index's own order, without which SQLite would rather walk through all there ever were than sort.
        .orderBy('repository')
        .orderBy('environment')
        .orderBy('sequence')
      const listed = await (repository === undefined ? open : open.where('repository', '=', repository)).execute()
      const sound = await leftOut.sift(repository ?? '', listed, async (ids) => readable(await all().where('id', 'in', ids).execute()))
      const environments = Map.groupBy(sound, ({ repository, environment }) => `${repository} ${environment}`)
      return [...environments.values()].flatMap((open) => open.at(-1)?.id ?? [])
    },

    async soaking() {
      return (await db.selectFrom('deployments').select('id').where(isSoaking).orderBy('id').execute()).map(({ id }) => id)
    },

    awaiting: () => db.selectFrom('deployments').select(['repository', 'environment']).distinct().where(isAwaiting).execute(),

    async ofGeneration(repository, environment, generation) {
      const rows = all().where('repository', '=', repository).where('environment', '=', environment).where('generation', '=', generation)
      const row = await rows.orderBy('sequence', 'desc').limit(1).executeTakeFirst()
      return row && deploymentIn(row)
    },

    async ofEnvironment(repository, environment, limit) {
      const rows = all().where('repository', '=', repository).where('environment', '=', environment)
      return readable(await rows.orderBy('sequence', 'desc').limit(limit).execute())
    },

    async contracts(repository, environment) {
      const rows = all().where('repository', '=', repository).where('environment', '=', environment).where(hasContract)
      return readable(await rows.orderBy('sequence', 'desc').limit(mostContracts).execute())
    },

    async concerning(repository, environment, revision) {
      const there = () =>
        all().where('repository', '=', repository).where('environment', '=', environment).orderBy('sequence', 'desc').limit(mostConcerning)
      const bringing = await there().where('revision', '=', revision).execute()
      const [first] = bringing.slice(-1)
      if (!first) return []
      const others = await there()
        .where('sequence', '>', first.sequence)
        .where('revision', '!=', revision)
        .where((row) => row.or([row.and({ kind: 'rollback', state: 'succeeded' }), row('state', '=', 'halted')]))
        .execute()
      return readable([...bringing, ...others].toSorted((one, other) => other.sequence - one.sequence))
    },

    async ofPullRequest(repository, number) {
      const rows = all().where('repository', '=', repository).where('pull_request', '=', number).where('kind', '=', 'deploy')
      return readable(await rows.orderBy('sequence', 'desc').limit(mostOfPull).execute())
    },

    async recent(limit) {
      return readable(await all().orderBy('sequence', 'desc').limit(limit).execute())
    },

    found: recordFound(database),

    returned: recordReturned(database),

    fetched: noteFetched(database),

    advance: (id, lease, to, patch = {}, wanted = () => []) =>
      db.transaction().execute((transaction) => advance(database, transaction, { id, lease, to, patch, wanted })),
  }
}

/** Adds deployments in the given order. Taking their numbers makes the order of creation the order of commit. */
export async function insertDeployments(transaction: Kysely<Tables>, created: Deployment[]): Promise<void> {
  if (created.length === 0) return
  const newest = await take(transaction, 'deployments', created.length)
  const rows = created.map((deployment, index) => deploymentRow(deployment, newest - created.length + 1 + index))
  await transaction.insertInto('deployments').values(rows).execute()
}

/** A deployment's row, which nobody else changes until the transaction ends. */
export async function lockDeployment(database: Database, transaction: Kysely<Tables>, id: string): Promise<DeploymentRow> {
  const stored = transaction.selectFrom('deployments').selectAll().where('id', '=', id)
  const row = await database.lockRows(stored).executeTakeFirst()
  if (!row) throw new Error(`deployment ${id} is not in the database`)
  return row
}

/** Adds a comment to those whose answers tell of a deployment; once. */
export async function tellIn(database: Database, transaction: Kysely<Tables>, id: string, comment: CommentRef): Promise<void> {
  const { comment: own, toldIn = [] } = deploymentIn(await lockDeployment(database, transaction, id))
  if ([own, ...toldIn].some((one) => one?.id === comment.id)) return
  const all = encode(storedComments, [...toldIn, comment])
  await transaction.updateTable('deployments').set({ told_in: all }).where('id', '=', id).execute()
}

interface Step {
  id: string
  lease: Lease
  to: State
  patch: DeploymentPatch
  wanted: (then: Deployment) => ReportKey[]
}

async function advance(database: Database, transaction: Kysely<Tables>, { id, lease, to, patch, wanted }: Step): Promise<Deployment> {
  await mustHold(database, transaction, lease)
  const row = await lockDeployment(database, transaction, id)
  const from = deploymentIn(row).state
  const columns = patchColumns(patch)
  if (row.plan !== null && columns.plan !== undefined && columns.plan !== row.plan) {
    throw new Error(`deployment ${id} has its plan already; a plan is fixed once`)
  }
  const changed = await transaction
    .updateTable('deployments')
    // Why it waited is no longer true once it goes on.
    .set({
      ...((from === 'waiting' || from === 'paused') && to !== from && { reason: null, closed: null }),
      // What was shown before is part of the plan now.
      ...(columns.plan !== undefined && { proposal: null }),
      ...columns,
      ...(isTerminal(to) && !isTerminal(from) && { ended_after: await last(transaction, 'intents') }),
      state: follow(from, to),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const then = deploymentIn(changed)
  if (to === 'succeeded' && from !== to) await keepAges(database, transaction, then)
  await want(database, transaction, wanted(then))
  return then
}
