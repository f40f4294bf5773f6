import type { Deployment } from '../domain/deployment.ts'

/**
 * The deployment whose release a rollback goes back to: the newest verified one before the release that runs. A
 * rollback points at the release it brought back, so that the next goes one further and never toggles.
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
  return history.slice(position + 1).find((candidate) => candidate.kind === 'deploy' && candidate.state === 'succeeded')
}
