import { type Deployment, isTerminal } from '../domain/deployment.ts'
import type { Lock } from '../domain/gate.ts'
import { shortSha } from '../domain/repository.ts'
import { contractOver } from './contract.ts'
import { rollbackTarget } from './rollback-target.ts'

/** What is known when a release did not stay well while it baked. */
export interface BakeFacts {
  /** The one that baked. */
  baked: Deployment
  /** Its environment's deployments, newest first. */
  history: readonly Deployment[]
  /** Of its repository. */
  locks: readonly Lock[]
  /** What an administrator of a host says who holds it. */
  held?: string
}

/** `overtaken`: something newer is there already, or on its way. `stays`: people took it into their hands, or there is nothing to go back to. */
export type AfterBake =
  | { kind: 'goes-back'; to: Deployment }
  | { kind: 'overtaken'; by: Deployment }
  | { kind: 'stays'; because: string; contract?: true }

/** Whether Landfall takes a release back by itself that did not stay well. */
export function afterBake({ baked, history, locks, held }: BakeFacts): AfterBake {
  const by = comeOver(baked.id, history)
  if (by) return { kind: 'overtaken', by }
  const { environment, finishedAt = '' } = baked
  const lock = locks.find((one) => (one.environment ?? environment) === environment && Date.parse(one.since) >= Date.parse(finishedAt))
  if (lock) return { kind: 'stays', because: `${lock.person} has locked ${lock.environment ?? 'everything'} since` }
  if (held !== undefined) return { kind: 'stays', because: `an administrator holds it (${held})` }
  const to = rollbackTarget(history, baked.id)
  if (!to) return { kind: 'stays', because: 'there is no earlier verified release' }
  const over = contractOver(history, to)
  if (!over) return { kind: 'goes-back', to }
  const why = over.plan?.contract?.because.join('; ')
  return { kind: 'stays', because: `nothing older than ${shortSha(over.revision ?? '')} fits any more (${why})`, contract: true }
}

/** What has come over a deployment, or will as soon as it can: anything that was planned since, and every rollback. */
export function comeOver(id: string, history: readonly Deployment[], except?: string): Deployment | undefined {
  const position = history.findIndex((one) => one.id === id)
  const since = position === -1 ? history : history.slice(0, position)
  return since.find((one) => one.id !== except && (one.plan !== undefined || (one.kind === 'rollback' && !isTerminal(one.state))))
}
