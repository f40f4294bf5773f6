import type { Kysely } from 'kysely'
import type { Deployment } from '../../domain/deployment.ts'
import type { Intent, IntentOutcome } from '../../domain/intent.ts'
import { fullName } from '../../domain/repository.ts'
import type { Effects, Log, ReportKey, Store } from '../../flow/ports.ts'
import { acceptAll, type Candidate } from './acceptance.ts'
import type { Database } from './database.ts'
import { deploymentIn } from './deployment-rows.ts'
import { insertDeployments, lockDeployment, tellIn } from './deployments.ts'
import { groupCommit } from './group-commit.ts'
import { LeftOut } from './left-out.ts'
import { liftLocks, setLock } from './locks.ts'
import { want } from './reports.ts'
import { storedCommand, storedComment, storedIntent, storedOutcome } from './stored/intent.ts'
import { encode, parsed, present, read } from './stored/json.ts'
import { repositoryIn } from './stored/repository.ts'
import type { IntentRow, Tables } from './tables.ts'
import { insertTask } from './tasks.ts'
import { appendEntries } from './timeline.ts'
import { insertVerdict } from './verdicts.ts'

/** Intents in one transaction at most: about as many as one page of rows, so that no webhook waits long for its neighbours. */
const groupSize = 200

/** So long a webhook waits for the database at most: GitHub gives it ten seconds in all. */
const acceptSeconds = 8

export function intents(database: Database, log: Log): Store['intents'] {
  const { db } = database
  const leftOut = new LeftOut('intent', log)
  const commit = groupCommit((group: Candidate[]) => acceptAll(database, group), { most: groupSize, seconds: acceptSeconds })
  return {
    // Judged before it joins a group, so that one that breaks the rules fails alone.
    async accept(intent) {
      const answer = await commit(intentRow(intent))
      if (answer === 'accepted') leftOut.trust(intent.id)
      return answer
    },

    async read(id) {
      const row = await db.selectFrom('intents').selectAll().where('id', '=', id).where('kind', '!=', 'recovery').executeTakeFirst()
      return row && leftOut.read(id, () => intentIn(row))
    },

    async open(repository) {
      const open = db.selectFrom('intents').select(['id', 'sequence']).where('outcome', 'is', null).orderBy('sequence')
      const listed = await (repository === undefined ? open : open.where('repository', '=', repository)).execute()
      const sound = await leftOut.sift(repository ?? '', listed, async (ids) => {
        leftOut.readable(await db.selectFrom('intents').selectAll().where('id', 'in', ids).execute(), intentIn)
      })
      return sound.map(({ id }) => id)
    },

    async due() {
      const rows = await db.selectFrom('intents').select('repository').distinct().where('outcome', 'is', null).execute()
      return rows.map(({ repository }) => repository)
    },

    async settle(id, outcome, deployments, wanted = [], effects = {}) {
      // Most pushes in a storm need nothing: one statement for each, in place of a transaction of four.
      if (deployments.length === 0 && wanted.length === 0 && Object.keys(effects).length === 0 && (await close(db, id, outcome)))
        return 'settled'
      return db.transaction().execute((transaction) => settle(database, transaction, { id, outcome, deployments, wanted, effects }))
    },

    async outcome(id) {
      const row = await db.selectFrom('intents').select('outcome').where('id', '=', id).executeTakeFirst()
      return row && outcomeIn({ id, ...row })
    },

    async withKeys(keys) {
      const rows = await db.selectFrom('intents').selectAll().where('key', 'in', keys).execute()
      const found = leftOut.readable(rows, (row) => {
        const outcome = outcomeIn(row)
        return { intent: intentIn(row), ...(outcome && { outcome }) }
      })
      const place = ({ intent }: { intent: Intent }) => keys.indexOf(intent.key)
      return found.toSorted((one, other) => place(one) - place(other))
    },
  }
}

/** Ends an open intent; false where it is not open. */
async function close(db: Kysely<Tables>, id: string, outcome: IntentOutcome): Promise<boolean> {
  const changed = await db
    .updateTable('intents')
    .set({ outcome: encode(storedOutcome, outcome) })
    .where('id', '=', id)
    .where('outcome', 'is', null)
    .executeTakeFirst()
  return changed.numUpdatedRows > 0n
}

interface Settlement {
  id: string
  outcome: IntentOutcome
  deployments: Deployment[]
  wanted: ReportKey[]
  effects: Effects
}

async function settle(
  database: Database,
  transaction: Kysely<Tables>,
  { id, outcome, deployments, wanted, effects }: Settlement,
): Promise<'settled' | 'too late'> {
  const open = transaction.selectFrom('intents').select('outcome').where('id', '=', id)
  const intent = await database.lockRows(open).executeTakeFirst()
  if (!intent) throw new Error(`intent ${id} is not in the database`)
  if (intent.outcome !== null) return 'settled'
  const { verdict } = effects
  // The deployment takes its next step before or after, so that a word that was taken is always heard.
  if (verdict && !verdict.while.includes(deploymentIn(await lockDeployment(database, transaction, verdict.said.deployment)).state))
    return 'too late'
  await close(transaction, id, outcome)
  await insertDeployments(transaction, deployments)
  if (effects.lock) await setLock(database, transaction, effects.lock)
  await liftLocks(transaction, effects.unlock ?? [])
  if (verdict) await insertVerdict(transaction, verdict.said)
  if (effects.tellIn) await tellIn(database, transaction, effects.tellIn.deployment, effects.tellIn.comment)
  if (effects.task) await insertTask(transaction, effects.task)
  if (effects.note) await appendEntries(database, transaction, effects.note.deployment, [effects.note.entry])
  await want(database, transaction, wanted)
  return 'settled'
}

/** Throws where the intent breaks the domain's own rules. */
function intentRow(intent: Intent): Candidate {
  const valid = storedIntent.parse(intent)
  const push = valid.kind === 'push' ? valid : undefined
  const command = valid.kind === 'command' ? valid : undefined
  return {
    id: valid.id,
    key: valid.key,
    kind: valid.kind,
    repository: fullName(valid.repository),
    installation: valid.repository.installation,
    actor: valid.actor,
    delivery: valid.delivery,
    received_at: valid.receivedAt,
    ref: push?.ref ?? null,
    before: push?.before ?? null,
    after: push?.after ?? null,
    forced: push?.forced ? 1 : null,
    found: push?.found ? 1 : null,
    environment: null,
    comment: command?.comment ? encode(storedComment, command.comment) : null,
    said_at: command?.saidAt ?? null,
    deployment: command?.deployment ?? null,
    shown: command?.shown ?? null,
    command: valid.kind === 'push' ? null : encode(storedCommand, valid.command),
    outcome: null,
  }
}

function intentIn(row: IntentRow): Intent {
  const { installation: _, sequence: __, outcome: ___, environment: ____, received_at: receivedAt, said_at: saidAt, ...columns } = row
  const flags = { forced: flag(row.forced), found: flag(row.found) }
  const said = row.kind === firstCommand ? { kind: 'command', command: rollbackIn(row) } : { command: parsed(row.command) }
  const fields = { ...columns, ...flags, ...said, receivedAt, saidAt, repository: repositoryIn(row), comment: parsed(row.comment) }
  return read(storedIntent, present(fields), `intent ${row.id}`)
}

const outcomeIn = ({ id, outcome }: Pick<IntentRow, 'id' | 'outcome'>): IntentOutcome | undefined =>
  outcome === null ? undefined : read(storedOutcome, parsed(outcome), `outcome of intent ${id}`)

/** Before there were others, `/rollback` was a kind of its own, with the environment in a column. */
const firstCommand = 'rollback'
const rollbackIn = ({ environment }: IntentRow) => ({ kind: 'rollback', ...(environment !== null && { environment }) })

const flag = (column: number | null): boolean | null => (column === null ? null : column === 1)
