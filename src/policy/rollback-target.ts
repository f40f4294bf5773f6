import type { Deployment } from '../domain/deployment.ts'
import { quarantinedIn } from './quarantined.ts'

/**
 * The deployment whose release a rollback goes back to: the newest verified one before the release that runs, that is of another commit
 * and that nobody rolled back. A rollback points at the release it brought back, so that the next goes one further and never
 * toggles. Where a deployment halted since, that one is what runs, as far as anything does, and the last verified release comes before it.
 *
 * @param history deployments of one environment, newest first
 */
export function rollbackTarget(history: Deployment[]): Deployment | undefined {
  const running = history.find(({ state }) => state === 'succeeded')
  if (!running) return undefined
  const release = running.plan?.release ?? running.id
  const position = history.findIndex(({ id }) => id === release)
  // The release that runs is older than the history read: nothing older is known.
  if (position === -1) return undefined
  const bad = new Set(quarantinedIn(history).map(({ revision }) => revision))
  const halted = history.findIndex(({ state }) => state === 'halted')
  const isHalted = halted !== -1 && halted < history.indexOf(running)
  return history
    .slice(isHalted ? position : position + 1)
    .find((one) => isVerified(one) && !bad.has(one.revision ?? '') && (isHalted || one.revision !== running.revision))
}

const isVerified = ({ kind, state }: Deployment): boolean => kind === 'deploy' && state === 'succeeded'
