import type { Deployment } from '../domain/deployment.ts'
import { fullName, shortSha } from '../domain/repository.ts'
import type { CommandedThere } from './commanded.ts'
import { broughtBy, newDeployment } from './settle.ts'

/**
 * Deployments to other environments that were refused because this commit was not verified where it comes first: they are wanted once
 * more, and wait for how it goes there. Only what is still the newest wish for its environment. Their gates are asked as before, for whom
 * they were asked before.
 *
 * @param tried a deployment that somebody tries once more
 */
export async function revivedBy(tried: Deployment, { intent, file, ports }: CommandedThere): Promise<Deployment[]> {
  const revived: Deployment[] = []
  const names = Object.keys(file.environments)
  const newest = await Promise.all(names.map((name) => ports.store.deployments.ofEnvironment(fullName(intent.repository), name, 1)))
  const refused = newest.flat().filter(({ kind, state }) => kind === 'deploy' && state === 'rejected')
  for (const first of withNext(tried, revived)) {
    for (const last of refused.filter((one) => waitedFor(one, first))) {
      if (revived.some(({ environment }) => environment === last.environment)) continue
      const { project, environment, actor, asked } = last
      revived.push({
        ...newDeployment(intent, project, environment, ports),
        ...broughtBy(last),
        ...{ kind: 'deploy', actor, ...(asked !== undefined && { asked }) },
      })
    }
  }
  return revived
}

/** The first, and then whatever was added meanwhile: environments come one after another. */
function* withNext(first: Deployment, added: readonly Deployment[]): Generator<Deployment> {
  yield first
  for (const one of added) yield one
}

function waitedFor({ reason }: Deployment, { environment, revision }: Deployment): boolean {
  if (revision === undefined || !(reason?.code === 'promotion-quarantined' || reason?.code === 'promotion-missing')) return false
  const { after, tried, commit } = reason.evidence
  return after === environment && shortSha(revision) === (tried ?? commit)
}
