import type { RollbackTo } from '../domain/command.ts'
import type { OperatorIntent } from '../domain/intent.ts'
import { type Reason, reason } from '../domain/reason.ts'
import { fullName } from '../domain/repository.ts'
import { gatherOperator, knownTo, type OperatorPorts } from './gather-operator.ts'

/** A rollback that somebody wants on Landfall's own machine. */
export interface OperatorRollback {
  /** `owner/name` */
  repository: string
  environment: string
  to?: RollbackTo
  /** Also over a release that nothing older fits. */
  overContract?: true
  /** Name of the operating system's user. */
  user: string
}

export type Asked =
  /** `already`: one was on its way before, and this is that one: a second would go one further. */
  { kind: 'asked'; deployment: string; already: boolean } | { kind: 'refused'; reason: Reason }

/**
 * Stores what the operator wants and makes a deployment of it, which whoever serves on this database finds within a second. It asks
 * nobody but the database.
 */
export async function askForRollback(wanted: OperatorRollback, ports: OperatorPorts): Promise<Asked> {
  const { repository: name, environment, to, overContract, user } = wanted
  const [newest] = await ports.store.deployments.ofEnvironment(name, environment, 1)
  if (!newest) return { kind: 'refused', reason: reason('environment-unknown', { environment, known: await knownTo(name, ports) }) }

  const { repository } = newest
  const id = ports.ids()
  // Each call is a wish of its own.
  const said = `operator ${fullName(repository)} ${environment} ${id}`
  const intent: OperatorIntent = {
    ...{ id, key: said, kind: 'operator', repository, actor: `operator ${user}`, delivery: said },
    receivedAt: ports.clock.now().toISOString(),
    command: { kind: 'rollback', environment, ...(to && { to }), ...(overContract && { overContract }) },
  }
  await ports.store.intents.accept(intent)
  // At once and here: behind pushes it would wait for GitHub with them. Whoever else gathers it comes to the same, and one of them counts.
  await gatherOperator(intent, ports)
  const outcome = await ports.store.intents.outcome(id)
  if (outcome?.kind === 'command-refused') return { kind: 'refused', reason: outcome.reason }
  const [deployment] = outcome?.kind === 'deployments' ? outcome.ids : []
  if (deployment === undefined) throw new Error(`nothing came of the intent ${id}`)
  return { kind: 'asked', deployment, already: (await ports.store.deployments.read(deployment))?.intent !== id }
}
