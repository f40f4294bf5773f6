import { type Deployment, isAtWork, isTerminal, takenAway } from '../domain/deployment.ts'
import type { Intent } from '../domain/intent.ts'
import { fullName, type Sha } from '../domain/repository.ts'
import { overOf } from '../policy/make-room.ts'
import { rollbackTarget } from '../policy/rollback-target.ts'
import type { Ports } from './ports.ts'

type StorePort = Pick<Ports, 'store'>

/** What was on its way in an environment when somebody asked for a rollback. */
export interface AskedWhile {
  /** Another rollback, which has not failed since: whoever names no release means this one. */
  rollback?: Deployment
  /** What the rollback takes back, as it is stored with it. */
  over: Pick<Deployment, 'over'>
}

/**
 * What was there when a wish was stored, whatever became of it since: who saw a deployment hang and wrote `/rollback` means the release
 * before that one, also where it failed and returned by itself a moment later.
 */
export async function askedWhile({ id, repository }: Intent, environment: string, { store }: StorePort): Promise<AskedWhile> {
  const there = await store.deployments.underWayAt(fullName(repository), environment, id)
  const rollback = there.find(
    ({ kind, state, plan }) => kind === 'rollback' && !plan?.late && (!isTerminal(state) || state === 'succeeded'),
  )
  const begun = there.findLast(({ plan, state }) => plan !== undefined && (isAtWork(state) || isTerminal(state)))
  const over = begun && overOf(begun)
  return { ...(rollback && { rollback }), over: over ? { over } : {} }
}

/** From where to where a rollback goes; each absent while nobody knows. */
export interface Way {
  from?: Sha
  to?: Sha
}

/** How many deployments back a release to return to is looked for. */
const remembered = 500

/** The way of a rollback, also before it is planned. */
export async function wayOf(rollback: Deployment, { store }: StorePort): Promise<Way> {
  const { repository, environment, over } = rollback
  const history = await store.deployments.ofEnvironment(fullName(repository), environment, remembered)
  const running = history.find(({ state }) => state === 'succeeded' || state === 'halted')
  const from = takenAway(rollback)[0] ?? (rollback.plan ? undefined : running?.revision)
  const to = rollback.revision ?? rollbackTarget(history, over?.deployment)?.revision
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}
