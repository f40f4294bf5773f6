import type { Deployment } from '../domain/deployment.ts'
import type { Plan } from '../domain/plan.ts'

/**
 * The generation under which hosts keep the files of a release: of those that brought it the newest, which is pruned last. One that took
 * the files of another itself leads there.
 *
 * @param history deployments of its environment, newest first
 */
export function keptIn(history: readonly Deployment[], release: Plan): number {
  const brought = history.find(({ state, plan }) => state === 'succeeded' && plan?.release === release.release)?.plan ?? release
  return brought.kept ?? brought.generation
}
