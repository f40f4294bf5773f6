import { isAtWork } from '../domain/deployment.ts'
import { fullName } from '../domain/repository.ts'
import { allowedHosts } from '../policy/hosts.ts'
import { environmentLease } from './environment.ts'
import { lookAtHosts, lookSubject } from './hosts-state.ts'
import { learnFrom } from './learn.ts'
import type { Lease, Ports } from './ports.ts'
import type { Work } from './under-lease.ts'

/** Seconds until hosts are looked at again of which one did not answer. */
const lookAgainAfter = 300

/** How many deployments back what an environment should run is looked for. */
const remembered = 50

/**
 * Lets every environment be looked at, as at a start: while Landfall was down administrators may have gone back on its hosts. What
 * comes of it is recorded before anything is planned there, and told.
 */
export async function lookEverywhere({ store, queue }: Pick<Ports, 'store' | 'queue'>): Promise<void> {
  for (const { repository, environment } of await store.environments.known()) await queue.wake(lookSubject(repository, environment))
}

/** One look at an environment (`owner/name/environment`). */
export function lookWork(id: string, ports: Ports): Work {
  const end = id.lastIndexOf('/')
  const [repository, environment] = [id.slice(0, end), id.slice(end + 1)]
  return {
    lease: environmentLease(repository, environment),
    run: (lease, signal) => lookOnce(repository, environment, lease, signal, ports),
  }
}

async function lookOnce(name: string, environment: string, lease: Lease, signal: AbortSignal, ports: Ports): Promise<number | undefined> {
  const open = await ports.store.deployments.open(name, environment)
  // What it brings was planned after a look.
  if (open.some(({ state }) => isAtWork(state))) return undefined
  const history = await ports.store.deployments.ofEnvironment(name, environment, remembered)
  const plan = history.find(({ state }) => state === 'succeeded' || state === 'halted')?.plan
  if (!plan) return undefined
  const { project, repository } = plan
  const asked = plan.hosts.map((host) => host.name)
  const allowed = allowedHosts({ operator: ports.operator.current(), repository: fullName(repository), project, environment, asked })
  if (allowed.kind === 'refused') return undefined
  const seen = await lookAtHosts(allowed.hosts, { project, environment }, ports, signal)
  if (seen.kind !== 'ok') return lookAgainAfter
  const learnt = await learnFrom(seen.value, { repository, environment, lease, signal, ports })
  return learnt.kind === 'ok' ? undefined : lookAgainAfter
}
