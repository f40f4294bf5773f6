import { type Deployment, isAtWork, type TakenBack, takenAway } from '../domain/deployment.ts'
import { rollbackTarget } from './rollback-target.ts'

/**
 * The rollback that a deployment under way has to make room for. None where there is no release before it: with nothing to go back to it
 * may as well come to its own end. A rollback makes room for one that names another release; without a name both mean the same.
 *
 * @param open deployments of its environment that have not ended, in the order they were asked for
 * @param history all of them, newest first
 */
export function makesRoomFor(deployment: Deployment, open: readonly Deployment[], history: readonly Deployment[]): Deployment | undefined {
  // What Landfall takes back by itself is verified already, and nothing that came since. What leaves behind that nothing older fits is to come
  // to its end, for those who do not know.
  const isBetter = ({ revision, over, asked }: Deployment): boolean =>
    over?.baked || (deployment.plan?.contract && asked !== 'deliberate')
      ? false
      : revision === undefined
        ? deployment.kind === 'deploy' && rollbackTarget(history, deployment.id) !== undefined
        : deployment.kind === 'deploy' || revision !== deployment.revision
  return open.find((one) => one.kind === 'rollback' && !isAtWork(one.state) && one.id !== deployment.id && isBetter(one))
}

/** What a rollback takes away that comes while this is under way; undefined while it is not known what it brings. */
export function overOf(deployment: Deployment): TakenBack | undefined {
  const revision = deployment.kind === 'rollback' ? takenAway(deployment)[0] : deployment.revision
  return revision === undefined ? undefined : { deployment: deployment.id, revision }
}
