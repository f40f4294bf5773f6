import { type Deployment, isAtWork } from '../domain/deployment.ts'
import { quarantinedIn } from './quarantined.ts'

/**
 * The deployment whose release a rollback goes back to: the newest verified one before the release that runs, that is of another commit
 * and that nobody rolled back. A rollback points at the release it brought back, so that the next goes one further and never
 * toggles. Where a deployment halted since, that one is what runs, as far as anything does, and the last verified release comes before it.
 *
 * @param history deployments of one environment, newest first
 * @param over id of the deployment that was on its way when somebody asked: the release before this one is meant, whatever became of it
 */
export function rollbackTarget(history: readonly Deployment[], over?: string): Deployment | undefined {
  const running = history.find(({ state }) => state === 'succeeded')
  if (!running) return undefined
  const release = running.plan?.release ?? running.id
  const position = history.findIndex(({ id }) => id === release)
  // The release that runs is older than the history read: nothing older is known.
  if (position === -1) return undefined
  const bad = new Set(quarantinedIn(history).map(({ revision }) => revision))
  // What came since and is to go: then the release before it is the one that was verified last.
  const since = history.slice(0, history.indexOf(running)).find(({ id, state }) => state === 'halted' || id === over)
  // A rollback that halted was on its way to its commit, not from there.
  const going = since?.kind === 'rollback' ? undefined : (since ?? running)
  return history
    .slice(since ? position : position + 1)
    .find((one) => isVerified(one) && !bad.has(one.revision ?? '') && one.revision !== going?.revision)
}

/**
 * What a rollback would take away: what is on its way, or else what runs, as far as anything does. What never came to a host is neither.
 *
 * @param history deployments of one environment, newest first
 */
export const rolledBackFirst = (history: readonly Deployment[]): Deployment | undefined =>
  history.find(({ kind, state }) => kind === 'deploy' && isAtWork(state)) ??
  history.find(({ state }) => state === 'succeeded' || state === 'halted')

const isVerified = ({ kind, state }: Deployment): boolean => kind === 'deploy' && state === 'succeeded'
