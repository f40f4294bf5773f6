import type { Deployment } from '../domain/deployment.ts'
import { fullName, type Sha } from '../domain/repository.ts'
import { revisionsBefore } from '../report/wording.ts'
import type { Ports } from './ports.ts'

/** The rollback that took away what a deployment had brought; undefined where it runs still, or was brought again by another one since. */
export async function takenBackBy(deployment: Deployment, ports: Pick<Ports, 'store'>): Promise<Deployment | undefined> {
  const { id, state, revision } = deployment
  if (state !== 'succeeded' || revision === undefined) return undefined
  const all = await concerning(deployment, revision, ports)
  const since = all
    .slice(
      0,
      all.findIndex((one) => one.id === id),
    )
    .filter((one) => one.state === 'succeeded')
  const [first] = since.filter((one) => one.revision === revision || takesAway(one, revision))
  return first && first.revision !== revision ? first : undefined
}

/** The deployment that brought a commit last before a rollback took it away. */
export async function broughtBefore(rollback: Deployment, commit: Sha, ports: Pick<Ports, 'store'>): Promise<Deployment | undefined> {
  const all = await concerning(rollback, commit, ports)
  const before = all.slice(all.findIndex(({ id }) => id === rollback.id) + 1)
  return before.find(({ state, revision }) => state === 'succeeded' && revision === commit)
}

const concerning = ({ repository, environment }: Deployment, commit: Sha, { store }: Pick<Ports, 'store'>): Promise<Deployment[]> =>
  store.deployments.concerning(fullName(repository), environment, commit)

const takesAway = (one: Deployment, revision: Sha): boolean => one.kind === 'rollback' && revisionsBefore(one).includes(revision)
