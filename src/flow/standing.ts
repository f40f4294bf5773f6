import { type Deployment, isTerminal } from '../domain/deployment.ts'
import { fullName } from '../domain/repository.ts'
import { rollbackTarget, rolledBackFirst } from '../policy/rollback-target.ts'
import { type ButtonKind, kindsFor } from '../report/buttons.ts'
import type { Ports } from './ports.ts'

/** How an environment stands, for somebody who is about to act on one of its deployments. */
export interface Standing {
  /** What runs there, as far as anything does: what was verified last, or what halted since. */
  current?: Deployment
  /** Whose release a rollback goes back to. */
  target?: Deployment
  /** Those that have not ended, newest first. */
  open: Deployment[]
  /** Id of the newest: once it is another one, things are no longer as somebody saw them. */
  newest: string
  /** What can sensibly be done about this deployment; what people look for first comes first. */
  offers: ButtonKind[]
}

/** As many deployments back as a rollback looks for its release: the page must not name another one. */
const remembered = 500

export async function standingOf(deployment: Deployment, { store }: Pick<Ports, 'store'>): Promise<Standing> {
  return standingIn(await store.deployments.ofEnvironment(fullName(deployment.repository), deployment.environment, remembered), deployment)
}

/** @param history deployments of the environment, newest first */
export function standingIn(history: Deployment[], deployment: Deployment): Standing {
  const current = history.find(({ state }) => state === 'succeeded' || state === 'halted')
  const first = rolledBackFirst(history)
  const target = rollbackTarget(history, first?.id)
  const open = history.filter(({ state }) => !isTerminal(state))
  const newest = history[0]?.id ?? deployment.id
  // A second rollback beside one that is on its way would be one too many.
  const mayGoBack = first?.id === deployment.id && target !== undefined && !open.some(({ kind }) => kind === 'rollback')
  // What came since waits behind one that pauses.
  const isNext = newest === deployment.id || deployment.state === 'paused'
  const makesSense = (kind: ButtonKind) => (kind === 'rollback' ? mayGoBack : isNext)
  return { ...(current && { current }), ...(target && { target }), open, newest, offers: kindsFor(deployment).filter(makesSense) }
}
